/* The composer: who reads, on which channel, how long it may be, until when; drafts, files, one sending. */
import { number, word as spoken } from "../ui/js/words.js";
import { append } from "./thread.js";
import { needsTemplate, showTemplates, templateGap } from "./templates.js";
import { collapse, showTools, startTools } from "./tools.js";
import { sizeOf, startFiles } from "./files.js";
import { cleaned, measure, partsOf, signed } from "./counting.js";
import { insertText } from "./typing.js";
import { announceSent, newKey, refusal } from "./sending.js";
import "./replies.js";
import { word } from "./words.js";

const form = () => document.getElementById("composer");
const area = () => document.getElementById("draft");
const ways = new WeakMap(), files = new WeakMap();

const mode = (f) => f.elements.mode?.value || "note";
const way = (f) => f.elements[`way-${mode(f)}`]?.value || "";
const limits = (f) => (ways.get(f) || {})[way(f)] || null;
const draftKey = () => `ascolto-draft:${document.querySelector("[data-desk]").dataset.agent}:${document.getElementById("conversation").dataset.number}`;

/* ---- for other modules: what is written, filling it, sending it ----
   Events on document, each with `detail` = content() unless said otherwise:
     composer:opened   a conversation's composer is there
     composer:changed  text, readers, channel or files are others
     composer:sending  about to go; preventDefault() stops it. detail.body is the FormData, to be added to
     composer:sent     it is with the server. detail.message is its number; the composer is empty again */

/** What the composer holds; null where there is none. */
export function content() {
  const f = form();
  if (!f || !ways.has(f)) return null;
  const template = chosenTemplate(f);
  return { number: document.getElementById("conversation").dataset.number, mode: mode(f), way: way(f), text: area().value, attachments: files.get(f).ids(), isUploading: files.get(f).isBusy(), template, seen: f.elements.seen.value, key: f.elements.client_key.value };
}

/** Put a draft there: {mode, way, text, seen, files}; what is not named stays. */
export function fill({ mode: readers, way: channel, text, seen, files: uploaded } = {}) {
  const f = form();
  if (!f || !ways.has(f)) return;
  const choice = [...f.querySelectorAll("[name=mode]")].find((input) => input.value === readers);
  if (choice) choice.checked = true;
  const select = channel && f.elements[`way-${mode(f)}`];
  if (select?.options && [...select.options].some((option) => option.value === channel)) select.value = channel;
  if (text !== undefined) { area().value = text; f.dataset.begun = text.trim() ? "1" : ""; }
  if (seen) f.elements.seen.value = seen;
  if (uploaded) { if (!uploaded.length) files.get(f).clear(); files.get(f).adopt(uploaded); }
  show(f);
}

/** Send what is written; `then` is "", "resolve" or "pending", `fields` go along. Whether it went. */
export const sendNow = (then = "", fields = {}) => (form() && ways.has(form()) ? send(form(), then, fields) : Promise.resolve(false));

/** Say in the composer why something does not go. */
export const refuse = (text) => { if (form()) say(form(), text); };

/** Writes in the composer, for whoever makes a module of its own: its form, and one of its words. */
export const composerForm = form;
export const wordOf = (name, values = {}) => String(JSON.parse(form()?.querySelector("[data-words]")?.textContent || "{}")[name] ?? name).replace(/%\((\w+)\)s/g, (whole, key) => (key in values ? values[key] : whole));

const chosenTemplate = (f) => [...f.querySelectorAll("[name=template]")].find((field) => !field.disabled && field.value.trim())?.value || "";
const tell = (name, detail, options = {}) => document.dispatchEvent(new CustomEvent(`composer:${name}`, { detail, ...options }));

