// Writing a comment or a reply in place.
import { htmlToFragment } from "../theme/fragment.js";
import { forget, restore } from "./drafts.js";
import { closable, focusOn, root, send, sentence, tabs } from "./shared.js";

/** Posts the form; `put` places what came of it where it belongs. */
export async function post(form, _event, put = place) {
  const error = form.querySelector(".error");
  const button = form.querySelector("button[type=submit]");
  // One key for all tries with these words, so that a try whose answer was lost posts nothing twice.
  const key = form.elements.submission ?? form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name: "submission" }));
  key.value ||= crypto.randomUUID?.() ?? String(Math.random()).slice(2);
  error.textContent = "";
  button.disabled = true;
  tabs?.postMessage({ posting: true });
  try {
    const response = await sendWorking(form, error);
    const text = await response.text();
    if (response.status !== 201) {
      refuse(error, response, text);
      // Nobody sees this field, so nobody could empty it.
      form.elements.website.value = "";
      return;
    }
    error.textContent = "";
    key.value = "";
    forget(form);
    form.querySelector("textarea").value = "";
    form.querySelector(".preview")?.remove();
    const fragment = htmlToFragment(text);
    const item = fragment.firstElementChild;
    if (item.dataset.id) tabs?.postMessage({ posted: item.dataset.id });
    put(form, fragment);
    const said = response.headers.get("X-Said");
    if (said) item.append(Object.assign(document.createElement("p"), { className: "notice", role: "status", textContent: decodeURIComponent(said) }));
    if (form.dataset.reply) form.remove();
  } catch {
    error.textContent = root.dataset.failed;
  } finally {
    button.disabled = false;
    tabs?.postMessage({ posting: false });
  }
}

/** Sends the form; where the thread runs hot and the server asks for some work first, does it and sends it again. */
async function sendWorking(form, error) {
  const seconds = Math.floor(performance.now() / 1000);
  const response = await send(form, { seconds });
  if (response.status !== 428) return response;
  const asked = await response.json();
  error.textContent = asked.sentence;
  const { work } = await import("../delivery/proof.js");
  return send(form, { seconds, proof: await work(asked.challenge) });
}

/** Says why not; where it is a decision about this person, with the way to it. */
function refuse(error, response, text) {
  error.textContent = sentence(response, text);
  const address = response.headers.get("X-Decision");
  if (address) error.append(" ", Object.assign(document.createElement("a"), { href: address, textContent: root.dataset.decision }));
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
  focusOn(item);
}

/** Opens the form below a comment, or closes it again. */
export async function reply(link) {
  const comment = link.closest(".comment");
  const open = openForm(comment);
  if (open) { open.remove(); return; }
  const form = openReply(comment);
  if (form) form.querySelector("textarea").focus(); else location.href = link.href;
}

const openForm = (comment) => comment.querySelector(":scope > .comment-body > form[data-reply]");

/** The form that answers this comment; a copy of the thread's own, or nothing where that is not. */
export function openReply(comment) {
  const open = openForm(comment);
  const model = document.getElementById("comment-form");
  if (open || !model) return open;
  const form = model.cloneNode(true);
  form.removeAttribute("id");
  form.elements.submission?.remove();
  form.elements.parent?.remove();
  form.querySelector(".preview")?.remove();
  form.elements.text.value = "";
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
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "parent", value: id }));
  const body = comment.querySelector(":scope > .comment-body");
  body.append(form);
  // What was written is kept as a draft and stands there again.
  closable(form, () => { form.remove(); body.querySelector("a.reply")?.focus(); });
  restore(form);
  return form;
}
