// Brings in what may come late: the modules that elements name, once the page stands and somebody looks at it.
const PAUSE = 500;

function bringIn() {
  if (document.hidden) { document.addEventListener("visibilitychange", bringIn, { once: true }); return; }
  const modules = new Set([...document.querySelectorAll("[data-late]")].map((element) => element.dataset.late));
  for (const address of modules) import(address);
}

if (document.readyState === "complete") setTimeout(bringIn, PAUSE);
else addEventListener("load", () => setTimeout(bringIn, PAUSE), { once: true });
