// The bubble: it invites to comment once, then tells of new comments as they arrive. One at a time, and never in the way.
const bubble = document.getElementById("bubble");
const said = bubble.querySelector(".bubble-said");
const language = document.documentElement.lang;
// A comment told of stays so long, unless somebody points at it or is in it.
const SHOWN = 30_000;
// Others that come sooner after it wait behind their button without a word.
const PAUSE = 10_000;

let closed = false;
let shownAt = -PAUSE;
let current, leaving, ticking;

/** Invites once for good. A browser that keeps nothing for us is not asked again and again: it is not asked. */
export function invite() {
  if (!document.getElementById("comment-form") || !bubble.hidden) return;
  try {
    if (localStorage.getItem("pp-bubble") === "closed") return;
    localStorage.setItem("pp-bubble", "closed");
  } catch { return; }
  show(Object.assign(document.createElement("a"), { href: "#comment-form", textContent: bubble.dataset.invitation }));
}

/** Tells of a comment: who, when, its first words, and a way to answer it. */
export function announce(comment, { now, reply, follow }) {
  if (closed || document.hidden || performance.now() - shownAt < PAUSE) return;
  const name = Object.assign(document.createElement("bdi"), { className: "comment-name", textContent: comment.name });
  const time = Object.assign(document.createElement("time"), { dateTime: comment.at });
  const head = Object.assign(document.createElement("p"), { className: "meta" });
  head.append(name, " · ", time);
  const words = Object.assign(document.createElement("p"), { className: "bubble-words", dir: "auto", textContent: comment.words });
  const answer = Object.assign(document.createElement("a"), { href: `/discussion/comments/${comment.id}/#comment-form`, textContent: reply });
  answer.addEventListener("click", (event) => { event.preventDefault(); hide(); follow(comment, answer.href); });
  const age = () => { time.textContent = ageOf(comment.at, now); };
  age();
  show(head, words, answer);
  current = comment.id;
  shownAt = performance.now();
  ticking = setInterval(age, 30_000);
  leaving = setTimeout(leave, SHOWN);
}

/** The comment is not what it was: the bubble says nothing of it any more. */
export function forget(id) {
  if (current === id) hide();
}

function show(...content) {
  hide();
  bubble.hidden = false;
  // After it has come to be there, so that its words are read out.
  requestAnimationFrame(() => said.replaceChildren(...content));
}

function hide() {
  clearTimeout(leaving);
  clearInterval(ticking);
  current = undefined;
  bubble.hidden = true;
  said.replaceChildren();
}

function leave() {
  if (bubble.matches(":hover, :focus-within")) leaving = setTimeout(leave, SHOWN / 3); else hide();
}

function ageOf(moment, now) {
  const minutes = Math.floor((Date.now() - Date.parse(moment)) / 60_000);
  if (minutes < 1) return now;
  const format = new Intl.RelativeTimeFormat(language, { numeric: "always" });
  return minutes < 60 ? format.format(-minutes, "minute") : minutes < 1440 ? format.format(-Math.floor(minutes / 60), "hour") : format.format(-Math.floor(minutes / 1440), "day");
}

bubble.querySelector(".bubble-close").addEventListener("click", () => {
  // Whoever closes it wants to read: on this page it says nothing more.
  closed = true;
  hide();
});
bubble.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
