/* What was understood of a message: a line under it, and why, beside it. It opens on hovering and on keyboard focus to be looked at, and
   on a click, Enter or a tap to stay. Esc closes it. Without scripts the line is a link to the same on a page of its own. */
import { fragment } from "../ui/js/http.js";
import { exchange as swap } from "../ui/js/swap.js";

const LATER = 350; // milliseconds before hovering means wanting to know
const isOpen = () => Boolean(box?.isConnected && !box.hidden);
let box = null, anchor = null, stays = false, timer = 0, ticket = 0;

function card() {
  if (box?.isConnected) return box;
  box = document.createElement("div");
  box.id = "why";
  box.className = "why";
  box.hidden = true;
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-labelledby", "why-title");
  box.tabIndex = -1;
  box.addEventListener("pointerenter", () => clearTimeout(timer));
  box.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") closeLater(); });
  box.addEventListener("focusin", () => { stays = true; clearTimeout(timer); });
  box.addEventListener("focusout", (event) => { if (event.relatedTarget && !box.contains(event.relatedTarget) && event.relatedTarget !== anchor && !event.relatedTarget.closest("#toasts")) close(); });
  box.addEventListener("toggle", (event) => showPlaces(event.target), true);
  document.querySelector("[data-desk]").append(box);
  return box;
}

const line = () => (anchor?.isConnected ? anchor : document.querySelector(`[data-why="${box?.dataset.of}"]`));

/* beside the line: below it where there is room, else above; on a telephone the style sheet puts it at the bottom */
function place() {
  const at = line()?.getBoundingClientRect();
  if (!at) return;
  const width = box.offsetWidth, height = box.offsetHeight, below = at.bottom + 4, room = innerHeight - 8;
  box.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`;
  box.style.top = `${below + height <= room ? below : Math.max(8, at.top - height - 4 >= 8 ? at.top - height - 4 : room - height)}px`;
}

async function open(link, { stay = false } = {}) {
  clearTimeout(timer);
  const mine = ++ticket, shown = card();
  if (!(!shown.hidden && anchor === link)) {
    let found = null;
    try { found = await fragment(link.href); } catch { if (stay) location.href = link.href; return; }
    if (mine !== ticket || !found || !link.isConnected) return;
    close({ silently: true });
    anchor = link;
    shown.dataset.of = link.dataset.why;
    shown.replaceChildren(found);
    window.htmx?.process(shown);
    shown.hidden = false;
    link.setAttribute("aria-expanded", "true");
    place();
  }
  if (stay) { stays = true; shown.focus({ preventScroll: true }); }
}

function close({ silently = false, back = false } = {}) {
  clearTimeout(timer);
  if (!silently) ticket += 1;
  if (!isOpen()) return false;
  const link = line();
  box.hidden = true;
  link?.setAttribute("aria-expanded", "false");
  CSS.highlights?.delete("personal");
  stays = false;
  if (back) link?.focus({ preventScroll: true });
  anchor = null;
  return true;
}

const closeLater = () => { clearTimeout(timer); timer = setTimeout(() => { if (!stays) close(); }, LATER); };
const openLater = (link) => { clearTimeout(timer); timer = setTimeout(() => open(link), LATER); };
const lineOf = (target) => target.closest?.("[data-why]");

document.addEventListener("pointerover", (event) => {
  const link = event.pointerType === "mouse" && lineOf(event.target);
  if (link && !stays) { if (link === anchor) clearTimeout(timer); else openLater(link); }
});
document.addEventListener("pointerout", (event) => {
  if (event.pointerType !== "mouse" || !lineOf(event.target) || lineOf(event.relatedTarget || document.body)) return;
  closeLater();
});
document.addEventListener("focusin", (event) => {
  const link = lineOf(event.target);
  if (link && link.matches(":focus-visible") && !stays) openLater(link);
});
document.addEventListener("focusout", (event) => {
  if (lineOf(event.target) && !stays && !box?.contains(event.relatedTarget)) closeLater();
});
document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = lineOf(event.target);
  if (link) {
    event.preventDefault();
    if (stays && anchor === link) close({ back: true });
    else open(link, { stay: true });
    return;
  }
  if (event.target.closest("[data-why-close]")) { close({ back: true }); return; }
  if (stays && box?.isConnected && !box.contains(event.target) && event.target.isConnected
    && !event.target.closest("#toasts")) close();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !isOpen()) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  close({ back: stays });
}, true);
addEventListener("resize", () => { if (isOpen()) place(); });
document.addEventListener("scroll", (event) => { if (isOpen() && event.target.id === "thread-scroll") { if (stays) place(); else close(); } }, true);

/* a correction comes back as the whole card: focus stays on what was chosen */
let chosen = "";
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const form = detail.elt.closest?.("#why form");
  if (form) chosen = form.closest("[data-field]")?.dataset.field || "";
});
document.addEventListener("htmx:beforeSwap", ({ detail }) => { if (["why-body", "similar"].includes(detail.target?.id) && detail.xhr.status === 422) { detail.shouldSwap = true; detail.isError = false; } });
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (!chosen || !document.getElementById("why-body") || detail.requestConfig?.verb !== "post") return;
  const field = document.querySelector(`#why-body [data-field="${chosen}"]`);
  chosen = "";
  line()?.setAttribute("aria-expanded", "true");
  (field?.querySelector('[aria-pressed="true"]') || box)?.focus({ preventScroll: true });
  place();
  document.dispatchEvent(new CustomEvent("desk:corrected"));
});
document.addEventListener("undone", async () => {
  const link = line(), mine = ticket;
  if (!isOpen() || !link) return;
  try {
    const found = await fragment(link.href);
    if (!found || mine !== ticket || !isOpen()) return;
    box.replaceChildren(found);
    window.htmx?.process(box);
    readingChanged(Number(link.dataset.why));
  } catch { /* it is read again when it is opened again */ }
});

