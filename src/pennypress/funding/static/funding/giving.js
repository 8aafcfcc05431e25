// Shows the sum with the fee on top while the reader chooses. The server reckons it; without this it shows it before the payment.
import { fetchFragment } from "../theme/fragment.js";

const PAUSE = 250;
// What the sum depends on: the address of whoever gives is not sent along.
const NAMES = ["often", "once", "monthly", "yearly", "own", "way", "cover"];
const form = document.querySelector(".gift-form");
const place = document.getElementById("gift-sum");
let timer;
let asked = 0;

async function show() {
  const number = ++asked;
  const given = new FormData(form);
  const address = new URL(form.dataset.sum, location.href);
  for (const name of NAMES) if (given.has(name)) address.searchParams.set(name, given.get(name));
  const { response, fragment } = await fetchFragment(address);
  if (number !== asked || !response.ok) return;
  form.elements.seen.value = fragment.querySelector("[data-amount]")?.dataset.amount ?? "";
  place.replaceChildren(fragment);
}

function changed(event) {
  if (!NAMES.includes(event.target.name)) return;
  asked += 1;
  clearTimeout(timer);
  form.elements.seen.value = "";
  if (form.elements.cover.checked) timer = setTimeout(show, PAUSE);
  else place.replaceChildren();
}

if (place) {
  form.addEventListener("input", changed);
  if (form.elements.cover.checked) show();
}
