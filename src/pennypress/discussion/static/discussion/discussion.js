// Makes the discussion live: posting, replying, voting, ordering and loading more without a reload.
// Everything here is also a plain link or form; where a step fails, the plain way is left open.
// Only this file comes with the page. What a press needs is a module of its own that comes with the first press.

// What is pressed or sent, the module that knows what to do, and its function: (element, event) => promise.
const deeds = [
  ["submit", ".discussion:not(.place) .comment-form, form[data-reply]", () => import("./posting.js"), "post"],
  ["submit", ".discussion:not(.place) .edit-form", () => import("./editing.js"), "save"],
  ["submit", ".notify-form", () => import("./notify.js"), "notify"],
  ["submit", "#votes", () => import("./voting.js"), "vote"],
  ["submit", ".report-form", () => import("./reporting.js"), "sendReport"],
  ["click", "a.report", () => import("./reporting.js"), "report"],
  ["click", "a.reply", () => import("./posting.js"), "reply"],
  ["click", "a.quote", () => import("./quoting.js"), "quote"],
  ["click", "button[name=preview]", () => import("./preview.js"), "preview"],
  ["click", "button[data-markup]", () => import("./toolbar.js"), "apply"],
  ["input", ".discussion:not(.place) .comment-form textarea, form[data-reply] textarea", () => import("./drafts.js"), "keep"],
  ["click", "a.edit", () => import("./editing.js"), "edit"],
  ["click", "a.load-more", () => import("./loading.js"), "loadMore"],
  ["click", "a.view-all", () => import("./loading.js"), "viewAll"],
  ["click", "a.more-replies", () => import("./loading.js"), "moreReplies"],
  ["click", ".passage-filter a", () => import("./loading.js"), "filter"],
  ["click", "a.to-passage", () => import("./passages.js"), "show"],
  ["click", "a.keys", () => import("./keyboard.js"), "list"],
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
  if (!element || (element.form ?? element).dataset.plain) return;
  if (event.cancelable) event.preventDefault();
  let module;
  try { module = await load(); } catch { plainly(element, event.submitter); return; }
  try { await module[name](element, event); } catch { if (element.href) plainly(element); else fail(); }
}

/** As if there were no scripts: the form is sent, the link followed. What has no such way says that it failed. */
function plainly(element, submitter) {
  const form = element.form ?? element;
  if (element.href) location.href = element.href;
  else if (element.matches("form, [type=submit]")) {
    form.dataset.plain = "1";
    form.requestSubmit(submitter ?? (element === form ? null : element));
  } else if (element.matches("button")) fail();
}

/** Keys of the discussion, while nobody types (keyboard.js). */
function type(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !"jkrv?".includes(event.key)) return;
  if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
  import("./keyboard.js").then(({ press }) => press(event.key));
}

/** An "@" may begin a name. */
function name(event) {
  const { target } = event;
  if (target.matches("textarea") && target.value.slice(0, target.selectionStart).includes("@")) import("./mentions.js").then(({ suggest }) => suggest(target));
}

/** The order a reader chose before, where the address asks for none. */
function reorder() {
  let chosen;
  try { chosen = localStorage.getItem("pp-order"); } catch { return; }
  if (!chosen || location.search.includes("order=") || location.hash.startsWith("#comment-")) return;
  const link = root.querySelector(`.order a[href^="?order=${CSS.escape(chosen)}#"]:not([aria-current])`);
  if (link) import("./loading.js").then(({ order }) => order(link, null, { remember: false })).catch(() => {});
}

/** Who comes to one comment stands at the right place where all above it are laid out. */
function whole() {
  if (location.hash.startsWith("#comment-")) root.classList.add("whole");
}

/** A shortcut presses the button that names it. */
function press(event) {
  if (!event.target.matches("textarea") || !(event.ctrlKey || event.metaKey) || event.altKey) return;
  const key = event.code.startsWith("Digit") ? event.code.at(-1) : event.key.toUpperCase();
  const name = `Control+${event.shiftKey ? "Shift+" : ""}${key}`;
  const button = event.target.form.querySelector(`[aria-keyshortcuts="${CSS.escape(name)}"]`);
  if (button) { event.preventDefault(); button.click(); }
}

/** Words of a comment are selected: they may be quoted. */
function select() {
  const selection = getSelection();
  const words = !selection.isCollapsed && selection.anchorNode.parentElement?.closest(".comment .comment-text");
  if (words) import("./quoting.js").then(({ offer }) => offer(words));
}

/** A guest gives a name; without scripts nobody knows who is one before the form is sent. */
function require() {
  for (const name of document.querySelectorAll(".comment-form [name=name]")) name.required = true;
}

/** What this browser keeps for the thread's form: a draft, or the name used last. */
function restore() {
  const form = document.getElementById("comment-form");
  try {
    if (!form || !(localStorage.getItem("pp-name") || localStorage.getItem(`pp-draft:${root.dataset.page}:`))) return;
  } catch { return; }
  import("./drafts.js").then((drafts) => drafts.restore(form));
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
  root.addEventListener("input", act);
  root.addEventListener("keydown", press);
  document.addEventListener("selectionchange", select);
  root.addEventListener("input", name);
  document.addEventListener("keydown", type);
  addEventListener("hashchange", whole);
  whole();
  require();
  restore();
  reorder();
  // Who has left something here before finds their marks; all others have none to ask for.
  if (document.cookie.includes("pp_marks=1")) import("./marks.js").then(({ marks }) => marks());
  // Long enough that a reader has read something to have thoughts about.
  if (document.getElementById("bubble")) setTimeout(() => import("./bubble.js").then(({ invite }) => invite()), 45_000);
}
