// What is one person's own, laid over the page that is everybody's: votes, what may be edited, what waits.
import { htmlToFragment } from "../theme/fragment.js";
import { root } from "./shared.js";
import { show } from "./voting.js";

export async function marks() {
  if (!document.cookie.includes("pp_marks=1")) return;
  // Where nobody has commented yet there is still who one is.
  const thread = root.dataset.thread ?? "00000000-0000-0000-0000-000000000000";
  const response = await fetch(`/discussion/threads/${thread}/marks/`, { credentials: "same-origin" });
  if (!response.ok) return;
  const own = await response.json();
  if (own.member) signIn(own.name);
  for (const [id, value] of Object.entries(own.votes)) {
    const votes = document.querySelector(`#comment-${id} > .comment-body .votes`);
    if (votes) show(votes, { own: value });
  }
  for (const comment of root.querySelectorAll(".comment[data-id]")) {
    const mine = own.editable[comment.dataset.id];
    const isOwn = own.own.includes(comment.dataset.id);
    if (own.moderator || mine || isOwn) tool(comment, own.moderator, mine, isOwn);
  }
  const unread = root.querySelector(".unread-link");
  if (unread && own.unread) { unread.hidden = false; unread.querySelector(".unread-count").textContent = own.unread_shown; }
  const held = root.querySelector(".discussion-held");
  if (held && own.held) held.replaceChildren(htmlToFragment(own.held));
}

/** Forms ask a member neither for a name nor for an address; copies of these forms do as they do. */
function signIn(name) {
  for (const fields of document.querySelectorAll(".discussion .as-guest, .article-body .as-guest")) {
    const form = fields.closest("form");
    if (form.matches(".comment-form") && !name) continue;
    fields.hidden = true;
    // What is switched off is neither asked for nor sent.
    for (const input of fields.querySelectorAll("input")) input.disabled = true;
    const said = form.querySelector(".as-member");
    if (said) { said.hidden = false; said.querySelector("bdi").textContent = name; }
  }
}

function tool(comment, moderator, mine, isOwn) {
  const place = comment.querySelector(":scope > .comment-body .own-tools");
  if (!place || place.childElementCount) return;
  const address = comment.querySelector(".permalink").href;
  if (mine) {
    const link = Object.assign(document.createElement("a"), { href: `${address}#edit`, className: "edit", textContent: root.dataset.edit });
    link.dataset.edit = `${address}edit/`;
    place.append(link);
  }
  if (isOwn) place.append(Object.assign(document.createElement("a"), { href: `${address}#delete`, textContent: root.dataset.delete }));
  if (moderator) place.append(Object.assign(document.createElement("a"), { href: address, textContent: root.dataset.moderate }));
}
