// Numbers that follow what happens: of all comments in the heading, and at each passage of the article. They come as they
// are, not as steps, so that a page which missed some of them is right with the next.
import { root } from "./shared.js";

const article = document.querySelector(".article-body[data-page]");
// What may hold nothing else beside it, so that its marks stand inside (margins.py).
const CLOSED = "li, td, th, dt, dd, figcaption, caption";

export function count({ count: all, passage, at_passage: here, ...place }, { words, sentence }) {
  if (all === undefined) return;
  document.getElementById("discussion-title").textContent = sentence(words.in_all, all);
  if (!passage || !article) return;
  const mark = article.querySelector(`.passage-notes [data-passage="${passage}"]`);
  if (mark) recount(mark, here, words, sentence);
  else if (here && place.block) add(passage, here, place, words, sentence);
}

function recount(mark, here, words, sentence) {
  const open = mark.matches(".question");
  const link = open ? mark.querySelector(".passage-count") : mark;
  const asks = !open && link.querySelector("[aria-hidden]")?.textContent === "?";
  if (!here && !open && !asks) { mark.remove(); redraw(); return; }
  const label = open ? sentence(words.answers, here) : asks ? words.question + (here ? ` · ${here}` : "") : sentence(words.in_all, here);
  const text = [...link.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  text.data = open ? label : ` ${label}`;
}

/** The mark of a passage that nobody had commented on when the page was made; nothing where its words do not stand here. */
function add(passage, here, { block: name, start, end }, words, sentence) {
  const block = document.getElementById(name);
  if (!block || !article.contains(block)) return;
  let notes = article.querySelector(`.passage-notes[data-block="${name}"]`);
  if (!notes) {
    notes = Object.assign(document.createElement("div"), { className: "passage-notes margin" });
    notes.dataset.block = name;
    if (block.matches(CLOSED)) block.append(notes); else block.after(notes);
  }
  const link = Object.assign(document.createElement("a"), { className: "passage-open passage-count", href: `/discussion/passages/${passage}/` });
  Object.assign(link.dataset, { passage, start, end });
  const sign = Object.assign(document.createElement("span"), { textContent: "❞" });
  sign.setAttribute("aria-hidden", "true");
  const quote = [...block.textContent].slice(start, Math.min(end, start + 60)).join("");
  const about = Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: ` ${words.at.replace("%q", quote)}` });
  link.append(sign, ` ${sentence(words.in_all, here)}`, about);
  notes.append(link, " ");
  redraw();
}

function redraw() {
  import("./passages.js").then(({ draw }) => draw());
}
