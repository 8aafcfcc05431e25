// More of the thread, all of it, the rest of a branch, and other orders, in place.
import { fetchFragment } from "../theme/fragment.js";
import { marks } from "./marks.js";
import { focusOn, root } from "./shared.js";

/** The partial a link leads to. Where there is none the link is followed as it stands: the caller of all this sees to it. */
async function partOf(address) {
  const { response, fragment } = await fetchFragment(address);
  if (!response.ok) throw new Error(response.statusText);
  return fragment;
}

/** New comments have come in: the first of them gets the focus, and all of them their reader's marks. */
function arrive(first) {
  if (first) focusOn(first, { preventScroll: true });
  marks();
}

const onward = (fragment) => [...fragment.children].filter((child) => child.matches(".more"));

export async function loadMore(link) {
  const fragment = await partOf(link.href);
  const list = link.closest(".thread-list");
  const first = fragment.querySelector(".comment");
  link.closest(".more").remove();
  list.querySelector(":scope > .comments").append(...fragment.querySelector(".comments").children);
  list.append(...onward(fragment));
  arrive(first);
}

export async function viewAll(link) {
  const list = link.closest(".thread-list");
  list.replaceChildren(await partOf(link.href));
  root.querySelector(".order .picks")?.removeAttribute("aria-current");
  arrive(list.querySelector(".comment"));
}

export async function moreReplies(link) {
  const fragment = await partOf(link.href);
  const list = link.closest(".comment").querySelector(":scope > .replies");
  const come = [...fragment.querySelector(".replies").children];
  // A branch's first page comes whole: what stood here before is in it, in its place.
  if (new URL(link.href).searchParams.has("from")) list.append(...come); else list.replaceChildren(...come);
  link.closest(".more").replaceWith(...onward(fragment));
  arrive(come[0]);
}

/** Another order, in place; it is remembered here for the next article. */
export async function order(link, _event, { remember = true } = {}) {
  const query = new URL(link.href).search;
  root.querySelector(".thread-list").replaceChildren(await partOf(`/discussion/pages/${root.dataset.page}/${query}`));
  for (const other of root.querySelectorAll(".order a")) other.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
  // The picks are no order, and not of the article's own page.
  if (link.matches(".picks")) { history.replaceState(null, "", location.pathname); marks(); return; }
  if (remember) {
    history.replaceState(null, "", query);
    try { localStorage.setItem("pp-order", new URL(link.href).searchParams.get("order")); } catch { /* a browser that keeps nothing */ }
  }
  for (const kept of root.querySelectorAll(".passage-filter a")) {
    const address = new URL(kept.href);
    address.searchParams.set("order", new URL(link.href).searchParams.get("order"));
    kept.href = address;
  }
  marks();
}

/** Only the comments at passages of the text, or all of them again. The orders keep to it. */
export async function filter(link) {
  const address = new URL(link.href);
  const only = address.searchParams.get("show") === "passages";
  const list = root.querySelector(".thread-list");
  list.replaceChildren(await partOf(`/discussion/pages/${root.dataset.page}/${address.search}`));
  for (const other of root.querySelectorAll(".order > a:not(.picks)")) {
    const its = new URL(other.href);
    if (only) its.searchParams.set("show", "passages"); else its.searchParams.delete("show");
    other.href = its;
  }
  root.querySelector(".only-passages").hidden = only;
  root.querySelector(".passages-shown").hidden = !only;
  history.replaceState(null, "", address.search);
  arrive(list.querySelector(".comment"));
}
