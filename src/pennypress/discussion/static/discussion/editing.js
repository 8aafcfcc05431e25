// Changing one's own comment in place, while it is fresh.
import { fragmentOf, htmlToFragment } from "../theme/fragment.js";
import { marks } from "./marks.js";
import { closable, focusOn, root, say, send, sentence } from "./shared.js";

export async function edit(link) {
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
  const textarea = form.querySelector("textarea");
  // What was changed is not lost by one key.
  closable(form, () => { if (textarea.value === textarea.defaultValue) cancel.click(); });
  textarea.focus();
}

export async function save(form) {
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
    if (now) focusOn(now);
  } catch {
    error.textContent = root.dataset.failed;
  }
}
