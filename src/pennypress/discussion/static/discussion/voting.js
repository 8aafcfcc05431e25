// Votes: one press votes or switches, the same press again withdraws.
import { say, send } from "./shared.js";

export async function vote(form, { submitter }) {
  const response = await send(form, { vote: submitter.value }, submitter.formAction);
  const votes = submitter.closest(".votes");
  const tools = votes.parentElement;
  tools.querySelector(".vote-refused")?.remove();
  if (!response.ok) {
    const sentence = await response.text();
    tools.append(Object.assign(document.createElement("p"), { className: "error vote-refused", textContent: sentence }));
    say(sentence);
    return;
  }
  show(votes, await response.json());
}

/** Draw counts and one's own vote on a comment's buttons. */
export function show(votes, counts) {
  if ("up" in counts) {
    votes.querySelector(".up").textContent = counts.up;
    votes.querySelector(".down").textContent = counts.down;
  }
  for (const button of votes.querySelectorAll(".vote")) {
    button.setAttribute("aria-pressed", String((button.value === "up" ? 1 : -1) === counts.own));
  }
}
