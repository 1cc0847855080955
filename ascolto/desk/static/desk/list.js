/* The list: one row changes at a time, in its place; nothing is ever there twice, and nothing moves under the reader's eyes. */
import { fragment, post } from "../ui/js/http.js";
import { groupName, word } from "./words.js";

const SOON = 15 * 60, AT_TOP = 8;
const KEPT = 150, AHEAD = 50; // rows that stay loaded, and how many stay below the last one in sight
const list = () => document.getElementById("list");
const box = () => document.getElementById("rows");
const pane = () => document.getElementById("list-scroll");
const rows = () => [...(box()?.querySelectorAll(":scope > [data-id]") || [])];
const isGrouped = () => list()?.hasAttribute("data-grouped");
const isNarrowed = () => /[?&](q|channel|status|assignee|team|label|intent|sentiment|topic|urgency|language|needs_answer|lookalike)=/.test(list()?.dataset.query || "");

/** Before or after in this list's order. */
function comesBefore(a, b) {
  const [x, y] = [Number(a.dataset.order), Number(b.dataset.order)], rises = list().dataset.order === "asc";
  if (x !== y) return rises ? x < y : x > y;
  return rises ? Number(a.dataset.id) < Number(b.dataset.id) : Number(a.dataset.id) > Number(b.dataset.id);
}

/* --- what may move ------------------------------------------------------------------------------------------------- */

const waiting = new Map(); // id → its row as it would be; it waits until the reader looks elsewhere
const HELD = 30; // rows that wait as they are; of more only the number is kept (null), and the list is asked for again

/** Nobody looks at the list just now: it stands at its top, no pointer, no focus and no choice is in it. */
function isCalm() {
  const frame = pane();
  if (!frame || frame.scrollTop > AT_TOP || list().classList.contains("is-choosing")) return false;
  return !(frame.matches(":hover") || box().contains(document.activeElement));
}

/** Whether a row stands below what can be seen: what happens there moves nothing. */
const isBelow = (row) => row.getBoundingClientRect().top >= pane().getBoundingClientRect().bottom;
const isHeld = (row) => row.contains(document.activeElement) || row.hasAttribute("aria-current") || row.matches(":hover") || Boolean(row.querySelector(".cv-pick input:checked"));

function showWaiting() {
  const button = document.getElementById("list-new");
  if (!button) return;
  button.hidden = !waiting.size;
  button.querySelector("span").textContent = word("new", { count: waiting.size });
}

/** Let in whatever waits; the row that is held stays where it is on the screen. */
export function letIn() {
  if ([...waiting.values()].includes(null)) { renewing ||= renew().catch(() => {}).finally(() => { renewing = null; }); return; }
  const anchor = rows().find((row) => row.contains(document.activeElement) || row.matches(":hover"));
  const before = anchor?.getBoundingClientRect().top;
  for (const [id, row] of waiting) { waiting.delete(id); settle(id, row); }
  for (const row of rows()) if (row.dataset.moved) { delete row.dataset.moved; place(row); }
  sweep();
  tidy();
  showWaiting();
  if (anchor?.isConnected) pane().scrollTop += anchor.getBoundingClientRect().top - before;
}

/* A day brings hundreds of rows: what lies far below is let go, and is loaded again when somebody scrolls there. */
function trim() {
  const all = rows();
  if (all.length <= KEPT + AHEAD || isNarrowed() || list().classList.contains("is-choosing")) return;
  const edge = pane().getBoundingClientRect().bottom;
  const wanted = all.findLastIndex((row) => isHeld(row) || row.getBoundingClientRect().top < edge);
  let kept = Math.max(KEPT, wanted + 1 + AHEAD);
  while (all[kept - 1]?.dataset.moved) kept += 1; // where it stands is not its place
  if (all.length <= kept) return;
  const last = all[kept - 1], more = document.getElementById("more");
  for (const row of all.slice(kept)) row.remove();
  if (more) more.remove();
  last.after(moreBelow(last));
  watchMore();
}

