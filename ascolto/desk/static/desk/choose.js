/* Choosing many: boxes, ranges, all of a view; the bar below the list does it in steps and takes it back. */
import { fragment, post } from "../ui/js/http.js";
import { toast } from "../ui/js/toast.js";
import { refreshCounts, refreshRow, selected } from "./list.js";

const STEP = 50, MOST = 500;
const list = () => document.getElementById("list");
const bar = () => document.getElementById("bulk");
const boxes = () => [...document.querySelectorAll("#rows > [data-id]:not(.is-gone) .cv-pick input")];
const idOf = (box) => Number(box.value);
const beyond = new Set(); // chosen by "all in this view" and not loaded
let words = {}, last = null, loading = null;

const chosenBoxes = () => boxes().filter((box) => box.checked);
const ids = () => [...new Set([...chosenBoxes().map(idOf), ...beyond])].slice(0, MOST);
const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (whole, key) => values[key] ?? whole);

/** The bar, once a list. */
async function open() {
  if (!bar() || !list()) return;
  list().classList.add("is-choosing");
  if (!bar().querySelector(".bulk-verbs")) {
    loading ||= fragment(document.querySelector("[data-desk]").dataset.bulk).then((found) => { if (found) bar().replaceChildren(found); });
    await loading;
    loading = null;
  }
  words = JSON.parse(document.getElementById("bulk-words")?.textContent || "{}");
  bar().hidden = false;
  show();
}

function show() {
  const count = ids().length, line = bar()?.querySelector("[data-bulk-count]");
  if (line) line.textContent = count === 1 ? words.one : fill(words.chosen || "", { count });
  for (const button of bar()?.querySelectorAll('[name="verb"]') || []) button.setAttribute("aria-disabled", count ? "false" : "true");
  for (const box of boxes()) box.closest("[data-id]").toggleAttribute("data-chosen", box.checked);
}

/** Begin to choose, with this row if there is one. */
export function begin(row = null) {
  const box = row?.querySelector(".cv-pick input");
  if (box) { box.checked = true; last = box; }
  return open();
}

/** A box changed; with Shift everything between it and the one before. */
export function chosen(box, { range = shift } = {}) {
  const all = boxes(), from = all.indexOf(last), to = all.indexOf(box);
  if (range && from >= 0 && to >= 0) for (const one of all.slice(Math.min(from, to), Math.max(from, to) + 1)) one.checked = box.checked;
  if (!box.checked) beyond.delete(idOf(box));
  last = box;
  return open();
}

let shift = false;
document.addEventListener("pointerdown", (event) => { shift = event.shiftKey; }, true);

/** x: this row, or not. */
export function toggle() {
  const box = (selected() || document.querySelector("#rows > [data-id]"))?.querySelector(".cv-pick input");
  if (box) { box.checked = !box.checked; chosen(box, { range: false }); }
}

/** Shift+J, Shift+K: the next row too. */
export function extend(link) {
  const before = selected()?.querySelector(".cv-pick input"), box = link?.closest("[data-id]")?.querySelector(".cv-pick input");
  if (before) { before.checked = true; last = before; }
  link?.focus({ preventScroll: true });
  link?.closest("[data-id]")?.scrollIntoView({ block: "nearest" });
  if (box) { box.checked = true; chosen(box, { range: false }); }
}

export function end() {
  beyond.clear();
  last = null;
  for (const box of document.querySelectorAll(".cv-pick input:checked")) box.checked = false;
  show();
  list()?.classList.remove("is-choosing");
  if (bar()) bar().hidden = true;
}
export const isChoosing = () => Boolean(list()?.classList.contains("is-choosing"));

async function all() {
  const desk = document.querySelector("[data-desk]");
  const answer = await fetch(desk.dataset.rows + list().dataset.query, { credentials: "same-origin", headers: { Accept: "application/json" } });
  if (!answer.ok) { toast(words.failed); return; }
  const found = await answer.json();
  const shown = new Set(boxes().map(idOf));
  for (const box of boxes()) box.checked = found.ids.includes(idOf(box));
  beyond.clear();
  for (const id of found.ids) if (!shown.has(id)) beyond.add(id);
  if (found.is_cut) toast(words.most);
  show();
}

function told(left) {
  const place = bar().querySelector("[data-bulk-left]");
  place.hidden = !left.length;
  if (!left.length) return;
  const why = new Map();
  for (const one of left) why.set(one.why, [...(why.get(one.why) || []), one.number]);
  const text = left.length === 1 ? words.left_one : fill(words.left, { count: left.length });
  const items = [...why].slice(0, 6).map(([reason, numbers]) => { const line = document.createElement("p"); line.textContent = `${numbers.slice(0, 5).join(", ")}${numbers.length > 5 ? " …" : ""}: ${reason}`; return line; });
  place.querySelector("div").replaceChildren(text, ...items);
}

/** Do it in steps, so that one sees how far it is; each row answers for itself. */
async function run(verb) {
  const wanted = ids(), form = new FormData(bar()), values = {};
  if (!wanted.length) return;
  for (const [name, value] of form) if (!["ids", "verb", "csrfmiddlewaretoken"].includes(name)) (values[name] ||= []).push(value);
  const progress = bar().querySelector("[data-bulk-progress]"), meter = progress.querySelector("progress");
  progress.hidden = wanted.length <= STEP;
  let batch = "", undo = "", changed = [], left = [];
  for (let at = 0; at < wanted.length; at += STEP) {
    let answer, found;
    try {
      answer = await post(bar().getAttribute("action"), { ...values, verb, batch, ids: wanted.slice(at, at + STEP) });
      found = await answer.json();
    } catch { toast(words.failed); break; }
    if (!answer.ok) { toast(found.error || words.failed); break; }
    batch = found.batch ?? batch;
    undo = found.undo || undo;
    changed = changed.concat(found.changed);
    left = left.concat(found.not_changed);
    meter.value = Math.min(1, (at + STEP) / wanted.length);
  }
  progress.hidden = true;
  settle(changed, left, undo);
}

function settle(changed, left, undo) {
  for (const details of bar().querySelectorAll("details[open]")) details.open = false;
  told(left);
  for (const id of changed) if (document.getElementById(`row-${id}`)) refreshRow(id);
  refreshCounts();
  beyond.clear();
  const stay = new Set(left.map((one) => one.id));
  for (const box of boxes()) box.checked = stay.has(idOf(box));
  show();
  if (!left.length) end();
  if (changed.length) toast(fill(words.done, { count: changed.length }), undo ? { undo: () => back(undo, changed) } : {});
}

async function back(address, changed) {
  try {
    const answer = await post(address), found = await answer.json();
    toast(answer.ok ? found.text : found.error);
    for (const id of changed) refreshRow(id);
    refreshCounts();
    document.dispatchEvent(new CustomEvent("undone"));
  } catch { toast(words.failed); }
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-bulk-all]")) all();
  else if (event.target.closest("[data-bulk-none]")) end();
  const row = isChoosing() && matchMedia("(pointer: coarse)").matches && event.target.closest("#rows a[data-row]");
  if (row) { // while choosing a touch chooses
    event.preventDefault();
    event.stopImmediatePropagation();
    const box = row.closest("[data-id]").querySelector(".cv-pick input");
    box.checked = !box.checked;
    chosen(box, { range: false });
  }
}, true);
document.addEventListener("submit", (event) => {
  if (event.target.id !== "bulk") return;
  event.preventDefault();
  if (event.submitter?.getAttribute("aria-disabled") !== "true") run(event.submitter?.value || "");
});
