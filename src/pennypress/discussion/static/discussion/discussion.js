// Makes the discussion live: posting, replying, voting, ordering and loading more without a reload.
// Everything here is also a plain link or form; where a step fails, the plain way is left open.
import { fetchFragment, fragmentOf, htmlToFragment } from "../theme/fragment.js";

const root = document.querySelector(".discussion");
const say = (text) => { const status = document.getElementById("discussion-status"); if (status) status.textContent = text; };

async function send(form, extra = {}) {
  const body = new URLSearchParams(new FormData(form));
  for (const [name, value] of Object.entries(extra)) body.set(name, value);
  return fetch(form.action, { method: "POST", body, credentials: "same-origin", headers: { "X-Fragment": "1" } });
}

async function post(form) {
  const error = form.querySelector(".error");
  const button = form.querySelector("button[type=submit]");
  // One key for all tries with these words, so that a try whose answer was lost posts nothing twice.
  const key = form.elements.submission ?? form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name: "submission" }));
  key.value ||= crypto.randomUUID?.() ?? String(Math.random()).slice(2);
  error.textContent = "";
  button.disabled = true;
  try {
    const response = await send(form);
    const text = await response.text();
    if (response.status !== 201) { error.textContent = sentence(response, text); return; }
    key.value = "";
    form.querySelector("textarea").value = "";
    place(form, htmlToFragment(text));
    if (form.dataset.reply) form.remove();
  } catch {
    error.textContent = root.dataset.failed;
  } finally {
    button.disabled = false;
  }
}

/** What to tell the reader when the server refused: its own sentence where it sent one. */
function sentence(response, text) {
  return response.headers.get("Content-Type")?.startsWith("text/plain") ? text : root.dataset.failed;
}

function place(form, fragment) {
  const item = fragment.firstElementChild;
  if (item.classList.contains("held")) {
    if (form.dataset.reply) form.after(fragment); else root.querySelector(".discussion-held").prepend(fragment);
  } else if (form.dataset.reply) {
    form.closest(".comment").querySelector(":scope > .replies").append(fragment);
  } else {
    const list = root.querySelector(".thread-list > .comments") ?? root.querySelector(".thread-list").appendChild(document.createElement("ol"));
    list.classList.add("comments");
    list.prepend(fragment);
    root.querySelector(".discussion-empty")?.remove();
  }
  item.tabIndex = -1;
  item.focus();
}

function reply(link) {
  const comment = link.closest(".comment");
  const open = comment.querySelector(":scope > .comment-body > form[data-reply]");
  if (open) { open.remove(); return; }
  const form = document.getElementById("comment-form").cloneNode(true);
  form.removeAttribute("id");
  form.elements.submission?.remove();
  form.querySelector(".error").textContent = "";
  form.querySelector("h3")?.remove();
  form.dataset.reply = "1";
  const id = comment.dataset.id;
  for (const field of form.querySelectorAll("[id]")) {
    const label = form.querySelector(`label[for="${field.id}"]`);
    field.id += `-${id}`;
    if (label) label.htmlFor = field.id;
  }
  form.querySelector("textarea").setAttribute("aria-describedby", form.querySelector(".error").id);
  const parent = document.createElement("input");
  parent.type = "hidden"; parent.name = "parent"; parent.value = id;
  form.append(parent);
  comment.querySelector(":scope > .comment-body").append(form);
  form.querySelector("textarea").focus();
}

async function edit(link) {
  const body = link.closest(".comment, .held");
  if (body.querySelector(".edit-form")) return;
  const response = await fetch(fragmentOf(link.dataset.edit), { credentials: "same-origin" });
  const text = await response.text();
  if (!response.ok) { say(sentence(response, text)); location.href = link.href; return; }
  // One at a time: its fields have names of their own on the page.
  root.querySelector(".edit-form .cancel")?.click();
  const form = htmlToFragment(text).querySelector("form");
  const words = body.querySelector(".comment-text");
  const cancel = form.querySelector(".cancel");
  cancel.hidden = false;
  cancel.addEventListener("click", () => { form.remove(); words.hidden = false; link.focus(); });
  words.hidden = true;
  words.after(form);
  form.querySelector("textarea").focus();
}

async function save(form) {
  const error = form.querySelector(".error");
  try {
    const response = await send(form);
    const text = await response.text();
    if (!response.ok) { error.textContent = sentence(response, text); return; }
    const item = htmlToFragment(text).firstElementChild;
    const shown = form.closest(".comment, .held");
    if (shown.matches(".comment") && item.matches(".comment")) {
      shown.querySelector(":scope > .comment-body").replaceWith(item.querySelector(":scope > .comment-body"));
    } else {
      shown.replaceWith(item);
    }
    marks();
    const now = document.getElementById(shown.id);
    if (now) { now.tabIndex = -1; now.focus(); }
  } catch {
    error.textContent = root.dataset.failed;
  }
}

async function vote(button) {
  const form = button.form;
  const response = await send(form, { vote: button.value });
  if (!response.ok) { say(await response.text()); return; }
  show(form, await response.json());
}

