// What happens in the discussion while the page is open. A new comment never moves what is being read: it waits behind a
// button at its place. Votes, removals and closings show at once.
import { on } from "../delivery/live.js";
import { focusOn, root, tabs } from "./shared.js";

const words = JSON.parse(document.getElementById("news-words").dataset.words);
const language = document.documentElement.lang;
const plurals = new Intl.PluralRules(language);
// Where the page is when the first event comes: what was told before is in it.
const told = Number(root.dataset.told);
// One's own comment comes by its form as well, a moment later.
const SETTLE = 400;
// So many milliseconds after an edit of one's own it is no news.
const OWN_EDIT = 15_000;

// How long another page of this reader may take to post what it says it is posting.
const ELSEWHERE = 10_000;

// Comments that have come and are not shown: by id, what was told of them.
const waiting = new Map();
// Comments that say something else now, and those one has changed oneself: by id, when.
const changed = new Set();
const ownEdits = new Map();
// What this reader has written on another page of theirs: here it waits without a word.
const own = new Set();
let postingElsewhere = 0;
let settling;
let stale = false;

const item = (id) => document.getElementById(`comment-${id}`);
const shownItem = (id) => item(id)?.matches(".comment") ? item(id) : undefined;
// What only an event needs comes with the first of its kind.
const bubble = () => import("./bubble.js");
const keeping = () => import("./order.js");
const fragments = () => import("../theme/fragment.js");
const count = (numbers) => { if (numbers.count !== undefined) import("./counting.js").then(({ count }) => count(numbers, { words, sentence })); };
const sentence = (forms, n) => (forms[plurals.select(n)] ?? forms.other).replace("%n", n.toLocaleString(language));

on("comment", (comment) => {
  count(comment);
  if (shownItem(comment.id)) {
    if ("first" in comment && Date.now() - (ownEdits.get(comment.id) ?? 0) > OWN_EDIT) changed.add(comment.id);
  } else if (!("first" in comment) || comment.first > told || waiting.has(comment.id)) {
    waiting.set(comment.id, comment);
  }
  if ("first" in comment) bubble().then(({ forget }) => forget(comment.id));
  settle();
});

on("votes", ({ id, up, down }) => {
  const votes = item(id)?.querySelector(":scope > .comment-body .votes");
  if (!votes) return;
  votes.querySelector(".up").textContent = up;
  votes.querySelector(".down").textContent = down;
});

on("gone", ({ id, how, ...numbers }) => {
  count(numbers);
  waiting.delete(id);
  changed.delete(id);
  bubble().then(({ forget }) => forget(id));
  const comment = shownItem(id);
  if (comment) still(() => blank(comment, words[how]));
  draw();
});

on("closing", ({ closed }) => {
  const form = root.querySelector(":scope > .comment-form");
  root.querySelector(":scope > .closing")?.remove();
  if (closed && form) {
    const notice = Object.assign(document.createElement("p"), { className: "notice closing", textContent: words.closed });
    still(() => document.getElementById("discussion-title").after(notice));
    // Words that somebody has begun to write stay theirs to copy.
    if (!form.elements.text.value) form.hidden = true;
  } else if (form) form.hidden = false;
});

on("pins", ({ pinned }) => keeping().then(({ pins }) => still(() => pins(pinned, words))));

on("pick", ({ id, picked }) => keeping().then(({ pick }) => pick(id, picked, words)));

on("branch", ({ id, closed }) => keeping().then(({ branch }) => still(() => { if (branch(id, closed, words)) { stale = true; draw(); } })));

on("stale", () => { stale = true; draw(); });

