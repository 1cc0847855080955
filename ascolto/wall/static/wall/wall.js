/* The wall: news of the stream draw the board again, keys and dragging move conversations. Everything works without it. */
import { onKey } from "../ui/js/keys.js";
import { fragment } from "../ui/js/http.js";

const wall = document.querySelector("[data-wall]");
const board = () => document.getElementById("board");
const rows = () => [...document.querySelectorAll("[data-drag]")];
const PAUSE = 1_500, SLOWLY = 30_000; // milliseconds between two looks after news, and without any
let timer = 0, dragged = [], wanted = false;

/* ---- looking again: what is chosen and where one is stays ---- */
const isBusy = () => dragged.length > 0 || document.activeElement?.id === "give-to";

async function look() {
  clearTimeout(timer);
  timer = 0;
  if (isBusy()) { wanted = true; return; }
  wanted = false;
  const chosen = new Set(picked()), to = document.getElementById("give-to")?.value, at = document.activeElement?.closest?.("[data-drag]")?.dataset.drag;
  try {
    const found = await fragment(wall.dataset.wall);
    if (!found || isBusy()) return;
    board().replaceWith(found);
  } catch { return; } // the next news tries again
  window.htmx?.process(board());
  for (const row of rows()) if (chosen.has(row.dataset.drag)) row.querySelector("input").checked = true;
  if (to && document.getElementById("give-to")) document.getElementById("give-to").value = to;
  if (at) document.querySelector(`[data-drag="${at}"] input`)?.focus({ preventScroll: true });
  count();
}
const soon = () => { timer ||= setTimeout(look, PAUSE); };

function follow() {
  const source = new EventSource(`${wall.dataset.live}?after=${encodeURIComponent(wall.dataset.after)}`);
  for (const kind of ["conversation", "house", "reset"]) source.addEventListener(kind, soon);
  addEventListener("pagehide", () => source.close());
}

/* ---- choosing ---- */
const picked = () => rows().filter((row) => row.querySelector("input").checked).map((row) => row.dataset.drag);

function count() {
  const place = document.querySelector("[data-chosen]"), many = picked().length;
  if (!place) return;
  place.dataset.hint ||= place.textContent;
  place.textContent = many ? String(many) : place.dataset.hint;
}
document.addEventListener("change", (event) => { if (event.target.name === "conversation") count(); });
document.addEventListener("focusout", (event) => { if (event.target.id === "give-to" && wanted) soon(); });

const here = () => rows().findIndex((row) => row.classList.contains("is-here"));
function walk(step) {
  const all = rows(), next = all[Math.max(0, Math.min(all.length - 1, here() + step))];
  for (const row of all) row.classList.toggle("is-here", row === next);
  next?.querySelector("input").focus();
}
onKey("j", () => walk(1));
onKey("k", () => walk(-1));
onKey("x", () => { const row = rows()[here()]; if (row) row.querySelector("input").click(); });
onKey("a", () => document.getElementById("give-to")?.focus());
/* Enter opens the conversation on whose box one stands; buttons and links keep their own Enter */
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.altKey || !event.target.matches?.("[data-drag] input")) return;
  event.preventDefault();
  event.target.closest("[data-drag]").querySelector("a").click();
});

/* ---- dragging: one conversation, or all that are chosen, onto a person ---- */
function give(to) {
  const form = document.getElementById("give");
  for (const row of rows()) row.querySelector("input").checked = dragged.includes(row.dataset.drag);
  form.elements.to.value = to;
  form.requestSubmit();
}
document.addEventListener("dragstart", (event) => {
  const row = event.target.closest?.("[data-drag]");
  if (!row) return;
  const chosen = picked();
  dragged = chosen.includes(row.dataset.drag) ? chosen : [row.dataset.drag];
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.join(" "));
});
document.addEventListener("dragend", () => { dragged = []; for (const one of document.querySelectorAll(".is-over")) one.classList.remove("is-over"); if (wanted) soon(); });
document.addEventListener("dragover", (event) => {
  const place = dragged.length && event.target.closest?.("[data-drop]");
  for (const one of document.querySelectorAll(".is-over")) one.classList.toggle("is-over", one === place);
  if (!place) return;
  event.preventDefault();
  place.classList.add("is-over");
});
document.addEventListener("drop", (event) => {
  const place = dragged.length && event.target.closest?.("[data-drop]");
  if (!place) return;
  event.preventDefault();
  give(place.dataset.drop);
  dragged = [];
});

/* a refusal comes back as the board too; "Undo" of a toast draws it again */
document.addEventListener("htmx:beforeSwap", ({ detail }) => { if (detail.target?.id === "board" && detail.xhr.status === 422) { detail.shouldSwap = true; detail.isError = false; } });
document.addEventListener("htmx:afterSettle", ({ detail }) => { if (detail.elt?.id === "board") count(); });
document.addEventListener("undone", look);

if (wall) {
  follow();
  setInterval(look, SLOWLY);
}
