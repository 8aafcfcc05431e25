// Passages of the article: their marks, what is said at them, and commenting on what a reader selects.
// Comes when a mark comes near, when words are selected, or with the first press; without it there are plain pages.
import { fetchFragment } from "../theme/fragment.js";
import { post } from "./posting.js";
import { closable, focusOn, root, say } from "./shared.js";

const article = document.querySelector(".article-body[data-page]");
const paints = globalThis.CSS?.highlights && globalThis.Highlight;
// What stands at a paragraph's end besides its words.
const MARGIN = ".margin, .passage-panel";

/** The words of a block with the text nodes they stand in; letters are counted as code points, as the server does. */
function textNodes(block) {
  const walker = document.createTreeWalker(block, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) =>
    node.nodeType === Node.ELEMENT_NODE ? (node.matches(MARGIN) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP) : NodeFilter.FILTER_ACCEPT);
  const nodes = [];
  while (walker.nextNode()) nodes.push(walker.currentNode);
  return nodes;
}

const letters = (text) => [...text].length;

/** The range from one letter of the block to another, or null when the block is not that long. */
function rangeOf(block, start, end) {
  const range = document.createRange();
  let at = 0, begun = false;
  for (const node of textNodes(block)) {
    const points = [...node.data];
    const unit = (offset) => points.slice(0, offset - at).join("").length;
    if (!begun && start < at + points.length) { range.setStart(node, unit(start)); begun = true; }
    if (begun && end <= at + points.length) { range.setEnd(node, unit(end)); return range; }
    at += points.length;
  }
  return null;
}

function rangeOfMark(mark) {
  const block = document.getElementById(mark.closest(".passage-notes").dataset.block);
  return block && rangeOf(block, Number(mark.dataset.start), Number(mark.dataset.end));
}

/** Draws all marks. Where ranges cannot be painted, the counts below the paragraphs are the marks. */
export function draw() {
  if (!paints) return;
  const ranges = [...article.querySelectorAll(".passage-notes [data-passage]")].map(rangeOfMark).filter(Boolean);
  CSS.highlights.set("passage", new Highlight(...ranges));
}

/** Shows one passage as the one that is meant. */
function point(block, range) {
  for (const other of article.querySelectorAll(".pointed")) other.classList.remove("pointed");
  if (paints) {
    const highlight = new Highlight(...(range ? [range] : []));
    highlight.priority = 1;
    CSS.highlights.set("passage-meant", highlight);
  }
  if (!range || !paints) block.classList.add("pointed");
}

/** From a comment's quote back to the passage in the text. */
export async function show(link) {
  const mark = article?.querySelector(`.passage-notes [data-passage="${link.dataset.passage}"]`);
  if (!mark) { location.href = link.href; return; }
  draw();
  const block = document.getElementById(mark.closest(".passage-notes").dataset.block);
  point(block, rangeOfMark(mark));
  block.scrollIntoView({ block: "center" });
  focusOn(block, { preventScroll: true });
}

/** What a mark, an answer link or a paragraph's link opens, right below its paragraph; pressed again it closes. */
export async function open(link) {
  const here = link.closest(".comment-here");
  if (here) { const block = here.closest("[id^=p-]"); write(selectionOf(block, 0, wordsOf(block).length), here); return; }
  const notes = link.closest(".passage-notes");
  const name = link.closest("[data-passage]").dataset.passage;
  const shown = notes.querySelector(`.passage-panel[data-passage="${name}"]`);
  if (shown) { shown.remove(); link.setAttribute("aria-expanded", "false"); return; }
  const { response, fragment } = await fetchFragment(link.href);
  if (!response.ok) throw new Error(response.statusText);
  const panel = fragment.querySelector(".passage-panel");
  const form = formFor({ passage: name });
  if (form) panel.append(form);
  notes.append(panel);
  closable(panel, () => { if (!form?.elements.text.value) { open(link); link.focus(); } });
  link.setAttribute("aria-expanded", "true");
  const mark = notes.querySelector(`[data-passage="${name}"][data-start]`);
  point(document.getElementById(notes.dataset.block), rangeOfMark(mark));
  draw();
  if (link.matches(".answer") && form) form.querySelector("textarea").focus(); else focusOn(panel);
}

const wordsOf = (block) => [...textNodes(block).map((node) => node.data).join("")];

function selectionOf(block, start, end) {
  return { block: block.id, start, end, quote: wordsOf(block).slice(start, end).join("") };
}

