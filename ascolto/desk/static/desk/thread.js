/* The open conversation: what is new comes below, once, and never moves what is being read. */
import { fragment } from "../ui/js/http.js";
import { exchange, release } from "../ui/js/swap.js";
import { toast } from "../ui/js/toast.js";
import { drawLine, remember } from "./last_seen.js";
import { word } from "./words.js";

const root = () => document.getElementById("conversation");
const thread = () => document.getElementById("thread");
const scroller = () => document.getElementById("thread-scroll");
const desk = () => document.querySelector("[data-desk]");

export function showPane(pane) { if (desk()) desk().dataset.pane = pane; }

let opening = 0;
/** Replace the conversation by the one behind `href`; whether it is there. */
export async function openConversation(href) {
  const ticket = ++opening;
  root().setAttribute("aria-busy", "true");
  try {
    const found = (await fragment(href))?.querySelector("#conversation");
    if (ticket !== opening) return true; // somebody opened another one meanwhile
    if (!found) return false;
    exchange(root(), found);
    return true;
  } catch { return false; } finally { root()?.removeAttribute("aria-busy"); }
}

const isAtEnd = () => { const s = scroller(); return s.scrollHeight - s.scrollTop - s.clientHeight < 80; };
const toEnd = () => { const s = scroller(); if (s) s.scrollTop = s.scrollHeight; hidePill(); seen(); };
const seen = () => { const here = root(); if (here?.dataset.id) remember(here, here.dataset.last); };

let unread = 0;
function hidePill() { unread = 0; const pill = document.getElementById("thread-new"); if (pill) pill.hidden = true; }
function showPill(count) {
  unread += count;
  const pill = document.getElementById("thread-new");
  pill.querySelector("[data-text]").textContent = word("new", { count: unread });
  pill.hidden = false;
}

export function startThread() {
  if (!thread()) return;
  unread = 0;
  const wanted = location.hash.startsWith("#m-") && location.hash.slice(1), target = wanted && document.getElementById(wanted);
  const fresh = drawLine(thread(), root());
  const isHigh = fresh && fresh.line.offsetTop < thread().offsetHeight - scroller().clientHeight;
  if (target) target.scrollIntoView({ block: "center" });
  else if (isHigh) { fresh.line.scrollIntoView({ block: "start" }); showPill(fresh.count); }
  else {
    toEnd();
    document.fonts?.ready.then(() => { if (thread()) toEnd(); });
    for (const image of thread().querySelectorAll("img")) image.addEventListener("load", () => { if (!unread && isAtEnd()) toEnd(); }, { once: true });
  }
  document.getElementById("thread-new")?.addEventListener("click", toEnd);
  scroller().addEventListener("scroll", () => { if (unread && isAtEnd()) { hidePill(); seen(); } }, { passive: true });
  keepEnd(scroller());
  openLetters(thread());
  watchTop();
  if (wanted && !target) seek(wanted);
}

/* Who scrolls up goes on reading: what was said before comes by itself before the top is reached. */
let nearTop = null;
function watchTop() {
  nearTop?.disconnect();
  const place = thread()?.querySelector("[data-earlier]");
  if (!place) return;
  nearTop = new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting) && scroller().dataset.end !== "1") showEarlier(place); }, { root: scroller(), rootMargin: "600px 0px 0px" });
  nearTop.observe(place);
}

/* A message that an address names may stand before those that a conversation opens with. */
async function seek(id, pages = 20) {
  const here = root();
  for (let page = 0; page < pages && !document.getElementById(id); page += 1) {
    const place = thread()?.querySelector("[data-earlier]");
    if (!place || here !== root() || !(await showEarlier(place))) return;
  }
  document.getElementById(id)?.scrollIntoView({ block: "center" });
}

// The composer grows (a finding, a longer text): who reads the end goes on reading the end.
const grown = new ResizeObserver(([{ target }]) => { if (target.dataset.end === "1") target.scrollTop = target.scrollHeight; });

