/* Drafts kept on the server, answers that leave later, answers that are held for a moment. Works with the desk's composer by its
   events (desk/composer.js): composer:opened, composer:changed, composer:sending, composer:sent. */
import { content, fill, sendNow } from "../desk/composer.js";
import { dropMessage } from "../desk/thread.js";
import { toast } from "../ui/js/toast.js";

const PAUSE = 1_000, MOST_WAIT = 10_000; // after the last letter; while somebody types without a pause
const words = JSON.parse(document.getElementById("composing-words")?.textContent || "{}");
const root = () => document.getElementById("conversation");
const dock = () => document.getElementById("composing");
const refresh = () => document.dispatchEvent(new CustomEvent("composing"));
/* this window, as the server tells texts of several windows apart */
const tab = (() => {
  try {
    const known = sessionStorage.getItem("ascolto-tab") || Array.from(crypto.getRandomValues(new Uint8Array(9)), (n) => n.toString(36)).join("");
    sessionStorage.setItem("ascolto-tab", known);
    return known.slice(0, 40);
  } catch { return String(Math.random()).slice(2); }
})();

/* ---- the draft of the open conversation ---- */
let state = fresh(""), timer = 0;
function fresh(number) { return { number, version: 0, saved: "", touched: 0, conflict: null, busy: null, again: false }; }
const signature = (held) => JSON.stringify([held.mode, held.way, held.text, held.attachments, held.template]);
const isEmpty = (held) => !held.text.trim() && !held.attachments.length && !held.template;

document.addEventListener("composer:opened", () => {
  flush();
  const held = content();
  state = fresh(held?.number || "");
  state.saved = held ? signature(held) : "";
  apply();
});
document.addEventListener("composer:changed", ({ detail }) => {
  if (!detail || detail.number !== state.number || detail.isUploading || state.conflict || signature(detail) === state.saved) return;
  state.touched ||= Date.now();
  clearTimeout(timer);
  timer = setTimeout(save, Math.min(PAUSE, Math.max(0, state.touched + MOST_WAIT - Date.now())));
});
document.addEventListener("composer:sending", ({ detail }) => {
  clearTimeout(timer);
  state.busy?.abort();
  if (detail.body && !detail.body.get("later")) { detail.body.delete("leave_when"); detail.body.delete("if_customer_writes"); }
});
document.addEventListener("composer:sent", ({ detail }) => {
  clearTimeout(timer);
  if (detail.number !== state.number) return;
  const had = state.version;
  state = fresh(state.number);
  const held = content();
  state.saved = held ? signature(held) : "";
  if (had) refresh();
});

function body(held, insist) {
  const fields = new URLSearchParams({ mode: held.mode, way: held.way, text: held.text, version: String(state.version), tab });
  for (const id of held.attachments) fields.append("attachments", id);
  if (held.template) fields.set("template", typeof held.template === "string" ? held.template : JSON.stringify(held.template));
  if (held.seen) fields.set("seen", held.seen);
  if (insist) fields.set("insist", "1");
  return fields;
}
const post = (address, fields, more = {}) => fetch(address, { method: "POST", body: fields, credentials: "same-origin", headers: { "HX-Request": "true", Accept: "application/json", "X-CSRFToken": document.body.dataset.csrf }, ...more });
const address = () => `${root().dataset.base}composing/draft/`;

async function save(insist = false) {
  clearTimeout(timer);
  const held = content(), mine = state;
  if (!held || held.number !== mine.number || mine.conflict || (isEmpty(held) && !mine.version)) return;
  if (mine.busy) { mine.again = true; return; }
  mine.busy = new AbortController();
  const said = signature(held), had = mine.version;
  mine.touched = 0;
  try {
    const answer = await post(address(), body(held, insist === true), { signal: mine.busy.signal });
    if (answer.status === 401) return;
    const told = await answer.json();
    if (mine !== state) return;
    if (answer.status === 409) { disagree(told.draft); return; }
    if (!answer.ok) throw new Error(told.error || "");
    mine.version = told.version;
    mine.saved = said;
    note(told.version ? words.kept : "");
    if (Boolean(had) !== Boolean(told.version)) refresh();
  } catch (error) { if (error.name !== "AbortError" && mine === state) note(words.unkept); } finally {
    mine.busy = null;
    if (mine.again && mine === state) { mine.again = false; save(); }
  }
}

/* what was written in the last second goes with the page, or with the conversation that is left */
function flush() {
  if (!state.touched || state.conflict) return;
  const held = content();
  if (!held || held.number !== state.number || signature(held) === state.saved) return;
  clearTimeout(timer);
  post(address(), body(held), { keepalive: held.text.length < 20_000 }).catch(() => { /* the browser keeps its own copy */ });
  state.touched = 0;
}
window.addEventListener("pagehide", flush);
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden" && state.touched) save(); });

function note(text) {
  const place = document.querySelector("#composer [data-kept]");
  if (!place || place.textContent === text) return;
  place.textContent = text;
  place.hidden = !text;
}

/* ---- what the server kept ---- */
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.elt?.id !== "composing" && detail.target?.id !== "composing") return;
  apply();
  showWriters();
  for (const field of document.querySelectorAll("#composing [data-seen]")) field.value = root()?.dataset.last || "";
});

