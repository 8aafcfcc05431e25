// Reporting a comment in place.
import { fetchFragment } from "../theme/fragment.js";
import { closable, root, say, send, sentence } from "./shared.js";

/** Opens the report form below a comment, or closes it again. */
export async function report(link) {
  const body = link.closest(".comment-body");
  const open = body.querySelector(":scope > .report-form");
  if (open) { open.remove(); return; }
  // One at a time: its fields have names of their own on the page.
  root.querySelector(".report-form")?.remove();
  const { response, fragment } = await fetchFragment(link.href);
  if (!response.ok) throw new Error(response.statusText);
  const form = fragment.querySelector("form");
  const cancel = form.querySelector(".cancel");
  if (cancel) {
    cancel.hidden = false;
    cancel.addEventListener("click", () => { form.remove(); link.focus(); });
  }
  body.append(form);
  closable(form, () => { form.remove(); link.focus(); });
  (form.querySelector("input") ?? form).focus();
}

export async function sendReport(form) {
  const error = form.querySelector(".error");
  const button = form.querySelector("button[type=submit]");
  button.disabled = true;
  try {
    const response = await send(form);
    const text = await response.text();
    if (response.status !== 201) { error.textContent = sentence(response, text); return; }
    const link = form.closest(".comment-body").querySelector("a.report");
    form.replaceWith(Object.assign(document.createElement("p"), { className: "notice notice-good", textContent: text }));
    say(text);
    link?.focus();
  } catch {
    error.textContent = root.dataset.failed;
  } finally {
    button.disabled = false;
  }
}
