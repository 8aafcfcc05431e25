// Which articles led to a gift. The tab remembers them until it is closed, and nobody is told but the giving form.
const KEY = "pp-visit";
// As in visits.py: the first is always kept, of the others the latest.
const MOST = 12;

const words = (text) => text.split(",").filter((word) => /^([1-9]\d{0,8}|newsletter-[a-z\d-]{1,49})$/.test(word));
const kept = () => words(sessionStorage.getItem(KEY) ?? "");

/** The way so far and these steps of it: one newsletter in front, then articles, none twice in a row. */
function walked(...steps) {
  const way = [...kept(), ...steps.flatMap(words)];
  const articles = way.filter((word) => /^\d/.test(word)).filter((word, at, all) => word !== all[at - 1]);
  const newsletter = way.findLast((word) => !/^\d/.test(word));
  return [...(newsletter ? [newsletter] : []), ...articles.slice(0, 1), ...articles.slice(1).slice(1 - MOST)].join(",");
}

try {
  const article = document.querySelector("[data-article]")?.dataset.article ?? "";
  const from = new URLSearchParams(location.search).get("from") ?? "";
  const form = document.querySelector("input[name=visit]");
  // A form that comes back with a sentence holds the way already.
  if (form && !form.value.startsWith(kept().join(","))) form.value = walked(form.value);
  if (!form) sessionStorage.setItem(KEY, walked(from, article));
} catch { /* a browser that keeps nothing tells what the link told */ }
