// Makes the discussion live: posting, replying, voting, ordering and loading more without a reload.
// Everything here is also a plain link or form; where a step fails, the plain way is left open.
// Only this file comes with the page. What a press needs is a module of its own that comes with the first press.

// What is pressed or sent, the module that knows what to do, and its function: (element, event) => promise.
const deeds = [
  ["submit", ".comment-form", () => import("./posting.js"), "post"],
  ["submit", ".edit-form", () => import("./editing.js"), "save"],
  ["submit", ".notify-form", () => import("./notify.js"), "notify"],
  ["submit", ".votes", () => import("./voting.js"), "vote"],
  ["click", "a.reply", () => import("./posting.js"), "reply"],
  ["click", "a.edit", () => import("./editing.js"), "edit"],
  ["click", "a.load-more", () => import("./loading.js"), "loadMore"],
  ["click", "a.view-all", () => import("./loading.js"), "viewAll"],
  ["click", "a.more-replies", () => import("./loading.js"), "moreReplies"],
  ["click", ".passage-filter a", () => import("./loading.js"), "filter"],
  ["click", "a.to-passage", () => import("./passages.js"), "show"],
  ["click", ".order a", () => import("./loading.js"), "order"],
];

const root = document.querySelector(".discussion");

function deedOf(event) {
  for (const [kind, selector, load, name] of deeds) {
    const element = kind === event.type && event.target.closest?.(selector);
    if (element) return { element, load, name };
  }
}

async function act(event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
  const { element, load, name } = deedOf(event) ?? {};
  if (!element || element.dataset.plain) return;
  event.preventDefault();
  let module;
  try { module = await load(); } catch { plainly(element, event.submitter); return; }
  try { await module[name](element, event); } catch { if (element.href) plainly(element); else fail(); }
}

/** As if there were no scripts: the form is sent, the link followed. */
function plainly(element, submitter) {
  if (element.href) { location.href = element.href; return; }
  element.dataset.plain = "1";
  element.requestSubmit(submitter);
}

function fail() {
  document.getElementById("discussion-status").textContent = root.dataset.failed;
}

// The article's own text: its marks, its questions, and what a reader selects in it.
const article = document.querySelector(".article-body[data-page]");
const passages = () => import("./passages.js");

if (article && root) {
  article.addEventListener("click", (event) => {
    const link = event.target.closest(".passage-open, .comment-here");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    passages().then((module) => module.open(link)).catch(() => plainly(link));
  });
  document.addEventListener("selectionchange", () => {
    const chosen = getSelection();
    if (!chosen.isCollapsed && article.contains(chosen.anchorNode)) passages().then(({ offer }) => offer());
  });
  // Marks are drawn when the first of them comes near; their counts are in the page anyway.
  const near = new IntersectionObserver((seen) => {
    if (seen.some((one) => one.isIntersecting)) { near.disconnect(); passages().then(({ draw }) => draw()); }
  }, { rootMargin: "0px 0px 100px" });
  for (const notes of article.querySelectorAll(".passage-notes")) near.observe(notes);
}

if (root) {
  root.addEventListener("submit", act);
  root.addEventListener("click", act);
  // Who has left something here before finds their marks; all others have none to ask for.
  if (document.cookie.includes("pp_marks=1")) import("./marks.js").then(({ marks }) => marks());
  // Long enough that a reader has read something to have thoughts about.
  if (document.getElementById("bubble")) setTimeout(() => import("./bubble.js").then(({ invite }) => invite()), 45_000);
}
