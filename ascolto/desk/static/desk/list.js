/* The list: one row changes at a time, in its place; nothing is ever there twice. */
import { fragment } from "../ui/js/http.js";
import { groupName } from "./words.js";

const SOON = 15 * 60;
const list = () => document.getElementById("list");
const box = () => document.getElementById("rows");
const rows = () => [...(box()?.querySelectorAll(":scope > [data-id]") || [])];
const byPromise = () => list()?.dataset.view === "to_answer";
const isNarrowed = () => /[?&](q|channel|status|assignee|team|label|intent|sentiment|topic|urgency|language|needs_answer|lookalike)=/.test(list()?.dataset.query || "");

/** Before or after in this list's order: the promise due first, or the newest activity first. */
function comesBefore(a, b) {
  const [x, y] = [Number(a.dataset.order), Number(b.dataset.order)];
  if (x !== y) return byPromise() ? x < y : x > y;
  return byPromise() ? Number(a.dataset.id) < Number(b.dataset.id) : Number(a.dataset.id) > Number(b.dataset.id);
}

function place(row) {
  const others = rows().filter((other) => other !== row);
  const next = others.find((other) => comesBefore(row, other));
  const more = document.getElementById("more");
  if (!next && more) { row.remove(); return false; } // it belongs to a page that is not loaded yet
  if (next) next.before(row);
  else if (more) more.before(row);
  else box().append(row);
  return true;
}

function tidy() {
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
    if (shown && !isNarrowed()) leave(shown);
    tidy();
    return;
  }
  if (shown) {
    if (Number(row.dataset.version) < Number(shown.dataset.version)) return;
    const focused = shown.contains(document.activeElement);
    if (shown.hasAttribute("aria-current")) row.setAttribute("aria-current", "true");
    shown.replaceWith(row);
    if (row.dataset.order !== shown.dataset.order) place(row);
    if (focused) row.querySelector("a").focus({ preventScroll: true });
  } else if (!isNarrowed()) {
    row.classList.add("is-new");
    place(row);
  }
  tidy();
}

/* A row that is being read, or that has the focus, does not vanish under the hand: its neighbour takes the focus. */
function leave(row) {
  const neighbour = row.nextElementSibling?.matches("[data-id]") ? row.nextElementSibling : row.previousElementSibling;
  const focused = row.contains(document.activeElement);
  row.remove();
  if (focused) neighbour?.querySelector("a")?.focus({ preventScroll: true });
}

/** Headings where a group begins; groups follow the clock. */
export function regroup() {
  if (!box() || !byPromise()) return;
  const now = Date.now() / 1000, end = new Date().setHours(23, 59, 59, 0) / 1000;
  let group = "";
  const heads = new Map([...box().querySelectorAll("[data-group-head]")].map((head) => [head.dataset.groupHead, head]));
  for (const row of rows()) {
    const due = Number(row.querySelector("sla-clock")?.dataset.due || 0);
    if (due) row.dataset.group = due < now ? "late" : due - now < SOON ? "soon" : due <= end ? "today" : "later";
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
      head.append(title);
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
export function refreshCounts() {
  if (countTimer) return;
  countTimer = setTimeout(async () => {
    try {
      const found = await fragment(document.querySelector("[data-desk]").dataset.counts);
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
    } catch { /* the next news asks again */ }
    countTimer = 0;
  }, 500);
}

/** The row that has the focus, or the one that is open. */
export function selected() {
  return document.activeElement?.closest?.("#rows > [data-id]") || box()?.querySelector('[aria-current="true"]') || null;
}

/** The link of the next (1) or previous (-1) row; with `focus` it gets the focus. */
export function select(step, focus = false) {
  const all = rows(), at = all.indexOf(selected());
  const row = at < 0 ? all[0] : all[Math.min(all.length - 1, Math.max(0, at + step))];
  const link = row?.querySelector("a");
  if (focus && link) { link.focus({ preventScroll: true }); row.scrollIntoView({ block: "nearest" }); }
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
    if (!seen.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    loadMore(item);
  }, { root: document.getElementById("list-scroll"), rootMargin: "400px" }).observe(item);
  item.addEventListener("click", (event) => { event.preventDefault(); loadMore(item); });
}

/** A list that came after the page: its numbers belong beside the views too. */
export function startList() {
  for (const fresh of list()?.querySelectorAll(".chips [data-count]") || []) {
    for (const shown of document.querySelectorAll(`[data-views] [data-count="${fresh.dataset.count}"]`)) shown.textContent = fresh.textContent;
  }
  watchMore();
  document.querySelector('#rows > [aria-current="true"]')?.scrollIntoView({ block: "nearest" });
}
