// One stream of live events for this page: open while somebody looks, and taken up again where it ended.
// What is not heard is not lost: the page is whole without it, and a reload shows everything.

// How long a page out of sight goes on listening. Browsers allow few connections to one site, so it lets go at once
// when another page of ours comes to the front.
const LINGER = 60_000;
// After an answer that was no stream, in milliseconds: from, and up to so much more.
const TRY_AGAIN = [20_000, 40_000];

const handlers = new Map();
const place = document.querySelector("[data-live]");
const others = "BroadcastChannel" in globalThis ? new BroadcastChannel("pp-live") : undefined;
let seen = place?.dataset.told;
let source, lingering, trying, given;

/** Have the handler called with the data of every event of this kind. */
export function on(kind, handler) {
  handlers.set(kind, handler);
  if (source) listen(kind);
  open();
}

function listen(kind) {
  source.addEventListener(kind, (event) => {
    if (event.lastEventId) seen = event.lastEventId;
    handlers.get(kind)(JSON.parse(event.data));
  });
}

/** How things stand when a stream begins is told as if it had just come about. */
function greet(event) {
  for (const [kind, number] of Object.entries(JSON.parse(event.data))) handlers.get(kind)?.({ [kind]: number });
}

function open() {
  if (source || trying || given || document.hidden || !("EventSource" in globalThis)) return;
  const address = new URL(place?.dataset.live ?? "/live/", location.href);
  if (seen) address.searchParams.set("after", seen);
  source = new EventSource(address);
  source.addEventListener("hello", greet);
  for (const kind of handlers.keys()) listen(kind);
  // The browser itself comes again after an end; it gives up after an answer that is no stream.
  source.addEventListener("error", () => { if (source?.readyState === EventSource.CLOSED) { close(); ask(address); } });
  others?.postMessage("open");
}

function close() {
  source?.close();
  source = undefined;
}

/** Why there was no stream: none is to be had here, or there are too many for the moment. */
async function ask(address) {
  trying = true;
  let pause = TRY_AGAIN[0] + Math.random() * TRY_AGAIN[1];
  try {
    const response = await fetch(address, { method: "HEAD", credentials: "omit" });
    given = response.status >= 400 && response.status < 500;
    pause = 1000 * (Number(response.headers.get("Retry-After")) || pause / 1000);
  } catch { /* the network is away; it may come back */ }
  setTimeout(() => { trying = undefined; open(); }, pause);
}

others?.addEventListener("message", () => { if (document.hidden) close(); });
document.addEventListener("visibilitychange", () => {
  clearTimeout(lingering);
  if (document.hidden) lingering = setTimeout(close, LINGER); else open();
});
addEventListener("pagehide", close);
addEventListener("pageshow", () => { if (handlers.size) open(); });
