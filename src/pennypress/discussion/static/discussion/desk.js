// The moderation desk by keyboard: j and k go from comment to comment, a letter presses what it names in the one at hand.
const items = [...document.querySelectorAll(".desk-comment")];
const LETTERS = new Set(["a", "h", "r", "o"]);

let at = -1;

function go(step) {
  if (!items.length) return;
  at = Math.min(Math.max(at + step, 0), items.length - 1);
  items[at].focus({ preventScroll: true });
  items[at].scrollIntoView({ block: "nearest" });
}

function press(letter, within) {
  const wanted = within?.querySelector(`[data-key="${letter}"]`);
  if (!wanted) return;
  wanted.click();
  // The form that a summary opens is what comes next.
  if (wanted.matches("summary")) wanted.parentElement.querySelector("select")?.focus();
}

document.addEventListener("focusin", (event) => {
  const inside = items.indexOf(event.target.closest(".desk-comment"));
  if (inside >= 0) at = inside;
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), textarea, select")) return;
  if (event.key === "j") go(1);
  else if (event.key === "k") go(-1);
  else if (event.key === "x") items[at]?.querySelector("input[name=comment]")?.click();
  else if (event.key === "u") press("u", document);
  else if (LETTERS.has(event.key)) press(event.key, items[at]);
  else return;
  event.preventDefault();
});