function show(form, counts) {
  if ("up" in counts) {
    form.querySelector(".up").textContent = counts.up;
    form.querySelector(".down").textContent = counts.down;
  }
  for (const button of form.querySelectorAll(".vote")) {
    button.setAttribute("aria-pressed", String((button.value === "up" ? 1 : -1) === counts.own));
  }
}

/** The partial a link leads to. Where there is none the link is followed as it stands: see the listener below. */
async function partOf(address) {
  const { response, fragment } = await fetchFragment(address);
  if (!response.ok) throw new Error(response.statusText);
  return fragment;
}

/** New comments have come in: the first of them gets the focus, and all of them their reader's marks. */
function arrive(first) {
  if (first) { first.tabIndex = -1; first.focus({ preventScroll: true }); }
  marks();
}

const onward = (fragment) => [...fragment.children].filter((child) => child.matches(".more"));

async function loadMore(link) {
  const fragment = await partOf(link.href);
  const list = link.closest(".thread-list");
  const first = fragment.querySelector(".comment");
  link.closest(".more").remove();
  list.querySelector(":scope > .comments").append(...fragment.querySelector(".comments").children);
  list.append(...onward(fragment));
  arrive(first);
}

async function viewAll(link) {
  const list = link.closest(".thread-list");
  list.replaceChildren(await partOf(link.href));
  arrive(list.querySelector(".comment"));
}

async function moreReplies(link) {
  const fragment = await partOf(link.href);
  const list = link.closest(".comment").querySelector(":scope > .replies");
  const come = [...fragment.querySelector(".replies").children];
  // A branch's first page comes whole: what stood here before is in it, in its place.
  if (new URL(link.href).searchParams.has("from")) list.append(...come); else list.replaceChildren(...come);
  link.closest(".more").replaceWith(...onward(fragment));
  arrive(come[0]);
}

async function order(link) {
  const name = new URL(link.href).searchParams.get("order");
  root.querySelector(".thread-list").replaceChildren(await partOf(`/discussion/pages/${root.dataset.page}/?order=${name}`));
  for (const other of root.querySelectorAll(".order a")) other.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
  history.replaceState(null, "", `?order=${name}`);
  marks();
}

async function marks() {
  if (!root.dataset.thread || !document.cookie.includes("pp_marks=1")) return;
  const response = await fetch(`/discussion/threads/${root.dataset.thread}/marks/`, { credentials: "same-origin" });
  if (!response.ok) return;
  const own = await response.json();
  for (const [id, value] of Object.entries(own.votes)) {
    const form = document.querySelector(`#comment-${id} > .comment-body .votes`);
    if (form) show(form, { own: value });
  }
  for (const comment of root.querySelectorAll(".comment[data-id]")) {
    const mine = own.editable[comment.dataset.id];
    if (own.moderator || mine) tool(comment, own.moderator, mine);
  }
  const held = root.querySelector(".discussion-held");
  if (held && own.held) held.replaceChildren(htmlToFragment(own.held));
}

function tool(comment, moderator, mine) {
  const place = comment.querySelector(":scope > .comment-body .own-tools");
  if (!place || place.childElementCount) return;
  const address = comment.querySelector(".permalink").href;
  if (mine) {
    const link = Object.assign(document.createElement("a"), { href: `${address}#edit`, className: "edit", textContent: root.dataset.edit });
    link.dataset.edit = `${address}edit/`;
    place.append(link);
  }
  if (moderator) place.append(Object.assign(document.createElement("a"), { href: address, textContent: root.dataset.moderate }));
}

/** Invites once for good. A browser that keeps nothing for us is not asked again and again: it is not asked. */
function invite() {
  const bubble = document.getElementById("bubble");
  if (!bubble || !document.getElementById("comment-form")) return;
  try { if (localStorage.getItem("pp-bubble") === "closed") return; } catch { return; }
  const timer = setTimeout(() => { bubble.hidden = false; localStorage.setItem("pp-bubble", "closed"); }, 45000);
  bubble.querySelector(".bubble-close").addEventListener("click", () => { clearTimeout(timer); bubble.hidden = true; });
}

if (root) {
  root.addEventListener("submit", (event) => {
    if (event.target.matches(".comment-form")) { event.preventDefault(); post(event.target); }
    else if (event.target.matches(".edit-form")) { event.preventDefault(); save(event.target); }
    else if (event.target.matches(".votes")) { event.preventDefault(); vote(event.submitter).catch(() => say(root.dataset.failed)); }
  });
  root.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.target.closest("a");
    if (link?.matches(".reply") && document.getElementById("comment-form")) { event.preventDefault(); reply(link); return; }
    const live = { ".load-more": loadMore, ".view-all": viewAll, ".more-replies": moreReplies, "a.edit": edit, ".order a": order };
    const [, follow] = Object.entries(live).find(([name]) => link?.matches(name)) ?? [];
    if (follow) { event.preventDefault(); follow(link).catch(() => { location.href = link.href; }); }
  });
  marks();
  invite();
}