export function startComposer() {
  const f = form();
  if (!f || ways.has(f)) return;
  ways.set(f, JSON.parse(f.querySelector("[data-ways]").textContent));
  files.set(f, startFiles(f, () => show(f), { limits: () => (mode(f) === "note" ? null : limits(f)), say: (text) => say(f, text) }));
  startTools(f);
  restore(f);
  f.addEventListener("change", (event) => { if (event.target.matches("[name=mode], [name^=way-]")) show(f); });
  f.addEventListener("templates:changed", () => show(f));
  f.addEventListener("input", (event) => { if (event.target.matches("[name=template], [data-gap]")) show(f); });
  area().addEventListener("input", () => { begin(f); keep(); clearRefusal(f); show(f); });
  area().addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    send(f, event.shiftKey ? "resolve" : "");
  });
  f.addEventListener("click", (event) => {
    const readers = event.target.closest("[data-choose-mode]")?.dataset.chooseMode;
    if (readers) { f.querySelector(`[name=mode][value=${readers}]`).click(); area().focus(); return; }
    const sentence = event.target.closest("[data-remove]");
    if (sentence) { cut(sentence); return; }
    const link = event.target.closest("[data-insert]")?.dataset.insert;
    if (link) insertText(area(), `${link} `);
  });
  f.addEventListener("submit", (event) => {
    if (event.submitter?.hasAttribute("formtarget")) return; // a page beside this one
    if (event.submitter?.hasAttribute("formaction")) { forget(); return; } // "Answered there": a page of its own comes back
    event.preventDefault();
    event.submitter?.closest("details")?.removeAttribute("open");
    send(f, event.submitter?.name === "then" ? event.submitter.value : "");
  });
  show(f);
  tell("opened", content());
}

/* an earlier answer goes into the draft, never further; the form tells the server that it was used */
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-similar-insert]"), a = area();
  if (!button || !a) return;
  const text = button.closest(".simi-one").querySelector("[data-similar-text]").textContent;
  a.setRangeText(a.value.trim() ? `\n\n${text}` : text, a.value.trim() ? a.value.trimEnd().length : 0, a.value.length, "end");
  a.dispatchEvent(new Event("input", { bubbles: true }));
  setTimeout(() => a.focus()); // after the form was sent: what is sent says which button was pressed
});

/* what is offered to be taken out; places are counted in characters of the draft without its margins, as the server has it */
function cut(button) {
  const a = area(), points = [...a.value.trim()];
  points.splice(Number(button.dataset.start), Number(button.dataset.end) - Number(button.dataset.start));
  a.value = points.join("").replace(/[ \t]+\n/g, "\n").replace(/ {2,}/g, " ").trim();
  button.closest("[data-finding]").remove();
  a.dispatchEvent(new Event("input", { bubbles: true }));
  a.focus();
}
/* what was there when the text was begun: an answer of a colleague that came later stops the sending once */
function begin(f) {
  const fresh = !f.dataset.begun;
  f.dataset.begun = area().value.trim() ? "1" : "";
  if (fresh) f.elements.seen.value = document.getElementById("conversation").dataset.last || f.elements.seen.value;
}
/* a reason that is being written survives the next look at the draft */
let reasons = new Map();
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (event.detail.target?.id !== "draft-findings") return;
  reasons = new Map([...event.detail.target.querySelectorAll("[name^=override-]")].filter((field) => field.value).map((field) => [field.name, field.value]));
});
document.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.detail.target?.id !== "draft-findings") return;
  for (const [name, value] of reasons) {
    const field = event.detail.target.querySelector(`[name="${name}"]`);
    if (field) { field.value = value; field.closest("details")?.setAttribute("open", ""); }
  }
  for (const told of document.querySelectorAll("[data-refused] [data-finding]")) { // said once: where the answer was refused
    event.detail.target.querySelector(`[data-finding="${told.dataset.finding}"]`)?.remove();
  }
});