function keepEnd(s) {
  grown.disconnect();
  const note = () => { s.dataset.end = isAtEnd() ? "1" : ""; };
  s.addEventListener("scroll", note, { passive: true });
  note();
  grown.observe(s);
}

/* One request at a time, so that nothing is appended twice. */
let queue = Promise.resolve();
const inTurn = (work) => (queue = queue.then(work, work));

/** Whatever came after the last message and event that are shown. */
export const catchUp = () => inTurn(async () => {
  const here = root();
  if (!here?.dataset.base) return;
  try {
    const found = await fragment(`${here.dataset.base}messages/?after=${here.dataset.last}&events=${here.dataset.events}`);
    if (found && here === root()) append(found);
  } catch { /* catching up comes again */ }
});

/** A message was added or changed: draw it again where it stands, or bring it. */
export const messageChanged = (id) => inTurn(async () => {
  const here = root();
  if (!here?.dataset.base) return;
  if (!document.getElementById(`m-${id}`) && (Number(id) > Number(here.dataset.last) || isAbove(id))) return;
  try {
    const found = await fragment(`${here.dataset.base}messages/${id}/`);
    const fresh = found?.querySelector("[data-message]");
    if (!fresh || here !== root()) return;
    const shown = document.getElementById(fresh.id);
    if (shown) { shown.replaceWith(fresh); release(shown); }
    else insert(fresh); // an earlier number that was written later
    settle(fresh);
  } catch { /* catching up comes again */ }
});

/** A message is there no more. */
export function dropMessage(id) {
  const item = document.getElementById(`m-${id}`);
  item?.remove();
  if (item) release(item);
}

function settle(item) {
  window.htmx?.process(item);
  openLetters(item);
}

/* What was said before the first message that is shown, on top; what is being read stays where it is. Whether it came. */
async function showEarlier(place) {
  if (place.hasAttribute("aria-busy")) return false;
  place.setAttribute("aria-busy", "true");
  const here = root(), link = place.querySelector("a"), focused = place.contains(document.activeElement);
  try {
    const found = await fragment(link.href);
    if (!found || here !== root()) return false;
    const count = prepend(found, place);
    if (focused) scroller().focus({ preventScroll: true });
    announce(word("earlier_shown", { count }));
    watchTop();
    return true;
  } catch { toast(word("failed_to_load")); return false; } finally { place.removeAttribute("aria-busy"); }
}

function prepend(found, place) {
  const s = scroller(), days = found.querySelectorAll(".day"), day = thread().querySelector(".day");
  if (day && days.length && days[days.length - 1].textContent === day.textContent) day.remove();
  for (const item of found.querySelectorAll("[data-message], [data-event]")) if (document.getElementById(item.id)) item.remove();
  const fresh = [...found.children], below = s.scrollHeight - s.scrollTop;
  place.replaceWith(...fresh);
  s.scrollTop = s.scrollHeight - below;
  for (const item of fresh) settle(item);
  return fresh.filter((item) => item.dataset.message).length;
}

document.addEventListener("click", (event) => {
  const place = event.target.closest("#thread [data-earlier]");
  if (!place || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  showEarlier(place);
});

/* to a message of this conversation that is shown; one that is not loaded is opened with its page */
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-to-message]");
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const message = document.getElementById(`m-${link.dataset.toMessage}`);
  if (!message) return;
  event.preventDefault();
  message.scrollIntoView({ block: "center" });
  message.classList.add("is-found");
  message.tabIndex = -1;
  message.focus({ preventScroll: true });
  setTimeout(() => message.classList.remove("is-found"), 2_500);
});

/* what can be done with a message: loaded when somebody asks for it */
document.addEventListener("click", async (event) => {
  const button = event.target.closest("#thread [data-actions]");
  if (button) (await import("./message_menu.js")).openMenu(button);
});

/* a message that changed but stands on a page that is not loaded yet needs no drawing */
function isAbove(id) {
  const first = thread().querySelector("[data-message]");
  return Boolean(thread().querySelector("[data-earlier]")) && first && Number(id) < Number(first.dataset.message);
}