function moreBelow(last) {
  const item = document.createElement("li"), link = document.createElement("a"), query = new URLSearchParams(list().dataset.query);
  query.set("below", `${last.dataset.order}.${last.dataset.id}`);
  item.className = "more";
  item.id = "more";
  link.className = "btn btn-quiet btn-block";
  link.href = `${document.querySelector("[data-desk]").dataset.queue}?${query}`;
  link.textContent = word("more");
  item.append(link);
  return item;
}

let renewing = null;
/* The first page again, where too many wait: what was loaded before it and does not join it goes, but for what is held. */
async function renew() {
  const found = await fragment(list().dataset.address);
  if (!found) return;
  const fresh = [...found.querySelectorAll("#rows > [data-id]")], shown = new Set(rows().map((row) => row.dataset.id));
  const joins = !found.querySelector("#more") || fresh.some((row) => shown.has(row.dataset.id) && !isHeld(document.getElementById(row.id)));
  waiting.clear();
  if (!joins) {
    for (const row of rows()) if (!isHeld(row)) row.remove();
    document.getElementById("more")?.remove();
  }
  for (const row of fresh) {
    const there = document.getElementById(row.id);
    if (there) redraw(there, row);
    else settle(Number(row.dataset.id), row);
  }
  if (!joins) { box().append(moreBelow(fresh.at(-1))); watchMore(); }
  tidy();
  showWaiting();
}

/** Rows that left the view and that nobody holds any more go away, each when nothing moves by it or the list is calm. */
export function sweep() {
  const calm = isCalm(), hovers = pane()?.matches(":hover");
  for (const row of box()?.querySelectorAll(":scope > .is-gone") || []) {
    if (isHeld(row)) continue;
    if (calm || !hovers || isBelow(row)) row.remove();
  }
  if (calm && waiting.size) letIn();
}

function spotOf(row) {
  return rows().filter((other) => other !== row).find((other) => comesBefore(row, other));
}

function place(row) {
  const next = spotOf(row), more = document.getElementById("more");
  if (!next && more) { row.remove(); return false; } // it belongs to a page that is not loaded yet
  if (next) { if (row.nextElementSibling !== next) next.before(row); }
  else if (more) more.before(row);
  else box().append(row);
  return true;
}

/** Whether a row can come to its place without moving what is seen: below it, or at the very end. */
function comesQuietly(row) {
  const next = spotOf(row);
  return !next || isBelow(next);
}

function tidy() {
  trim();
  regroup();
  document.getElementById("list-empty").hidden = rows().length > 0;
}

const asked = new Map(); // id → the newest version that was asked for; an answer that is being overtaken is asked again

/** Bring one row up to date: changed, moved, added or gone. */
export async function refreshRow(id, version = 0) {
  if (!box()) return;
  const shown = document.getElementById(`row-${id}`);
  if (shown && version && Number(shown.dataset.version) >= version) return;
  if (asked.has(id)) { asked.set(id, "again"); return; }
  asked.set(id, "once");
  try {
    const base = document.querySelector("[data-desk]").dataset.rows;
    const found = await fragment(`${base}${id}/${list().dataset.query}`);
    put(id, found?.querySelector("[data-id]") || null);
  } catch { /* the next news, or catching up, brings it */ }
  const again = asked.get(id) === "again";
  asked.delete(id);
  if (again) refreshRow(id);
}

function put(id, row) {
  const shown = document.getElementById(`row-${id}`);
  if (!row) {
    waiting.delete(id);
    if (shown && !isNarrowed()) leave(shown);
  } else if (shown) {
    if (Number(row.dataset.version) < Number(shown.dataset.version)) return;
    redraw(shown, row);
  } else if (!isNarrowed()) {
    if (isCalm() || comesQuietly(row)) { waiting.delete(id); settle(id, row); } else waiting.set(id, waiting.has(id) || waiting.size < HELD ? row : null);
  }
  tidy();
  showWaiting();
}

