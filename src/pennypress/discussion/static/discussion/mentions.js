// Whom one may mean after an "@": the people on this page, the latest comment of each. Names are no identity, so it is a
// comment that goes with the form.
import { root } from "./shared.js";
import { put } from "./toolbar.js";

const MAX_SHOWN = 6;
const TYPED = /(?:^|\s)@([^\s@]{0,30})$/;
let list, area, chosen;

/** Names on the page, the one who is answered first, each with the comment that stands for the person. */
function people(form) {
  const answered = form.closest(".comment")?.dataset.id;
  const found = new Map();
  for (const comment of root.querySelectorAll(".comment[data-id]")) {
    const name = comment.querySelector(":scope > .comment-body .comment-name")?.textContent;
    const time = comment.querySelector(":scope > .comment-body time")?.dateTime ?? "";
    if (!name) continue;
    const known = found.get(name);
    if (comment.dataset.id === answered) found.set(name, { name, id: comment.dataset.id, time: "9" });
    else if (!known || known.time < time) found.set(name, { name, id: comment.dataset.id, time });
  }
  return [...found.values()].sort((one, other) => (one.time < other.time ? 1 : -1));
}

export function suggest(field) {
  const typed = field.value.slice(0, field.selectionStart).match(TYPED)?.[1];
  if (typed === undefined) { close(); return; }
  const fits = people(field.form).filter(({ name }) => name.toLowerCase().startsWith(typed.toLowerCase())).slice(0, MAX_SHOWN);
  if (!fits.length) { close(); return; }
  if (area !== field) { close(); listen(field); }
  area = field;
  list ??= Object.assign(document.createElement("ul"), { id: "mention-list", className: "mention-list card", role: "listbox" });
  list.setAttribute("aria-label", "@");
  list.replaceChildren(...fits.map((person, number) => {
    const item = Object.assign(document.createElement("li"), { id: `mention-${number}`, role: "option", textContent: person.name });
    item.addEventListener("pointerdown", (event) => { event.preventDefault(); take(person, typed); });
    item.person = person;
    return item;
  }));
  field.after(list);
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-autocomplete", "list");
  mark(list.firstElementChild);
}

function listen(field) {
  if (field.dataset.mentions) return;
  field.dataset.mentions = "1";
  field.addEventListener("keydown", steer);
  field.addEventListener("blur", close);
}

function steer(event) {
  if (!list?.isConnected || area !== event.target) return;
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  if (step) mark(chosen[step] ?? chosen);
  else if (event.key === "Enter" || event.key === "Tab") take(chosen.person, area.value.slice(0, area.selectionStart).match(TYPED)[1]);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
}

function mark(item) {
  chosen?.removeAttribute("aria-selected");
  chosen = item;
  chosen.setAttribute("aria-selected", "true");
  area.setAttribute("aria-activedescendant", chosen.id);
}

function take({ name, id }, typed) {
  const field = area;
  close();
  field.setSelectionRange(field.selectionStart - typed.length, field.selectionStart);
  put(field, `${name} `);
  field.form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "mention", value: id }));
}

function close() {
  list?.remove();
  area?.removeAttribute("aria-activedescendant");
}