function insert(item) {
  const later = [...thread().querySelectorAll("[data-message]")].find((other) => Number(other.dataset.message) > Number(item.dataset.message));
  if (later) later.before(item);
  else thread().append(item);
}

/** Add what is not there yet; the end stays in sight for whoever was there, others are told. */
export function append(found) {
  const here = root(), stay = isAtEnd();
  let fresh = 0;
  for (const item of [...found.children]) {
    if (item.matches(".day")) {
      const days = thread().querySelectorAll(".day");
      if (days.length && days[days.length - 1].textContent === item.textContent) continue;
      thread().append(item);
      continue;
    }
    const shown = item.id && document.getElementById(item.id);
    if (shown) { shown.replaceWith(item); release(shown); }
    else thread().append(item);
    settle(item);
    if (item.dataset.message) {
      here.dataset.last = Math.max(Number(here.dataset.last), Number(item.dataset.message));
      if (!shown) fresh += 1;
      if (!shown && item.hasAttribute("data-in")) announce(word("new_message", { name: item.dataset.who }));
    }
    if (item.dataset.event) here.dataset.events = Math.max(Number(here.dataset.events), Number(item.dataset.event));
  }
  if (stay) toEnd();
  else if (fresh) showPill(fresh);
}

function announce(text) { const place = document.getElementById("announce"); if (place) place.textContent = text; }

const isInUse = (head) => head.querySelector("details[open]") || head.querySelector(".htmx-request") || head.matches(".htmx-request");
let headWaits = false;
/** The head again, unless somebody is using one of its menus. */
export const refreshHead = (now = false) => inTurn(async () => {
  const here = root(), head = document.getElementById("th-head");
  if (!here?.dataset.base || !head) return;
  if (isInUse(head) && !(now && !head.querySelector(".htmx-request"))) { headWaits = true; return; }
  headWaits = false;
  try {
    const found = (await fragment(`${here.dataset.base}head/`))?.querySelector("#th-head");
    const shown = document.getElementById("th-head");
    if (!found || here !== root() || isInUse(shown)) { headWaits = true; return; }
    if (Number(found.dataset.version) < Number(shown.dataset.version)) return; // it was overtaken by a change of our own
    const focus = shown.contains(document.activeElement) ? document.activeElement.closest("[data-menu]")?.dataset.menu || "resolve" : "";
    exchange(shown, found);
    if (focus) (focus === "resolve" ? found.querySelector(".resolve-form button") : found.querySelector(`[data-menu="${focus}"] > summary`))?.focus({ preventScroll: true });
  } catch { /* the next news brings it */ }
});
document.addEventListener("toggle", (event) => { if (headWaits && event.target.matches?.("#th-head details") && !event.target.open) refreshHead(); }, true);

document.addEventListener("htmx:afterRequest", () => { if (headWaits) refreshHead(); });

/** The top of the card again, unless somebody is changing it. */
export async function refreshWho() {
  const here = root(), shown = document.getElementById("who");
  if (!here?.dataset.base || !shown || shown.querySelector("form")) return;
  try {
    const found = (await fragment(`${here.dataset.base}who/`))?.querySelector("#who");
    if (!found || here !== root() || document.getElementById("who")?.querySelector("form")) return;
    exchange(document.getElementById("who"), found);
  } catch { /* it is read again with the conversation */ }
}

/* Mail as it was sent: in a frame that can run nothing; our page only measures its height. */
function openLetters(item) {
  for (const fold of item.querySelectorAll?.("[data-letter]") || []) {
    fold.addEventListener("toggle", () => { if (fold.open && !fold.querySelector("iframe")) showLetter(fold); });
    if (fold.hasAttribute("data-open")) fold.open = true;
  }
}

function showLetter(fold) {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-same-origin allow-popups allow-popups-to-escape-sandbox");
  frame.title = word("letter");
  frame.src = fold.dataset.letter;
  frame.addEventListener("load", () => {
    const inside = frame.contentDocument?.documentElement;
    if (inside) frame.style.height = `${Math.min(inside.scrollHeight + 4, 20_000)}px`;
  });
  fold.append(frame);
}
