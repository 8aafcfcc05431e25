// Votes: one press votes or switches, the same press again withdraws.
import { say, send } from "./shared.js";

export async function vote(form, { submitter }) {
  const response = await send(form, { vote: submitter.value });
  const tools = form.parentElement;
  tools.querySelector(".vote-refused")?.remove();
  if (!response.ok) {
    const sentence = await response.text();
    tools.append(Object.assign(document.createElement("p"), { className: "error vote-refused", textContent: sentence }));
    say(sentence);
    return;
  }
  show(form, await response.json());
}

/** Draw counts and one's own vote on a comment's form. */
export function show(form, counts) {
  if ("up" in counts) {
    form.querySelector(".up").textContent = counts.up;
    form.querySelector(".down").textContent = counts.down;
  }
  for (const button of form.querySelectorAll(".vote")) {
    button.setAttribute("aria-pressed", String((button.value === "up" ? 1 : -1) === counts.own));
  }
}
