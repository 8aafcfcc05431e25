// Notices in this browser: asked for by a button, never by itself. Where a browser knows no push, nothing is shown.
import { workerAddress } from "../theme/fragment.js";

const place = document.getElementById("push");
const [begin, end] = [".push-begin", ".push-end"].map((name) => place.querySelector(name));
const say = (text) => { place.querySelector(".push-state").textContent = text; };
// It controls no page, so it gets no part of the site.
const SCOPE = "/notifications/";

function bytesOf(key) {
  const text = atob(key.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

const wordsOf = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

async function present() {
  const registration = await navigator.serviceWorker.getRegistration(SCOPE);
  return registration?.pushManager.getSubscription();
}

async function send(subscription, deed) {
  const body = new URLSearchParams({
    deed, endpoint: subscription.endpoint, public_key: wordsOf(subscription.getKey("p256dh")), secret: wordsOf(subscription.getKey("auth")),
  });
  return fetch(place.dataset.address, { method: "POST", body, credentials: "same-origin" });
}

async function show() {
  const shown = Boolean(await present());
  const denied = Notification.permission === "denied";
  begin.hidden = shown || denied;
  end.hidden = !shown;
  say(denied ? place.dataset.denied : shown ? place.dataset.on : place.dataset.off);
}

async function ask() {
  if (await Notification.requestPermission() !== "granted") return show();
  const registration = await navigator.serviceWorker.register(workerAddress(place.dataset.worker), { scope: SCOPE });
  const key = bytesOf(place.dataset.key);
  const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const response = await send(subscription, "add");
  if (!response.ok) { await subscription.unsubscribe(); say(await response.text()); return; }
  await show();
  end.focus();
}

async function leave() {
  const subscription = await present();
  if (subscription) { await send(subscription, "remove"); await subscription.unsubscribe(); }
  await show();
  begin.focus();
}

if ("serviceWorker" in navigator && "PushManager" in window && "Notification" in window) {
  place.hidden = false;
  begin.addEventListener("click", () => ask().catch(() => say(place.dataset.failed)));
  end.addEventListener("click", () => leave().catch(() => say(place.dataset.failed)));
  show();
}