/* The row as it is now, where it stood; it goes to its new place when that moves nothing. */
function redraw(shown, row) {
  const focused = shown.contains(document.activeElement), order = shown.dataset.order, chosen = shown.querySelector(".cv-pick input");
  if (shown.hasAttribute("aria-current")) row.setAttribute("aria-current", "true");
  if (chosen?.checked && row.querySelector(".cv-pick input")) row.querySelector(".cv-pick input").checked = true;
  const inBox = chosen === document.activeElement;
  shown.replaceWith(row);
  if (row.dataset.order !== order || shown.dataset.moved) {
    if (isCalm() || (isBelow(row) && comesQuietly(row))) place(row);
    else { row.dataset.moved = "yes"; row.dataset.group = shown.dataset.group || ""; }
  }
  if (row.matches("[aria-current].is-unread") && !document.hidden) noteSeen(Number(row.dataset.id));
  if (focused) (inBox ? row.querySelector(".cv-pick input") : row.querySelector("a")).focus({ preventScroll: true });
}

function settle(id, row) {
  if (document.getElementById(`row-${id}`)) return;
  row.classList.add("is-new");
  place(row);
}

/* A row that left the view does not vanish under the hand: it stays greyed until the reader moves on. */
function leave(row) {
  if (!isHeld(row) && (isCalm() || isBelow(row))) { row.remove(); return; }
  row.classList.add("is-gone");
}

/** Headings where a group begins; groups follow the clock. */
export function regroup() {
  if (!box() || !isGrouped()) return;
  const now = Date.now() / 1000, end = new Date().setHours(23, 59, 59, 0) / 1000;
  let group = "";
  const heads = new Map([...box().querySelectorAll("[data-group-head]")].map((head) => [head.dataset.groupHead, head]));
  for (const row of rows()) {
    const due = Number(row.querySelector("sla-clock")?.dataset.due || 0);
    if (row.dataset.moved) { if (!row.dataset.group) continue; }
    else if (due && (row.dataset.group === undefined || isCalm() || isBelow(row))) row.dataset.group = due < now ? "late" : due - now < SOON ? "soon" : due <= end ? "today" : "later";
    if (row.dataset.group === group) continue;
    group = row.dataset.group;
    let head = heads.get(group);
    heads.delete(group);
    if (!head) {
      head = document.createElement("li");
      head.className = "grp";
      head.dataset.groupHead = group;
      const title = document.createElement("h3");
      title.textContent = groupName(group);
      const count = document.createElement("span");
      count.className = "count";
      count.dataset.count = `group-${group}`;
      head.append(title, count);
    }
    if (head.nextElementSibling !== row) row.before(head);
  }
  for (const head of heads.values()) head.remove();
  for (const [i, head] of [...box().querySelectorAll("[data-group-head]")].entries()) {
    const again = [...box().querySelectorAll(`[data-group-head="${head.dataset.groupHead}"]`)].indexOf(head) > 0;
    if (again && i) head.remove();
  }
}

/** After a silence: the first page again, row by row, so that nothing moves that did not change. */
export async function reconcile() {
  if (!box()) return;
  const found = await fragment(list().dataset.address);
  if (!found) return;
  const fresh = [...found.querySelectorAll("#rows > [data-id]")];
  const last = fresh.at(-1), whole = !found.querySelector("#more");
  const there = new Set(fresh.map((row) => row.dataset.id));
  for (const row of rows()) {
    if (!there.has(row.dataset.id) && (whole || !last || comesBefore(row, last))) leave(row);
  }
  for (const row of fresh) put(Number(row.dataset.id), row);
  tidy();
}

let countTimer = 0;
/** The numbers beside the views, at most twice a second. */
export function refreshCounts(patience = 500) {
  if (countTimer) return;
  countTimer = setTimeout(async () => {
    try {
      const found = await fragment(document.querySelector("[data-desk]").dataset.counts + (list()?.dataset.query || ""));
      countTimer = 0;
      if (found?.querySelector("[data-behind]")) refreshCounts(1_500);
      for (const fresh of found?.querySelectorAll("[data-count]") || []) {
        for (const shown of document.querySelectorAll(`[data-count="${fresh.dataset.count}"]`)) {
          if (shown.textContent !== fresh.textContent) shown.textContent = fresh.textContent;
        }
      }
      for (const fresh of found?.querySelectorAll("[data-waiting]") || []) {
        for (const shown of document.querySelectorAll(`[data-waiting="${fresh.dataset.waiting}"]`)) {
          if (shown.textContent !== fresh.textContent) shown.replaceChildren(...fresh.cloneNode(true).childNodes);
        }
      }
    } catch { countTimer = 0; /* the next news asks again */ }
  }, patience);
}

