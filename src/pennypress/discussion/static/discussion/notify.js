// The bar "Notify of": what the server says stands in the bar itself.
import { send, sentence } from "./shared.js";

export async function notify(form, event) {
  const said = form.querySelector(".notify-said");
  said.textContent = "";
  event.submitter.disabled = true;
  try {
    const response = await send(form);
    said.textContent = sentence(response, await response.text());
    said.classList.toggle("error", !response.ok);
  } finally {
    event.submitter.disabled = false;
  }
}
