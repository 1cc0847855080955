/* A menu inside the text: `/` saved replies, `@` colleagues, `#` conversations, and whatever else registers.

   registerTrigger(char, source): the menu opens when `char` is typed at the beginning of a word. `source` has
     label            what the list is called for those who hear it
     find(query)      promise of items {title, hint, text, icon, warns, tone}; `query` is what follows the character
     text(item)       what comes into the draft instead of character and query; without it `item.text`
     modes            in which modes of the composer it opens (["private", "public", "note"]); without it in all
     spaces           whether the query may hold blanks (at most two)
     picked(item)     told after it was put in
   Focus never leaves the text: the list is walked with the arrows, Enter or Tab take one, Escape closes. */
import { replaceText } from "./typing.js";

const triggers = new Map();
let open = null; // {char, source, from, items, at, ticket}
let ticket = 0, closedAt = -1;

export const registerTrigger = (char, source) => triggers.set(char, source);
export const isSuggesting = () => Boolean(open);

const area = () => document.getElementById("draft");
const box = () => document.getElementById("suggest");
const modeNow = () => document.getElementById("composer")?.elements.mode?.value || "note";

/* the trigger that stands before the cursor, and what follows it */
function asked(field) {
  const end = field.selectionStart;
  if (end !== field.selectionEnd) return null;
  const before = field.value.slice(Math.max(0, end - 80), end), offset = end - before.length;
  for (let at = before.length - 1; at >= 0; at -= 1) {
    const source = triggers.get(before[at]);
    const query = before.slice(at + 1);
    if (/\n/.test(before[at]) || (query.match(/\s/g) || []).length > 2) return null;
    if (!source || (at > 0 && !/[\s(]/.test(before[at - 1])) || (source.modes && !source.modes.includes(modeNow()))) continue;
    if (/\s/.test(query) && (!source.spaces || /^\s/.test(query))) return null;
    return { char: before[at], source, from: offset + at, query };
  }
  return null;
}

async function look(field) {
  const found = asked(field);
  if (!found || found.from === closedAt) { if (!found) closedAt = -1; close(); return; }
  const mine = ++ticket;
  let items = [];
  try { items = await found.source.find(found.query); } catch { close(); return; }
  if (mine !== ticket || document.activeElement !== field) return;
  if (!items?.length) { close(); return; }
  open = { ...found, items, at: 0 };
  draw(field);
}

function draw(field) {
  const list = box() || make();
  list.setAttribute("aria-label", open.source.label || "");
  list.replaceChildren(...open.items.map(option));
  list.hidden = false;
  place(list);
  field.setAttribute("aria-controls", "suggest");
  field.setAttribute("aria-autocomplete", "list");
  point(0);
}

function make() {
  const list = document.createElement("ul");
  list.id = "suggest";
  list.className = "suggest";
  list.setAttribute("role", "listbox");
  document.body.append(list);
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // focus stays in the text
  list.addEventListener("click", (event) => { const item = event.target.closest("[role=option]"); if (item) pick(Number(item.dataset.at)); });
  return list;
}

function option(item, at) {
  const row = document.createElement("li"), title = document.createElement("b");
  row.id = `suggest-${at}`;
  row.dataset.at = at;
  row.setAttribute("role", "option");
  title.textContent = item.title;
  row.append(title);
  for (const [name, kind] of [["hint", "c3 xs"], ["warns", "c-warn xs"], ["detail", "c2 xs suggest-detail"]]) {
    if (!item[name]) continue;
    const part = document.createElement("span");
    part.className = kind;
    part.textContent = item[name];
    row.append(part);
  }
  return row;
}

function place(list) {
  const frame = document.getElementById("composer").getBoundingClientRect();
  list.style.insetInlineStart = "auto";
  list.style.left = `${Math.round(frame.left)}px`;
  list.style.width = `${Math.round(Math.min(frame.width, 480))}px`;
  list.style.bottom = `${Math.round(innerHeight - frame.top + 4)}px`;
  list.style.maxHeight = `${Math.round(Math.min(320, frame.top - 12))}px`;
}

function point(at) {
  open.at = (at + open.items.length) % open.items.length;
  for (const row of box().children) row.setAttribute("aria-selected", String(Number(row.dataset.at) === open.at));
  box().children[open.at].scrollIntoView({ block: "nearest" });
  area()?.setAttribute("aria-activedescendant", `suggest-${open.at}`);
}

export function closeSuggestions() { close(); }
function close() {
  ticket += 1;
  open = null;
  if (box()) box().hidden = true;
  for (const name of ["aria-activedescendant", "aria-controls", "aria-autocomplete"]) area()?.removeAttribute(name);
}

async function pick(at) {
  const { source, from, items } = open, item = items[at], field = area();
  const to = field.selectionStart;
  close();
  const text = source.text ? await source.text(item) : item.text;
  if (text === null || text === undefined || area() !== field) return;
  replaceText(field, text, from, to);
  source.picked?.(item);
}

document.addEventListener("input", (event) => { if (event.target.id === "draft") look(event.target); });
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-trigger]"), field = area();
  if (opener && field) { // the same menus without a keyboard that has these characters at hand
    const before = field.value.slice(0, field.selectionStart);
    closedAt = -1;
    replaceText(field, `${before && !/\s$/.test(before) ? " " : ""}${opener.dataset.trigger}`, field.selectionStart, field.selectionEnd);
    return;
  }
  if (open && !event.target.closest("#suggest, #draft")) close();
});
document.addEventListener("focusout", (event) => { if (open && event.target.id === "draft") close(); });
document.addEventListener("keydown", (event) => {
  if (!open || event.target.id !== "draft" || event.isComposing) return;
  const act = {
    ArrowDown: () => point(open.at + 1),
    ArrowUp: () => point(open.at - 1),
    Enter: () => !(event.ctrlKey || event.metaKey || event.shiftKey) && (pick(open.at), true),
    Tab: () => !event.shiftKey && (pick(open.at), true),
    Escape: () => { closedAt = open.from; close(); },
  }[event.key];
  if (!act || act() === false) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
