/* Let this browser ring while the page is closed. */
import { post } from "../ui/js/http.js";

const place = document.querySelector("[data-devices]"), button = place?.querySelector("[data-allow]"), state = place?.querySelector("[data-state]");
const say = (what) => { state.textContent = state.dataset[what] || ""; };
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));

async function begin() {
  if (!("serviceWorker" in navigator) || !("PushManager" in window)) { say("impossible"); return; }
  if (Notification.permission === "denied") { say("refused"); return; }
  const known = await (await navigator.serviceWorker.ready).pushManager.getSubscription();
  if (known && Notification.permission === "granted") say("granted");
  else button.hidden = false;
}

async function allow() {
  if (await Notification.requestPermission() !== "granted") { button.hidden = true; say("refused"); return; }
  try {
    const registration = await navigator.serviceWorker.ready;
    const made = (await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(place.dataset.key) })).toJSON();
    const answer = await post(place.dataset.address, { endpoint: made.endpoint, p256dh: made.keys.p256dh, auth: made.keys.auth });
    if (!answer.ok) throw new Error(String(answer.status));
    button.hidden = true;
    say("granted");
  } catch { say("failed"); }
}

button?.addEventListener("click", allow);
begin().catch(() => say("failed"));
