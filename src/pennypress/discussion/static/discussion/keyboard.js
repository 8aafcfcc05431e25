// j, k, r, v and ? while nobody is typing. They can be switched off, in this browser, for good (WCAG 2.1.4).
import { fetchFragment } from "../theme/fragment.js";
import { focusOn, root } from "./shared.js";

const all = () => [...root.querySelectorAll(".comment[data-id]")].filter((one) => one.checkVisibility?.() ?? true);
const bodyOf = (comment) => comment.querySelector(":scope > .comment-body");
const here = () => document.activeElement.closest(".comment[data-id]");

/** The comment the reader is at: the one with the focus, else the first that is on the screen. */
const current = () => here() ?? all().find((one) => bodyOf(one).getBoundingClientRect().bottom > 0);

const keys = {
  j: () => go(1),
  k: () => go(-1),
  r: () => bodyOf(current())?.querySelector(".reply")?.click(),
  v: () => bodyOf(current())?.querySelector(".vote[value=up]")?.click(),
  "?": () => list(),
};

export function press(key) {
  if (key === "?" || isOn()) keys[key]();
}

function go(step) {
  const comments = all();
  const at = comments.indexOf(here());
  const next = at < 0 ? current() : comments[at + step];
  if (!next) return;
  focusOn(bodyOf(next), { preventScroll: true });
  bodyOf(next).scrollIntoView({ block: "center" });
}

function isOn() {
  try { return localStorage.getItem("pp-keys") !== "off"; } catch { return true; }
}

/** The list of the keys, with the switch. */
export async function list() {
  let dialog = document.getElementById("keys");
  if (!dialog) {
    const { response, fragment } = await fetchFragment("/discussion/keys/");
    if (!response.ok) throw new Error(response.statusText);
    dialog = Object.assign(document.createElement("dialog"), { id: "keys", className: "card" });
    dialog.setAttribute("aria-labelledby", "keys-title");
    const onOff = Object.assign(document.createElement("input"), { type: "checkbox", checked: isOn() });
    onOff.addEventListener("change", () => { try { localStorage.setItem("pp-keys", onOff.checked ? "on" : "off"); } catch { /* for this page only */ } });
    const label = Object.assign(document.createElement("label"), { className: "cluster" });
    label.append(onOff, root.dataset.keys);
    const close = Object.assign(document.createElement("button"), { className: "button", textContent: root.dataset.close });
    const form = Object.assign(document.createElement("form"), { method: "dialog", className: "stack" });
    form.append(label, close);
    dialog.append(fragment, form);
    document.body.append(dialog);
  }
  dialog.showModal();
}