/** What of the reader's selection lies in one block: from where it begins to the block's end at most. */
function chosen() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const from = range.startContainer.nodeType === Node.TEXT_NODE ? range.startContainer.parentElement : range.startContainer;
  const block = from.closest?.("[id^=p-]");
  if (!block || !article.contains(block)) return null;
  let start = 0, end = 0, at = 0;
  for (const node of textNodes(block)) {
    const size = letters(node.data);
    if (node === range.startContainer) start = at + letters(node.data.slice(0, range.startOffset));
    if (node === range.endContainer) end = at + letters(node.data.slice(0, range.endOffset));
    at += size;
  }
  if (!block.contains(range.endContainer) || range.endContainer === block || !end) end = at;
  // Spaces at the ends are nobody's point.
  const words = wordsOf(block);
  while (start < end && !words[start].trim()) start++;
  while (end > start && !words[end - 1].trim()) end--;
  return start < end ? { found: selectionOf(block, start, end), place: range.getBoundingClientRect(), block } : null;
}

let button, settling;

/** Once a selection rests, offers to comment on it. */
export function offer() {
  clearTimeout(settling);
  settling = setTimeout(() => {
    const choice = document.getElementById("comment-form") ? chosen() : null;
    button?.remove();
    button = null;
    if (!choice) return;
    button = Object.assign(document.createElement("button"), { type: "button", className: "button comment-selection margin", textContent: root.dataset.comment });
    // Right after the selection, so that it is the next stop of the keyboard.
    choice.block.append(button);
    const limit = document.documentElement.clientWidth - button.offsetWidth - 8;
    button.style.insetBlockStart = `${scrollY + choice.place.bottom + 8}px`;
    button.style.insetInlineStart = "auto";
    button.style.left = `${Math.max(8, Math.min(limit, choice.place.left))}px`;
    button.addEventListener("pointerdown", (event) => event.preventDefault());
    button.addEventListener("click", () => { write(choice.found); button?.remove(); button = null; getSelection().removeAllRanges(); });
  }, 250);
}

/** A form at a passage that nobody has commented on yet. */
function write(selection, opener) {
  const block = document.getElementById(selection.block);
  const open = article.querySelector(".passage-new");
  open?.remove();
  if (open?.dataset.key === `${selection.block}:${selection.start}:${selection.end}`) { opener?.focus(); return; }
  const form = formFor(selection);
  if (!form) { if (opener) location.href = opener.href; return; }
  const panel = Object.assign(document.createElement("div"), { className: "passage-panel passage-new card stack" });
  panel.dataset.key = `${selection.block}:${selection.start}:${selection.end}`;
  const quote = Object.assign(document.createElement("blockquote"), { className: "about", dir: "auto", textContent: selection.quote });
  panel.append(quote, form);
  closable(panel, () => { if (!form.elements.text.value) { close(form); opener?.focus(); } });
  if (block.matches("li, td, th, dt, dd, figcaption, caption")) block.append(panel); else block.after(panel);
  point(block, rangeOf(block, selection.start, selection.end));
  form.querySelector("textarea").focus();
}

let forms = 0;

/** A copy of the page's own form, about this passage; null where the discussion is closed. */
function formFor(selection) {
  const model = document.getElementById("comment-form");
  if (!model) return null;
  const form = model.cloneNode(true);
  const number = ++forms;
  form.removeAttribute("id");
  for (const name of ["submission", "parent", "passage", "block", "start", "end", "quote"]) form.elements[name]?.remove();
  form.querySelector("h3")?.remove();
  form.querySelector("textarea").value = "";
  form.querySelector(".error").textContent = "";
  for (const field of form.querySelectorAll("[id]")) {
    for (const label of form.querySelectorAll(`label[for="${field.id}"]`)) label.htmlFor = `${field.id}-at-${number}`;
    field.id += `-at-${number}`;
  }
  form.querySelector("textarea").setAttribute("aria-describedby", form.querySelector(".error").id);
  for (const [name, value] of Object.entries(selection)) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  const cancel = Object.assign(document.createElement("button"), { type: "button", className: "button button-quiet", textContent: root.dataset.cancel });
  cancel.addEventListener("click", () => close(form));
  form.querySelector("button[type=submit]").after(" ", cancel);
  form.addEventListener("submit", (event) => { event.preventDefault(); post(form, event, put); });
  return form;
}

function close(form) {
  const panel = form.closest(".passage-panel");
  const opener = panel.closest(".passage-notes")?.querySelector(`[aria-expanded="true"]`);
  opener?.setAttribute("aria-expanded", "false");
  panel.remove();
  opener?.focus();
  if (paints) CSS.highlights.delete("passage-meant");
}

/** The comment stands in the thread as well; here it stands without its tools, at its passage. */
function put(form, fragment) {
  const posted = fragment.firstElementChild;
  const shown = Object.assign(document.createElement("div"), { className: "passage-posted" });
  shown.append(...(posted.matches(".held") ? [posted] : posted.querySelectorAll(".comment-head, .comment-text")));
  form.replaceWith(shown);
  say(root.dataset.posted);
  focusOn(shown);
}