/* ---- drafts ---- */
function keep() {
  try {
    if (area().value) localStorage.setItem(draftKey(), JSON.stringify({ text: area().value, mode: mode(form()), at: Date.now() }));
    else localStorage.removeItem(draftKey());
  } catch { /* private window: the draft lives as long as the page */ }
}
function restore(f) {
  if (area().value) return;
  try {
    const kept = JSON.parse(localStorage.getItem(draftKey()) || "null");
    if (!kept?.text) return;
    area().value = kept.text;
    const choice = [...f.querySelectorAll("[name=mode]")].find((input) => input.value === kept.mode);
    if (choice) choice.checked = true;
    const note = f.querySelector("[data-kept]");
    note.textContent = word("draft");
    note.hidden = false;
  } catch { /* nothing kept */ }
}
function forget() { try { localStorage.removeItem(draftKey()); } catch { /* nothing kept */ } }

/* ---- what is shown ---- */
function show(f) {
  const m = mode(f), can = limits(f), name = f.dataset.name;
  f.dataset.mode = m;
  const button = f.querySelector("[data-send]");
  button.className = m === "public" ? "btn btn-public" : "btn btn-primary";
  f.querySelector("[data-send-label]").textContent = m === "note" ? word("note") : word(m === "public" ? "publish" : "send", { name });
  for (const item of f.querySelectorAll("[data-for]")) item.toggleAttribute("hidden", item.dataset.for !== way(f));
  for (const item of f.querySelectorAll("[data-shut]")) item.hidden = m === "note" || item.dataset.shut !== way(f);
  showTemplates(f, m === "private" ? way(f) : "", can);
  showTools(f, can, m);
  placeholder(f, m);
  const attach = f.querySelector("[data-attach]"), largest = Math.max(0, ...Object.values(can?.sizes || {}));
  attach.hidden = m !== "note" && can?.files === 0;
  attach.title = attach.querySelector("input").getAttribute("aria-label") + (m !== "note" && largest ? ` · ${wordOf("takes", { count: number(can.files), limit: sizeOf(largest) })}` : "");
  count(f, can, m);
  countdown(f, can, m);
  tell("changed", content());
}

/* who will read it, once more where one begins to write */
function placeholder(f, m) {
  const select = f.elements[`way-${m}`], name = select?.selectedOptions?.[0]?.textContent || f.querySelector(`.comp-way[data-mode-only="${m}"] .ch`)?.textContent.trim() || "";
  area().placeholder = wordOf(`placeholder_${m}`, { channel: name });
}

function count(f, can, m) {
  const counter = f.querySelector("[data-counter]"), text = signed(cleaned(area().value), m === "note" ? "" : can?.signature);
  const used = measure(text, can?.counting), limit = m === "note" ? 0 : can?.limit || 0;
  const near = limit && used > limit * 0.9;
  counter.textContent = m !== "note" && can?.shut ? "" : limit && (limit <= 100_000 || near) ? `${number(used)} / ${number(limit)}` : used ? number(used) : "";
  if (can?.parts && m !== "note" && text && partsOf(text) > 1) counter.textContent += ` · ${word("parts", { count: number(partsOf(text)) })}`;
  counter.classList.toggle("c-bad", Boolean(limit && used > limit));
  counter.classList.toggle("c-warn", Boolean(near && used <= limit));
  const blocked = reasonAgainst(f, used, limit, can, m);
  const button = f.querySelector("[data-send]");
  button.setAttribute("aria-disabled", String(Boolean(blocked)));
  button.title = blocked || "Ctrl ↵";
}

function reasonAgainst(f, used, limit, can, m) {
  if (limit && used > limit) return word("too_long", { count: number(used - limit) });
  if (m === "note") return "";
  if (can?.shut) return can.shut;
  if (needsTemplate(can)) { const gap = chosenTemplate(f) ? templateGap(f) : "no_template"; if (gap) return wordOf(gap); }
  const attached = files.get(f)?.count() || 0;
  if (attached && can && can.files === 0) return word("no_files");
  if (attached && can && attached > can.files) return word("too_many_files", { count: can.files });
  return "";
}

function span(seconds) {
  const minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60);
  return hours >= 48 ? spoken("days", { days: Math.floor(hours / 24) }) : hours ? `${hours} h` : `${minutes} min`;
}

