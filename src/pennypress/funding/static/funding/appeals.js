// Which appeal this reader sees, if any. All of it is decided here and kept in this browser; what we are told is that some
// wording was seen, and not by whom.
import { fetchFragment } from "../theme/fragment.js";

const KEY = "pp-appeals", DAY = 86_400_000;
const now = Date.now();
// {month, read: articles this month, supporter, rest, pause: until when, looked: when we asked, lots: letters by appeal}
let mine;

function keep() { localStorage.setItem(KEY, JSON.stringify(mine)); }

async function decide() {
  const mark = document.querySelector("[data-supporter]");
  if (mark) { mine.supporter = now + mark.dataset.supporter * DAY; keep(); return; }
  const month = new Date().toISOString().slice(0, 7);
  mine.read = mine.month === month ? mine.read + 1 : 1;
  mine.month = month;
  keep();
  await look();
  const end = document.querySelector(".support-end[data-appeals]");
  const { response, fragment } = await fetchFragment(end.dataset.appeals);
  if (response.ok) say(end, fragment.querySelector(".appeals"));
}

/** Who is signed in may be a supporter whose mark is on another device. */
async function look() {
  if (mine.supporter > now || mine.looked > now - DAY || !document.cookie.includes("pp_marks=1")) return;
  const response = await fetch("/support/standing/", { credentials: "same-origin" });
  if (response.ok) Object.assign(mine, { looked: now, supporter: now + (await response.json()).days * DAY });
  keep();
}

function say(end, all) {
  const { pause, rest, regular } = all.dataset;
  const own = mine.supporter > now ? "supporter" : mine.read >= regular ? "regular" : "new";
  const words = [...all.children];
  mine.lots = Object.fromEntries(words.map(({ dataset: { appeal } }) => [appeal, mine.lots?.[appeal] ?? (Math.random() < 0.5 ? "a" : "b")]));
  const chosen = (place) => {
    const here = words.filter(({ dataset }) => dataset.place === place);
    const meant = [own, own === "supporter" ? own : "all"].map((segment) => here.filter(({ dataset }) => dataset.segment === segment)).find((some) => some.length);
    return meant?.find(({ dataset }) => dataset.letter === mine.lots[dataset.appeal]) ?? meant?.[0];
  };
  const put = (appeal, where) => {
    const link = appeal.querySelector("a");
    if (link) link.href = `/support/?from=${document.querySelector("[data-article]").dataset.article}&appeal=${appeal.dataset.wording}`;
    appeal.querySelector(".appeal-close").addEventListener("click", () => {
      mine.rest = Date.now() + rest * DAY;
      keep();
      appeal.remove();
      document.getElementById("content").focus({ preventScroll: true });
    });
    where(appeal);
    watch(appeal, appeal.dataset.place === "end" ? 0 : pause * DAY);
  };
  keep();
  const asks = !(mine.rest > now);
  standAt(end, asks && chosen("end"), own === "supporter" || !asks, put);
  if (!asks || mine.pause > now) return;
  const text = chosen("text"), spot = text && spotInText();
  const banner = chosen("banner");
  if (spot) put(text, (appeal) => spot.before(appeal));
  else if (banner) put(banner, (appeal) => document.getElementById("content").append(appeal));
}

/** Nothing that is seen moves: what is in sight stays, or leaves its room empty; only what is still below changes. */
function standAt(end, appeal, gone, put) {
  const standing = end.querySelector(".appeal");
  const below = end.getBoundingClientRect().top > innerHeight;
  if (below && (gone || appeal)) standing?.remove();
  else if (gone && standing) standing.style.visibility = "hidden";
  if (below && appeal) put(appeal, (one) => end.prepend(one));
}

/** Before a paragraph in the second half of a longer text, further down than the reader is. */
function spotInText() {
  const paragraphs = [...document.querySelectorAll("#text p[id]")].filter((one) => !one.closest("aside, figure, blockquote, li"));
  return paragraphs.length < 6 ? undefined : paragraphs.slice(paragraphs.length >> 1, -1).find((one) => one.getBoundingClientRect().top > innerHeight);
}

/** Half of it in sight is a showing, once for this page. */
function watch(appeal, pause) {
  const watcher = new IntersectionObserver(([{ isIntersecting }]) => {
    if (!isIntersecting) return;
    watcher.disconnect();
    if (pause) { mine.pause = Date.now() + pause; keep(); }
    fetch(appeal.dataset.shown, { method: "POST", credentials: "omit", keepalive: true }).catch(() => {});
  }, { threshold: 0.5 });
  watcher.observe(appeal);
}

try {
  mine = JSON.parse(localStorage.getItem(KEY) ?? "{}");
  keep();
} catch { /* a browser that keeps nothing for us is asked by nothing but what stands in the page */ }
if (mine) decide().catch(() => {});
