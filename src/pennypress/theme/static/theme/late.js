// Brings in what may come late: the modules that elements name, once the page stands and somebody looks at it.
// And Escape closes the choice of being told.
const PAUSE = 500;

function bringIn() {
  if (document.hidden) { document.addEventListener("visibilitychange", bringIn, { once: true }); return; }
  for (const element of document.querySelectorAll("[data-late]")) import(element.dataset.late);
}

addEventListener("keydown", ({ key, target }) => {
  const opened = key === "Escape" && target.closest(".notify[open]");
  if (opened) { opened.open = false; opened.firstChild.focus(); }
});

if (document.readyState === "complete") setTimeout(bringIn, PAUSE);
else addEventListener("load", () => setTimeout(bringIn, PAUSE), { once: true });