root.addEventListener("submit", (event) => {
  const edited = event.target.matches(".edit-form") && event.target.closest(".comment");
  if (!edited) return;
  ownEdits.set(edited.dataset.id, Date.now());
  tabs?.postMessage({ edited: edited.dataset.id });
}, true);
tabs?.addEventListener("message", ({ data }) => {
  if (data.edited) ownEdits.set(data.edited, Date.now());
  if ("posting" in data) postingElsewhere = data.posting ? Date.now() + ELSEWHERE : 0;
  if (data.posted) { own.add(data.posted); draw(); }
});
// However a comment has come to be on the page, it waits no longer.
new MutationObserver(() => {
  // Another order brings the whole list anew.
  if (stale && !root.querySelector(".news-top")) stale = false;
  if (waiting.size) settle();
}).observe(root.querySelector(".thread-list"), { childList: true, subtree: true });

/** Draw what waits, once one's own comment that is on its way has had the time to arrive. */
function settle() {
  clearTimeout(settling);
  settling = setTimeout(() => {
    if (root.querySelector(".comment-form button[type=submit]:disabled") || Date.now() < postingElsewhere) { settle(); return; }
    draw();
    const newest = [...waiting.values()].findLast((comment) => !comment.announced && !own.has(comment.id));
    if (!newest) return;
    for (const comment of waiting.values()) comment.announced = true;
    bubble().then(({ announce }) => announce(newest, { now: words.now, reply: words.reply, follow: answer }));
  }, SETTLE);
}

/** Where a waiting comment belongs: "top", the id of a comment on the page, or nowhere on it. */
function placeOf(comment) {
  if (!comment.parent) return "top";
  if (shownItem(comment.parent)) return comment.parent;
  if (waiting.has(comment.parent)) return placeOf(waiting.get(comment.parent));
  return shownItem(comment.root) ? comment.root : undefined;
}

function groups() {
  const found = new Map();
  for (const [id, comment] of waiting) {
    if (shownItem(id)) { waiting.delete(id); continue; }
    if (item(id)?.matches(".held")) item(id).remove();
    const place = placeOf(comment);
    if (place) found.set(place, [...(found.get(place) ?? []), comment]);
  }
  return found;
}

/** The buttons behind which something waits. They take no room, so nothing moves. */
function draw() {
  const wanted = new Map();
  for (const [place, comments] of groups()) {
    const forms = place === "top" ? words.comments : words.replies;
    const others = comments.filter(({ id }) => !own.has(id));
    if (others.length) wanted.set(place, [sentence(forms, others.length), () => place === "top" ? showRoots() : showReplies(place)]);
  }
  for (const id of changed) if (shownItem(id) && !wanted.has(id)) wanted.set(id, [words.changed, () => showChanged(id)]);
  if (stale) wanted.set("top", [words.stale, reload]);
  for (const old of root.querySelectorAll(".news")) if (!wanted.has(old.dataset.place)) old.remove();
  for (const [place, [label, act]] of wanted) button(place, label, act);
}

function button(place, label, act) {
  let news = root.querySelector(`.news[data-place="${place}"]`);
  if (!news) {
    news = Object.assign(document.createElement("div"), { className: place === "top" ? "news news-top" : "news" });
    news.dataset.place = place;
    news.append(Object.assign(document.createElement("button"), { type: "button", className: "news-button" }));
    if (place === "top") root.querySelector(".thread-list").prepend(news);
    else shownItem(place).querySelector(":scope > .comment-body").after(news);
  }
  const pressed = news.firstElementChild;
  if (pressed.textContent !== label) pressed.textContent = label;
  pressed.onclick = async () => {
    pressed.disabled = true;
    try { await act(); } catch { location.reload(); }
    draw();
  };
}

