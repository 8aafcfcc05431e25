// Votes: one press votes or switches, the same press again withdraws.
import { say, send } from "./shared.js";

export async function vote(form, { submitter }) {
  const response = await send(form, { vote: submitter.value });
  if (!response.ok) { say(await response.text()); return; }
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
