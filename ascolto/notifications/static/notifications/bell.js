/* The bell: how much is new, said by the browser while nobody looks at the page, and seen once its conversation is open. */

const bells = () => document.querySelectorAll('[data-waiting="notifications"]');
let unseen = Number(bells()[0]?.textContent.match(/\d+/)?.[0] || 0);

function show({ unseen: count, words }) {
  unseen = count;
  for (const bell of bells()) {
    if (!count) { bell.replaceChildren(); continue; }
    const badge = document.createElement("span"), spoken = document.createElement("span");
    badge.className = "count-alert";
    badge.title = words;
    badge.textContent = count > 99 ? "99+" : String(count);
    spoken.className = "sr";
    spoken.textContent = ` ${words}`;
    badge.append(spoken);
    bell.replaceChildren(badge);
  }
}

const isOpen = (id) => document.visibilityState === "visible" && Number(document.getElementById("conversation")?.dataset.id || 0) === id;

async function look() {
  const answer = await fetch("/notifications/count/", { credentials: "same-origin", headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const found = await answer.json();
  show(found);
  const { latest } = found;
  if (!latest) return;
  if (latest.conversation && isOpen(latest.conversation)) seen(latest.conversation);
  else if (latest.rings && document.visibilityState !== "visible" && globalThis.Notification?.permission === "granted") ring(latest);
}

function ring(latest) {
  const made = new Notification(latest.text, { tag: `ascolto-${latest.id}`, icon: "/app-icon-192.png" });
  made.addEventListener("click", () => { window.focus(); location.href = `/notifications/${latest.id}/`; made.close(); });
}

async function seen(conversation) {
  try {
    const answer = await fetch("/notifications/seen/", { method: "POST", credentials: "same-origin", headers: { Accept: "application/json", "X-CSRFToken": document.body.dataset.csrf || "" }, body: new URLSearchParams({ conversation }) });
    if (answer.ok) show(await answer.json());
  } catch { /* it stays new: the next look tries again */ }
}

let timer = 0;
const soon = () => { timer ||= setTimeout(() => { timer = 0; look().catch(() => {}); }, 300); };
document.addEventListener("notified", soon); // told by the stream of the desk
document.addEventListener("desk:opened", ({ detail }) => { if (unseen && detail.id) seen(detail.id); });

/* a screen without a stream of its own joins the one that all tabs share */
if (!document.querySelector("[data-desk]") && typeof SharedWorker !== "undefined" && document.body.dataset.agent) {
  const worker = new SharedWorker(new URL("../desk/stream-worker.js", import.meta.url), { type: "module", name: `desk-${document.body.dataset.agent}` });
  worker.port.addEventListener("message", ({ data }) => { if (data.kind === "mine" || data.kind === "reset") soon(); });
  worker.port.start();
  worker.port.postMessage({ address: new URL("/live/desk", location.href).href, after: "" });
  window.addEventListener("pagehide", () => { worker.port.postMessage({ bye: true }); worker.port.close(); });
}

if ("serviceWorker" in navigator) navigator.serviceWorker.register("/service-worker.js").catch(() => {});
