// What several modules of the discussion need.
export const root = document.querySelector(".discussion");

/** The other pages of ours that this browser has open: what one of them posts is no news on another. */
export const tabs = "BroadcastChannel" in globalThis ? new BroadcastChannel("pp-own") : undefined;

/** Tell it to who cannot see it happen, in the thread's own status line. */
export function say(text) {
  const status = document.getElementById("discussion-status");
  if (status) status.textContent = text;
}

/** Send a form as it stands, with these fields besides; our server answers with a partial or one sentence. */
export async function send(form, extra = {}, address = form.action) {
  const body = new URLSearchParams(new FormData(form));
  for (const [name, value] of Object.entries(extra)) body.set(name, value);
  return fetch(address, { method: "POST", body, credentials: "same-origin", headers: { "X-Fragment": "1" } });
}

/** What to tell the reader when the server refused: its own sentence where it sent one. */
export function sentence(response, text) {
  return response.headers.get("Content-Type")?.startsWith("text/plain") ? text : root.dataset.failed;
}

/** Escape closes what was opened in place; `close` leads back to what opened it. */
export function closable(element, close) {
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
    event.preventDefault();
    close();
  });
}

export function focusOn(element, options) {
  element.tabIndex = -1;
  element.focus(options);
}
