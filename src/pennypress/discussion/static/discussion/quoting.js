// Answering with the words one answers: what is selected of a comment, or all of it.
import { openReply } from "./posting.js";
import { root } from "./shared.js";
import { put } from "./toolbar.js";

// As the server's: a quote reminds of what was said.
const MAX_QUOTE = 1000;
let button;

/** The "Quote" beside "Reply": what is selected in this comment, else the whole of it. */
export async function quote(link) {
  const comment = link.closest(".comment");
  answer(comment, selectionIn(words(comment)) || lines(words(comment).cloneNode(true)));
}

/** Something is selected in a comment's words: show a button that quotes it. */
export function offer(text) {
  if (!document.getElementById("comment-form")) return;
  if (!button) {
    button = Object.assign(document.createElement("button"), { type: "button", className: "button quote-selection", textContent: root.dataset.quote });
    // Pressing the button must not take the selection away.
    button.addEventListener("pointerdown", (event) => event.preventDefault());
    document.addEventListener("selectionchange", () => { if (getSelection().isCollapsed) button.remove(); });
  }
  button.onclick = () => {
    const quoted = selectionIn(text);
    button.remove();
    if (quoted) answer(text.closest(".comment"), quoted);
  };
  const box = getSelection().getRangeAt(0).getBoundingClientRect();
  // Right after the words in the order of the keyboard, and below them for the eye.
  text.after(button);
  // Fixed to the window, which it is only where nothing contains it (discussion.css).
  text.parentElement.classList.add("quotable");
  button.style.insetBlockStart = `${Math.min(box.bottom + 8, innerHeight - 56)}px`;
  button.style.insetInlineStart = `${Math.max(8, Math.min(box.left, innerWidth - 112))}px`;
}

const words = (comment) => comment.querySelector(":scope > .comment-body > .comment-text");

/** What is selected of these words; a selection may begin or end outside them. */
function selectionIn(element) {
  const selection = getSelection();
  const range = !selection.isCollapsed && selection.getRangeAt(0).cloneRange();
  if (!range || !range.intersectsNode(element)) return "";
  if (!element.contains(range.startContainer)) range.setStart(element, 0);
  if (!element.contains(range.endContainer)) range.setEnd(element, element.childNodes.length);
  return lines(range.cloneContents());
}

/** The words of a copy, line by line; what a spoiler hides stays there. Not innerText: a comment far off the screen has none. */
function lines(copy) {
  for (const hidden of copy.querySelectorAll("details:not([open]) > :not(summary)")) hidden.remove();
  for (const end of copy.querySelectorAll("p, li, pre, summary, br")) end.after("\n");
  return copy.textContent;
}

function answer(comment, text) {
  const quoted = text.trim().length > MAX_QUOTE ? `${text.trim().slice(0, MAX_QUOTE - 1).trimEnd()}…` : text.trim();
  const form = openReply(comment);
  if (!form) return;
  const area = form.querySelector("textarea");
  const before = area.value && !area.value.endsWith("\n") ? "\n\n" : "";
  area.focus();
  area.setSelectionRange(area.value.length, area.value.length);
  put(area, `${before}${quoted.split(/\n+/).map((line) => `> ${line}`).join("\n")}\n\n`);
}