/** The row that has the focus, or the one that is open. */
export function selected() {
  return document.activeElement?.closest?.("#rows > [data-id]") || box()?.querySelector('[aria-current="true"]') || null;
}

/** The link of the next (1) or previous (-1) row; with `focus` it gets the focus. */
export function select(step, focus = false) {
  const all = rows().filter((row) => !row.matches(".is-gone") || row === selected()), at = all.indexOf(selected());
  const row = at < 0 ? all[0] : all[Math.min(all.length - 1, Math.max(0, at + step))];
  const link = row?.querySelector("a");
  if (focus && link) { link.focus({ preventScroll: true }); row.scrollIntoView({ block: "nearest" }); setTimeout(sweep); }
  return link;
}

async function loadMore(item) {
  if (item.dataset.loading) return;
  item.dataset.loading = "yes";
  try {
    const found = await fragment(item.querySelector("a").getAttribute("href"));
    for (const row of found?.querySelectorAll("li[data-id]") || []) if (document.getElementById(row.id)) row.remove();
    item.replaceWith(found);
    watchMore();
    tidy();
  } catch { delete item.dataset.loading; }
}

function watchMore() {
  const item = document.getElementById("more");
  if (!item) return;
  new IntersectionObserver((seen, observer) => {
    if (!seen.some((entry) => entry.isIntersecting) || pane().clientHeight > innerHeight) return; // higher than the window: not laid out yet
    observer.disconnect();
    loadMore(item);
  }, { root: document.getElementById("list-scroll"), rootMargin: "400px" }).observe(item);
  item.addEventListener("click", (event) => { event.preventDefault(); loadMore(item); });
}

/* --- what was seen, what is chosen ---------------------------------------------------------------------------------- */

/** Somebody has this conversation open with all that was said: its row is not new any more. */
function noteSeen(id) {
  const row = document.getElementById(`row-${id}`), number = document.getElementById("conversation")?.dataset.number;
  if (!number) return;
  post(document.querySelector("[data-desk]").dataset.seen, { number }).catch(() => {});
  row?.classList.remove("is-unread");
  row?.querySelector(".cv-new")?.remove();
}

let choosing; // loaded when somebody chooses for the first time
export const chooser = () => (choosing ||= import("./choose.js"));

document.addEventListener("desk:opened", ({ detail }) => { if (detail.id) { noteSeen(detail.id); setTimeout(sweep); } });
document.addEventListener("click", (event) => {
  if (event.target.closest("#list-new")) { pane().scrollTop = 0; letIn(); rows()[0]?.querySelector("a")?.focus({ preventScroll: true }); return; }
  const start = event.target.closest("[data-choose]");
  if (start) { event.preventDefault(); start.closest("details")?.removeAttribute("open"); chooser().then((module) => module.begin()); }
});
document.addEventListener("change", (event) => {
  if (event.target.matches(".cv-pick input")) chooser().then((module) => module.chosen(event.target));
});
document.addEventListener("pointerout", (event) => {
  if (event.target.closest?.("#list-scroll") && !event.relatedTarget?.closest?.("#list-scroll")) setTimeout(sweep, 50);
});
let pressed = 0; // a long press begins to choose
document.addEventListener("pointerdown", (event) => {
  const row = event.pointerType === "touch" && event.target.closest("#rows > [data-id]");
  clearTimeout(pressed);
  if (row) pressed = setTimeout(() => chooser().then((module) => module.begin(row)), 500);
});
for (const ends of ["pointerup", "pointercancel", "pointermove", "scroll"]) document.addEventListener(ends, () => clearTimeout(pressed), { passive: true, capture: true });

/** A list that came after the page: its numbers belong beside the views too. */
export function startList() {
  waiting.clear();
  refreshCounts();
  for (const fresh of list()?.querySelectorAll(".chips [data-count]") || []) {
    for (const shown of document.querySelectorAll(`[data-views] [data-count="${fresh.dataset.count}"]`)) shown.textContent = fresh.textContent;
  }
  watchMore();
  document.querySelector('#rows > [aria-current="true"]')?.scrollIntoView({ block: "nearest" });
}
