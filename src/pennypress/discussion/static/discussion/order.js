// What moderators do while the page is open, but for removals: pins and picks are marked where the comments stand, and a
// closed branch takes no replies. Nothing changes its place before the list is asked for anew.
import { root } from "./shared.js";

const item = (id) => document.querySelector(`#comment-${id}.comment`);
const line = (className, textContent) => Object.assign(document.createElement("p"), { className, textContent });

export function pins(pinned, words) {
  for (const mark of root.querySelectorAll(".comment-body > .pinned")) if (!pinned.includes(mark.closest(".comment").dataset.id)) mark.remove();
  for (const id of pinned) {
    const body = item(id)?.querySelector(":scope > .comment-body");
    if (body?.querySelector(":scope > .comment-head") && !body.querySelector(":scope > .pinned")) body.prepend(line("kicker pinned", words.pinned));
  }
}

export function pick(id, picked, words) {
  const head = item(id)?.querySelector(":scope > .comment-body > .comment-head");
  const badge = head?.querySelector(".badge-is_pick");
  if (!picked) badge?.remove();
  else if (head && !badge) {
    const last = [...head.querySelectorAll(".pill, .comment-name")].at(-1);
    last.after(" ", Object.assign(document.createElement("span"), { className: "pill badge-is_pick", textContent: words.pick }));
  }
  const order = root.querySelector(".order");
  if (!picked || !order || order.querySelector(".picks")) return;
  const link = Object.assign(document.createElement("a"), { className: "picks", href: `/discussion/pages/${root.dataset.page}/?show=picks`, textContent: words.picks });
  order.querySelector(":scope > a:last-of-type").after(link);
}

/** A reply that somebody has begun to write stays theirs to copy. Returns whether the list has to be asked for anew. */
export function branch(id, closed, words) {
  const top = item(id);
  if (!top) return false;
  const said = top.querySelector(":scope > .branch-closed");
  if (!closed) return Boolean(said);
  for (const link of top.querySelectorAll("a.reply, a.quote")) link.remove();
  for (const form of top.querySelectorAll("form[data-reply]")) if (!form.elements.text.value) form.remove();
  if (!said) top.append(line("meta branch-closed", words.branch));
  return false;
}
