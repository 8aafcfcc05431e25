// Works for a giver where many gifts are begun at once, and sends the form again; see funding/actions/shielding.py.
import { work } from "../delivery/proof.js";

const form = document.querySelector("form[data-challenge]");
const said = document.getElementById("proving");
const before = [...said.childNodes];

said.textContent = said.dataset.working;
const answer = await work(JSON.parse(form.dataset.challenge));
form.elements.proof.value = answer;
// Where it cannot be done the page says again what its reader can do.
if (answer === "cannot") said.replaceChildren(...before);
else form.requestSubmit();