/* where the personal data stand in the message itself */
function showPlaces(details) {
  if (!details.matches?.("[data-places]") || !window.CSS?.highlights || typeof Highlight === "undefined") return;
  CSS.highlights.delete("personal");
  const text = document.querySelector(`#m-${details.dataset.places} .txt`);
  if (!details.open || !text) { place(); return; }
  const ranges = [...details.querySelectorAll("[data-start]")].map((item) => rangeOf(text, Number(item.dataset.start), Number(item.dataset.end)));
  CSS.highlights.set("personal", new Highlight(...ranges.filter(Boolean)));
  place();
}

function rangeOf(root, start, end) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), range = document.createRange();
  let at = 0, begun = false;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const next = at + node.length;
    if (!begun && start < next) { range.setStart(node, Math.max(0, start - at)); begun = true; }
    if (begun && end <= next) { range.setEnd(node, end - at); return range; }
    at = next;
  }
  return null;
}

/** A message was understood: its line comes or changes in its place, and what is being read does not move. */
export async function readingChanged(id) {
  const shown = document.getElementById(`r-${id}`), base = document.getElementById("conversation")?.dataset.base;
  if (!shown || !base) return;
  try {
    const fresh = (await fragment(`${base}messages/${id}/reading/line/`))?.querySelector(".reading");
    const there = document.getElementById(`r-${id}`);
    if (!fresh || !there || there.innerHTML === fresh.innerHTML) return;
    exchange(there, fresh);
  } catch { /* catching up brings it with the message */ }
}

function exchange(there, fresh) {
  const s = document.getElementById("thread-scroll");
  const atEnd = s.scrollHeight - s.scrollTop - s.clientHeight < 80, before = there.offsetHeight;
  const isAbove = there.getBoundingClientRect().top < s.getBoundingClientRect().top, top = s.scrollTop;
  const focused = there.contains(document.activeElement), isAnchor = anchor && there.contains(anchor);
  there.replaceWith(fresh);
  if (atEnd) s.scrollTop = s.scrollHeight;
  else if (isAbove) s.scrollTop = top + fresh.offsetHeight - before;
  const link = fresh.querySelector("[data-why]");
  if (isAnchor) { anchor = link; link?.setAttribute("aria-expanded", "true"); }
  if (focused) link?.focus({ preventScroll: true });
}

/** What was answered to the like of the newest message, unless somebody is reading what is there. */
export async function refreshSimilar() {
  const shown = document.getElementById("similar"), base = document.getElementById("conversation")?.dataset.base;
  if (!shown || !base || shown.querySelector("details[open]") || shown.contains(document.activeElement)) return;
  try {
    const fresh = (await fragment(`${base}similar/`))?.querySelector("#similar");
    const there = document.getElementById("similar");
    if (!fresh || !there || there.querySelector("details[open]")) return;
    const s = document.getElementById("thread-scroll"), atEnd = s.scrollHeight - s.scrollTop - s.clientHeight < 80;
    swap(there, fresh);
    if (atEnd) s.scrollTop = s.scrollHeight;
  } catch { /* it comes with the next message, or when the conversation is opened again */ }
}

/* what comes above the composer takes room from the thread: whoever was at its end stays there */
let wasAtEnd = false;
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const s = detail.target?.id === "similar" && document.getElementById("thread-scroll");
  if (s) wasAtEnd = s.scrollHeight - s.scrollTop - s.clientHeight < 80;
});
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  const s = detail.elt?.id === "similar" && document.getElementById("thread-scroll");
  if (s && wasAtEnd) s.scrollTop = s.scrollHeight;
});
