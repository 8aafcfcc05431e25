// What this browser remembers of reading, for the sake of giving: which articles led to a gift, and which appeal its reader
// sees, if any. All of it is decided here; we are told the first by the giving form alone, and of the second that
// some wording was seen, not by whom. One module: each file of its own costs more in headers than in words.

const VISIT = "pp-visit", KEY = "pp-appeals", DAY = 86_400_000;
// As in visits.py: the first article is always kept, of the others the latest.
const MOST = 12;
const now = Date.now();
const article = document.querySelector("[data-article]")?.dataset.article;
// {month, read: articles this month, supporter, rest, pause: until when, looked: when we asked, lots: letters by appeal}
let mine;

const words = (text) => text.split(",").filter((word) => /^([1-9]\d{0,8}|newsletter-[a-z\d-]{1,49})$/.test(word));
const kept = () => words(sessionStorage.getItem(VISIT) ?? "");

/** The way so far and these steps of it: one newsletter in front, then articles, none twice in a row. */
function walked(...steps) {
  const way = [...kept(), ...steps.flatMap(words)];
  const articles = way.filter((word) => /^\d/.test(word)).filter((word, at, all) => word !== all[at - 1]);
  const newsletter = way.findLast((word) => !/^\d/.test(word));
  return [...(newsletter ? [newsletter] : []), ...articles.slice(0, 1), ...articles.slice(1).slice(1 - MOST)].join(",");
}

function keep() { localStorage.setItem(KEY, JSON.stringify(mine)); }

async function decide(end) {
  const month = new Date().toISOString().slice(0, 7);
  mine.read = mine.month === month ? mine.read + 1 : 1;
  mine.month = month;
  keep();
  await look();
  say(end, end.querySelector(".appeals"));
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
  const said = [...all.content.cloneNode(true).children];
  mine.lots = Object.fromEntries(said.map(({ dataset: { appeal } }) => [appeal, mine.lots?.[appeal] ?? (Math.random() < 0.5 ? "a" : "b")]));
  const chosen = (place) => {
    const here = said.filter(({ dataset }) => dataset.place === place);
    const meant = [own, own === "supporter" ? own : "all"].map((segment) => here.filter(({ dataset }) => dataset.segment === segment)).find((some) => some.length);
    return meant?.find(({ dataset }) => dataset.letter === mine.lots[dataset.appeal]) ?? meant?.[0];
  };
  const put = (appeal, where) => {
    const link = appeal.querySelector("a");
    if (link) link.href = `/support/?from=${article}&appeal=${appeal.dataset.wording}`;
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
    fetch(`/appeals/${appeal.dataset.wording}/shown/`, { method: "POST", credentials: "omit", keepalive: true }).catch(() => {});
  }, { threshold: 0.5 });
  watcher.observe(appeal);
}

try {
  const form = document.querySelector("input[name=visit]");
  // A form that comes back with a sentence holds the way already.
  if (form && !form.value.startsWith(kept().join(","))) form.value = walked(form.value);
  if (article) sessionStorage.setItem(VISIT, walked(new URLSearchParams(location.search).get("from") ?? "", article));
  const end = document.querySelector(".support-end:has(.appeals)"), mark = document.querySelector("[data-supporter]");
  if (end || mark) mine = JSON.parse(localStorage.getItem(KEY) ?? "{}");
  if (mark) mine.supporter = now + mark.dataset.supporter * DAY;
  if (mine) keep();
  if (end) decide(end).catch(() => {});
} catch { /* a browser that keeps nothing tells what the link told, and is asked by nothing but what stands in the page */ }
