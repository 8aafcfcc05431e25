// How the words will look, made by the server on the same path as a posted comment.
import { htmlToFragment } from "../theme/fragment.js";
import { focusOn, root, send, sentence } from "./shared.js";

export async function preview(button) {
  const form = button.form;
  const error = form.querySelector(".error");
  error.textContent = "";
  const response = await send(form, {}, `/discussion/pages/${root.dataset.page}/preview/`);
  const text = await response.text();
  if (!response.ok) { error.textContent = sentence(response, text); return; }
  let shown = form.querySelector(".preview");
  if (!shown) {
    shown = Object.assign(document.createElement("section"), { className: "preview" });
    shown.setAttribute("aria-label", button.textContent);
    button.parentElement.before(shown);
  }
  const words = Object.assign(document.createElement("div"), { className: "comment-text", dir: "auto" });
  words.append(htmlToFragment(text));
  shown.replaceChildren(words);
  focusOn(shown);
}