function countdown(f, can, m) {
  const place = f.querySelector("[data-window]");
  if (!place) return;
  place.hidden = m === "note" || !can?.ends;
  if (place.hidden) return;
  const left = can.ends - Date.now() / 1000, soon = left < 2 * 3600;
  if (left <= 0 && (can.shut || can.templates)) { place.hidden = true; return; } // the notice says it
  place.textContent = left > 0 ? (soon ? wordOf("closes", { time: span(left) }) : word("window", { time: span(left) })) : word("window_closed");
  place.classList.toggle("c-warn", soon);
  place.classList.toggle("med", soon);
}
/** The window of the open conversation goes on closing. */
export function closeWindow() {
  const f = form();
  if (!f || !ways.has(f)) return;
  const can = limits(f), closed = needsTemplate(can);
  if (closed !== f.hasAttribute("data-needs-template") && mode(f) === "private") show(f); // it closed just now
  else countdown(f, can, mode(f));
}

/* ---- sending ---- */
function put(f, node) {
  document.getElementById("draft-findings").replaceChildren(); // the same is said here now
  f.querySelector("[data-refused]").replaceChildren(node);
}
function clearRefusal(f) { f.querySelector("[data-refused]").replaceChildren(); f.querySelector("[data-kept]").hidden = true; }
const say = (f, text) => put(f, refusal(text));

/* why it cannot go yet; empty when it can */
function whyNot(f) {
  const button = f.querySelector("[data-send]"), hasTemplate = Boolean(content().template);
  if (button.getAttribute("aria-disabled") === "true") return button.title;
  if (files.get(f).isBusy()) return word("wait_uploads");
  return area().value.trim() || files.get(f).count() || hasTemplate ? "" : word("empty");
}

async function send(f, then, fields = {}) {
  if (f.hasAttribute("aria-busy")) return false;
  const why = whyNot(f);
  if (why) { say(f, why); area().focus(); return false; }
  const body = new FormData(f), held = content();
  body.delete("files");
  body.delete("then");
  for (const id of files.get(f).ids()) body.append("attachments", id);
  for (const [name, value] of Object.entries({ ...fields, then })) if (value) body.set(name, value);
  if (!tell("sending", { ...held, then, body }, { cancelable: true })) return false;
  return await busy(f, () => deliver(f, body, held));
}

async function busy(f, work) {
  f.setAttribute("aria-busy", "true");
  area().readOnly = true;
  f.querySelector("[data-send-label]").textContent = word("sending");
  let went = false;
  try { went = await work(); } catch { say(f, word("failed")); } // the key stays: sending again cannot send twice
  f.removeAttribute("aria-busy");
  if (area()) area().readOnly = false;
  if (form() === f) show(f);
  return went;
}

async function deliver(f, body, held) {
  const answer = await fetch(f.action, { method: "POST", body, credentials: "same-origin", headers: { "HX-Request": "true", "X-CSRFToken": document.body.dataset.csrf } });
  if (answer.status === 401) throw new Error("signed out");
  const template = document.createElement("template");
  template.innerHTML = await answer.text();
  if (answer.status === 422) { put(f, template.content); f.querySelector("[data-guard]")?.focus(); return false; }
  if (answer.status !== 201) throw new Error(String(answer.status));
  forget();
  const message = template.content.querySelector("[id^=m-]")?.id.slice(2) || "";
  if (form() === f) sent(f, template.content);
  announceSent(answer);
  tell("sent", { ...held, message });
  return true;
}

function sent(f, items) {
  append(items);
  area().value = "";
  f.dataset.begun = "";
  for (const place of ["draft-findings", "draft-language", "draft-promise"]) document.getElementById(place)?.replaceChildren();
  clearRefusal(f);
  files.get(f).clear();
  for (const field of f.querySelectorAll("[name=template], [name=template_values], [name^=gap-]")) field.value = "";
  collapse(f);
  f.elements.client_key.value = newKey();
  document.getElementById("thread-scroll").scrollTop = document.getElementById("thread-scroll").scrollHeight;
  area().focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("desk:sent", { detail: {} }));
}
