/* Up to where this person has read which conversation, kept by the server for all their devices: the line above what is new since then. */
import { word } from "./words.js";

const MOST = 500;
const told = new Map(); // by number of the conversation: the newest message that was seen in this window

/** Remember that everything up to `message` of this conversation was seen. */
export function remember(here, message) {
  const { number } = here.dataset, newest = Number(message);
  if (!(newest > readUntil(here))) return;
  told.delete(number);
  told.set(number, newest);
  if (told.size > MOST) told.delete(told.keys().next().value);
  const body = new URLSearchParams({ number, message: String(newest) }), headers = { "HX-Request": "true", "X-CSRFToken": document.body.dataset.csrf };
  fetch(document.querySelector("[data-desk]").dataset.seen, { method: "POST", body, headers, credentials: "same-origin", keepalive: true }).catch(() => { /* told with the next one */ });
}

function readUntil(here) { return Math.max(Number(here.dataset.readUntil || 0), told.get(here.dataset.number) || 0); }

/** Draw the line above the first message that is new for this person; it, or null when nothing is. */
export function drawLine(thread, here) {
  const seen = readUntil(here);
  if (!seen) return null;
  const fresh = [...thread.querySelectorAll("[data-message]")].filter((item) => Number(item.dataset.message) > seen && item.dataset.side !== "out");
  if (!fresh.length) return null;
  const line = document.createElement("div");
  line.className = "day new-since";
  line.setAttribute("role", "separator");
  line.textContent = word("new_since");
  const before = fresh[0].previousElementSibling;
  (before?.matches(".day") ? before : fresh[0]).before(line);
  return { line, count: fresh.length };
}
