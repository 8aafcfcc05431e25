// Moves the meter on an open page when the month's figures have changed.
import { on } from "../delivery/live.js";

// All open pages are told within a second; they ask for the new meter spread over so many milliseconds.
const SPREAD = 3_000;
let renewal;

const outdated = (number) => [...document.querySelectorAll(".meter[data-renew]")].filter((meter) => meter.dataset.moved !== String(number));

on("meter", ({ meter }) => {
  if (!renewal && outdated(meter).length) renewal = setTimeout(() => renew(meter), Math.random() * SPREAD);
});

async function renew(number) {
  renewal = undefined;
  const { fetchFragment } = await import("../theme/fragment.js");
  for (const meter of outdated(number)) {
    const { response, fragment } = await fetchFragment(meter.dataset.renew);
    const renewed = response.ok && fragment.querySelector(".meter");
    if (renewed && !meter.contains(document.activeElement)) meter.replaceWith(renewed);
  }
}