async function showRoots() {
  const wanted = [...waiting.values()].filter((comment) => !comment.parent);
  const { response, fragment } = await (await fragments()).fetchFragment(`/discussion/pages/${root.dataset.page}/?order=newest`);
  if (!response.ok) throw new Error(response.statusText);
  const come = [...fragment.querySelectorAll(".comments > .comment")].filter((comment) => wanted.some(({ id }) => id === comment.dataset.id));
  // More have come than one page holds: the newest first, and the way on below them.
  if (come.length < wanted.length) { reload("newest"); return; }
  const list = root.querySelector(".thread-list");
  const comments = list.querySelector(":scope > .comments") ?? list.appendChild(Object.assign(document.createElement("ol"), { className: "comments" }));
  root.querySelector(".discussion-empty")?.remove();
  const order = root.querySelector(".order [aria-current]");
  const atEnd = order && new URL(order.href).searchParams.get("order") === "oldest" && !list.querySelector(":scope > .more");
  // The page has its own, for the skip link.
  if (document.getElementById("first-vote")) for (const item of come) item.querySelector("#first-vote")?.removeAttribute("id");
  if (atEnd) comments.append(...come.reverse()); else comments.prepend(...come);
  arrive(come[0]);
}

async function showReplies(place) {
  const comments = groups().get(place).sort((one, other) => one.place - other.place);
  const { response, fragment } = await (await fragments()).fetchFragment(`/discussion/comments/${place}/?from=${Math.max(0, comments[0].place - 1)}`);
  if (!response.ok) throw new Error(response.statusText);
  const come = [];
  for (const comment of comments) {
    const reply = fragment.getElementById(`comment-${comment.id}`);
    const above = shownItem(comment.parent) ?? shownItem(place);
    waiting.delete(comment.id);
    if (!reply) continue;
    // On the last level that is drawn, replies follow what they answer.
    const list = above.matches(".level-6") ? above.parentElement : above.querySelector(":scope > .replies");
    list.append(reply);
    come.push(reply);
  }
  arrive(come[0]);
}

async function showChanged(id) {
  const response = await fetch(`/discussion/comments/${id}/`, { credentials: "same-origin" });
  const text = (await fragments()).htmlToFragment(await response.text()).querySelector(".this .comment-text");
  changed.delete(id);
  if (!response.ok || !text) return;
  shownItem(id).querySelector(":scope > .comment-body .comment-text").replaceWith(text);
  focusOn(shownItem(id), { preventScroll: true });
}

/** The whole list anew, in the order it is in. */
async function reload(order) {
  const link = root.querySelector(order ? `.order a[href^="?order=${order}"]` : ".order [aria-current]");
  if (!link) { location.reload(); return; }
  stale = false;
  waiting.clear();
  const loading = await import("./loading.js");
  await loading.order(link);
  arrive(root.querySelector(".thread-list .comment"));
}

/** From the bubble: show the comment where it belongs, and open the form below it. */
async function answer(comment, address) {
  const place = placeOf(comment);
  try {
    if (!shownItem(comment.id)) await (place === "top" ? showRoots() : showReplies(place));
  } catch { location.href = address; return; }
  draw();
  const link = shownItem(comment.id)?.querySelector(":scope > .comment-body a.reply");
  if (link) link.click(); else location.href = address;
}

function arrive(first) {
  if (first) focusOn(first);
  if (document.cookie.includes("pp_marks=1")) import("./marks.js").then(({ marks }) => marks());
}

/** In place of the comment a sentence; a reply that somebody is writing below it stays. */
function blank(comment, sentence) {
  const body = comment.querySelector(":scope > .comment-body");
  const name = Object.assign(document.createElement("p"), { className: "meta removed", id: `author-${comment.dataset.id}`, textContent: sentence });
  const forms = [...body.querySelectorAll(":scope > form[data-reply]")];
  body.replaceChildren(name, ...forms);
}

/** Make a change without moving what is being read, where the browser does not see to it itself. */
function still(change) {
  if (CSS.supports("overflow-anchor", "auto")) { change(); return; }
  const reading = document.elementFromPoint(innerWidth / 2, innerHeight / 2);
  const before = reading?.getBoundingClientRect().top;
  change();
  if (reading?.isConnected) scrollBy(0, reading.getBoundingClientRect().top - before);
}
