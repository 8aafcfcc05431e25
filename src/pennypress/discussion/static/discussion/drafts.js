// What is being written stays in this browser until it is posted, and is sent nowhere. One draft for each place.
import { root } from "./shared.js";

// Long enough for a pause of typing, short enough that a lost page costs a word.
const PAUSE = 400;
let timer;

const keyOf = (form) => `pp-draft:${root.dataset.page}:${form.elements.parent?.value ?? ""}`;

/** Keep what the form holds, a moment after the last key. */
export async function keep(area) {
  clearTimeout(timer);
  timer = setTimeout(() => store(area.form), PAUSE);
}

function store(form) {
  // A browser that keeps nothing keeps no drafts; writing goes on without.
  try {
    const text = form.elements.text.value;
    if (text.trim()) localStorage.setItem(keyOf(form), text); else localStorage.removeItem(keyOf(form));
  } catch { /* see above */ }
}

/** Put a kept draft, and the name last used here, into empty fields. */
export function restore(form) {
  try {
    form.elements.text.value ||= localStorage.getItem(keyOf(form)) ?? "";
    if (form.elements.name) form.elements.name.value ||= localStorage.getItem("pp-name") ?? "";
  } catch { /* a browser that keeps nothing */ }
}

/** It is posted: the draft is done, and the name is remembered for the next time. */
export function forget(form) {
  clearTimeout(timer);
  try {
    localStorage.removeItem(keyOf(form));
    const { name } = form.elements;
    if (name && !name.disabled) localStorage.setItem("pp-name", name.value);
  } catch { /* a browser that keeps nothing */ }
}