function kept() {
  const told = dock()?.dataset.draft;
  try { return told ? JSON.parse(told) : null; } catch { return null; }
}

function apply() {
  const draft = kept(), held = content();
  if (!draft || !held || held.number !== state.number || draft.version === state.version) return;
  if (isEmpty(held)) take(draft);
  else if (held.text === draft.text && held.mode === draft.mode) { state.version = draft.version; state.saved = signature(held); } else if (draft.version > state.version && !state.busy) disagree(draft);
}

function take(draft) {
  fill({ mode: draft.mode, way: draft.way, text: draft.text, seen: draft.seen, files: draft.files });
  state.version = draft.version;
  state.conflict = null;
  state.saved = signature(content());
  note(words.kept);
}

function disagree(draft) {
  state.conflict = draft;
  const place = document.querySelector("[data-draft-conflict]");
  if (!place) { refresh(); return; }
  place.querySelector("[data-other]").textContent = draft.text;
  place.hidden = false;
}
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-draft-use]") && state.conflict) { const other = state.conflict; settle(); take(other); refresh(); }
  else if (event.target.closest("[data-draft-keep]") && state.conflict) { state.version = state.conflict.version; settle(); save(true).then(refresh); }
  const other = event.target.closest("[data-draft-other]");
  if (other) { fill({ text: other.closest("li").querySelector("[data-other-text]").textContent }); document.getElementById("draft")?.focus(); save(true).then(refresh); }
});
function settle() {
  state.conflict = null;
  const place = document.querySelector("[data-draft-conflict]");
  if (place) place.hidden = true;
}

/* ---- the send menu: later, for colleagues, away with it ---- */
document.addEventListener("click", async (event) => {
  const later = event.target.closest("#composer button[name=later]");
  if (later) { event.preventDefault(); plan(later.value); return; }
  const share = event.target.closest("[data-draft-share]"), away = event.target.closest("[data-draft-discard]");
  if (!share && !away) return;
  event.target.closest("details")?.removeAttribute("open");
  if (share) await save();
  const answer = await post((share || away).dataset.draftShare || away.dataset.draftDiscard, new URLSearchParams(share ? { shared: "1" } : {}));
  const told = answer.headers.get("HX-Trigger");
  if (told) toast(JSON.parse(told).toast.text);
  if (away && answer.ok) { state = fresh(state.number); fill({ text: "", files: [] }); state.saved = signature(content()); note(""); }
  refresh();
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches?.("#composer [name=leave_when]")) return;
  event.preventDefault();
  plan("words");
});
async function plan(later) {
  const form = document.getElementById("composer"), when = form.elements.leave_when;
  if (later === "words" && !when.value.trim()) { when.focus(); return; }
  form.querySelector("[data-send-menu]")?.removeAttribute("open");
  if (await sendNow("", { later })) when.value = "";
}

/* ---- who else writes ---- */
let writers = 0;
document.addEventListener("presence", ({ detail }) => {
  if (detail.id !== Number(root()?.dataset.id || 0)) return;
  const me = Number(document.querySelector("[data-desk]")?.dataset.agent || 0);
  writers = detail.who.filter((one) => one.id !== me && one.state === "writing").length;
  showWriters();
});
document.addEventListener("composer:changed", showWriters);
function showWriters() {
  const place = document.querySelector("#composing [data-writers]"), held = content();
  if (place) place.hidden = !(writers && held && held.mode !== "note" && held.text.trim());
}
document.addEventListener("composer:opened", () => { writers = 0; });
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-writers-note]")) { fill({ mode: "note" }); document.getElementById("draft")?.focus(); }
});

/* ---- answers that are held ---- */
let clock = 0;
function count() {
  const held = document.querySelectorAll("[data-held]");
  for (const item of held) {
    const left = Math.ceil((Date.parse(item.dataset.until) - Date.now()) / 1000);
    if (left <= 0) { item.remove(); continue; }
    const text = words.leaves.replace("%(count)s", left), place = item.querySelector("[data-held-text]");
    if (place.textContent !== text) place.textContent = text;
  }
  if (!held.length) { clearInterval(clock); clock = 0; }
}
function watch() { if (!clock && document.querySelector("[data-held]")) { count(); clock = setInterval(count, 500); } }
document.addEventListener("composer:sent", watch);
document.addEventListener("composer:opened", watch);
document.addEventListener("htmx:afterSettle", watch);
/* taken back: the bubble goes at once, its words come with the dock */
document.addEventListener("withdrawn", ({ detail }) => dropMessage(detail.message));
document.addEventListener("undone", ({ detail }) => { // from a toast: what the server said comes along as text
  try { const told = JSON.parse(detail?.trigger || "{}"); if (told.withdrawn) dropMessage(told.withdrawn.message); } catch { /* not ours */ }
});
/* why something is not done stands in the dock itself */
document.addEventListener("htmx:beforeSwap", ({ detail }) => { if (detail.target?.id === "composing" && detail.xhr.status === 422) { detail.shouldSwap = true; detail.isError = false; } });
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!detail.successful || !detail.requestConfig?.path?.endsWith("/leave/")) return;
  detail.elt.closest("[data-held]")?.remove();
});

if (content()) document.dispatchEvent(new CustomEvent("composer:opened"));
watch();
