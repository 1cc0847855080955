/* The composer: who reads, on which channel, how long it may be, until when; drafts, files, one sending. */
import { toast } from "../ui/js/toast.js";
import { number, word as spoken } from "../ui/js/words.js";
import { append } from "./thread.js";
import { startFiles } from "./files.js";
import { word } from "./words.js";

const form = () => document.getElementById("composer");
const area = () => document.getElementById("draft");
const ways = new WeakMap(), files = new WeakMap();

const mode = (f) => f.elements.mode?.value || "note";
const way = (f) => f.elements[`way-${mode(f)}`]?.value || "";
const limits = (f) => (ways.get(f) || {})[way(f)] || null;
const draftKey = () => `ascolto-draft:${document.querySelector("[data-desk]").dataset.agent}:${document.getElementById("conversation").dataset.number}`;

const COUNT = {
  characters: (text) => [...text].length,
  utf16: (text) => text.length,
  bytes: (text) => new TextEncoder().encode(text).length,
  graphemes: (text) => graphemes(text).length,
  weighted: (text) => links(text) * 23 + graphemes(text.normalize("NFC").replace(LINK, "")).reduce((sum, cluster) => sum + weight(cluster), 0),
  links_23: (text) => links(text) * 23 + graphemes(text.replace(LINK, "").replace(/(@[A-Za-z0-9_]+)@[A-Za-z0-9.-]+[A-Za-z0-9]/g, "$1")).length,
};
/* As channels/lengths.py counts, so that the composer and the gate say the same. */
const LINK = /https?:\/\/[^\s<>"']+/g;
const links = (text) => (text.match(LINK) || []).length;
const segmenter = window.Intl?.Segmenter ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : null;
const graphemes = (text) => (segmenter ? [...segmenter.segment(text)].map((each) => each.segment) : [...text]);
const isEmoji = (point) => [0x200d, 0xfe0f, 0x20e3].includes(point) || (point >= 0x1f1e6 && point <= 0x1faff) || (point >= 0x2600 && point <= 0x27bf);
const isLight = (point) => point <= 4351 || (point >= 8192 && point <= 8205) || (point >= 8208 && point <= 8223) || (point >= 8242 && point <= 8247);
function weight(cluster) {
  const points = [...cluster].map((char) => char.codePointAt(0));
  if (points.length > 1 && points.some(isEmoji)) return 2;
  return points.reduce((sum, point) => sum + (isLight(point) ? 1 : 2), 0);
}
/* GSM 03.38: these take one place, those of the second set two; one other character makes all of them UCS-2. */
const GSM = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà", GSM_TWO = "^{}\\[~]|€\f";
function partsOf(text) {
  const chars = [...text], plain = chars.every((char) => GSM.includes(char) || GSM_TWO.includes(char));
  const used = plain ? chars.reduce((sum, char) => sum + (GSM_TWO.includes(char) ? 2 : 1), 0) : text.length;
  const [whole, each] = plain ? [160, 153] : [70, 67];
  return used <= whole ? Math.min(used, 1) : Math.ceil(used / each);
}

export function startComposer() {
  const f = form();
  if (!f || ways.has(f)) return;
  ways.set(f, JSON.parse(f.querySelector("[data-ways]").textContent));
  files.set(f, startFiles(f, () => show(f)));
  restore(f);
  f.addEventListener("change", (event) => { if (event.target.matches("[name=mode], [name^=way-]")) show(f); });
  area().addEventListener("input", () => { begin(f); keep(); clearRefusal(f); show(f); });
  area().addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    send(f, event.shiftKey);
  });
  f.addEventListener("click", (event) => {
    const sentence = event.target.closest("[data-remove]");
    if (sentence) { cut(sentence); return; }
    const link = event.target.closest("[data-insert]")?.dataset.insert;
    if (!link) return;
    const a = area(), before = a.value.slice(0, a.selectionEnd);
    a.setRangeText(`${before && !/\s$/.test(before) ? " " : ""}${link} `, a.selectionStart, a.selectionEnd, "end");
    a.dispatchEvent(new Event("input", { bubbles: true }));
    a.focus();
  });
  f.addEventListener("submit", (event) => {
    if (event.submitter?.hasAttribute("formaction")) { forget(); return; } // "Answered there": a page of its own comes back
    event.preventDefault();
    send(f, false);
  });
  show(f);
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
  for (const item of f.querySelectorAll("[data-template]")) {
    item.hidden = m === "note" || item.dataset.template !== way(f);
    for (const field of item.querySelectorAll("input, textarea")) field.disabled = item.hidden;
  }
  f.querySelector("[data-attach]").hidden = m !== "note" && can?.files === 0;
  count(f, can, m);
  countdown(f, can, m);
}

function count(f, can, m) {
  const counter = f.querySelector("[data-counter]"), text = signed(area().value.trim(), m === "note" ? "" : can?.signature);
  const used = COUNT[can?.counting || "characters"](text), limit = m === "note" ? 0 : can?.limit || 0;
  const near = limit && used > limit * 0.8;
  counter.textContent = m !== "note" && can?.shut ? "" : limit && (limit <= 100_000 || near) ? `${number(used)} / ${number(limit)}` : used ? number(used) : "";
  if (can?.parts && m !== "note" && partsOf(text) > 1) counter.textContent += ` · ${word("parts", { count: number(partsOf(text)) })}`;
  counter.classList.toggle("c-bad", Boolean(limit && used > limit));
  const blocked = reasonAgainst(f, used, limit, can, m);
  const button = f.querySelector("[data-send]");
  button.setAttribute("aria-disabled", String(Boolean(blocked)));
  button.title = blocked || "Ctrl ↵";
}

/* As conversations/signing.py puts it under the text, so that the counter and the gate say the same. */
const signed = (text, signature) => (!signature || !text || text.endsWith(signature) ? text : `${text}\n${signature}`);

function reasonAgainst(f, used, limit, can, m) {
  if (limit && used > limit) return word("too_long", { count: number(used - limit) });
  if (m === "note") return "";
  if (can?.shut) return can.shut;
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
  const left = can.ends - Date.now() / 1000;
  if (left <= 0 && (can.shut || can.template)) { place.hidden = true; return; } // the notice says it
  place.textContent = left > 0 ? word("window", { time: span(left) }) : word("window_closed");
  place.classList.toggle("c-warn", left < 2 * 3600);
}
/** The window of the open conversation goes on closing. */
export function closeWindow() { const f = form(); if (f && ways.has(f)) countdown(f, limits(f), mode(f)); }

/* ---- sending ---- */
function refuse(f, node) {
  document.getElementById("draft-findings").replaceChildren(); // the same is said here now
  f.querySelector("[data-refused]").replaceChildren(node);
}
function clearRefusal(f) { f.querySelector("[data-refused]").replaceChildren(); f.querySelector("[data-kept]").hidden = true; }
function say(f, text) {
  const box = document.createElement("div");
  box.className = "guard";
  box.setAttribute("role", "alert");
  const inner = document.createElement("div"), bold = document.createElement("b");
  bold.textContent = text;
  inner.append(bold);
  box.append(inner);
  refuse(f, box);
}

async function send(f, resolves) {
  if (f.hasAttribute("aria-busy")) return;
  const button = f.querySelector("[data-send]"), hasTemplate = Boolean([...f.querySelectorAll("[name=template]")].find((field) => !field.disabled && field.value.trim()));
  if (button.getAttribute("aria-disabled") === "true") { say(f, button.title); return; }
  if (files.get(f).isBusy()) { say(f, word("wait_uploads")); return; }
  if (!area().value.trim() && !files.get(f).count() && !hasTemplate) { say(f, word("empty")); area().focus(); return; }
  const body = new FormData(f);
  body.delete("files");
  for (const id of files.get(f).ids()) body.append("attachments", id);
  if (resolves) body.append("then", "resolve");
  f.setAttribute("aria-busy", "true");
  area().readOnly = true;
  f.querySelector("[data-send-label]").textContent = word("sending");
  try {
    const answer = await fetch(f.action, { method: "POST", body, credentials: "same-origin", headers: { "HX-Request": "true", "X-CSRFToken": document.body.dataset.csrf } });
    if (answer.status === 401) throw new Error("signed out");
    const template = document.createElement("template");
    template.innerHTML = await answer.text();
    if (answer.status === 201) sent(f, template.content, answer);
    else if (answer.status === 422) { refuse(f, template.content); f.querySelector("[data-guard]")?.focus(); }
    else throw new Error(String(answer.status));
  } catch { say(f, word("failed")); } // the key stays: sending again cannot send twice
  f.removeAttribute("aria-busy");
  if (area()) area().readOnly = false;
  if (form() === f) show(f);
}

function sent(f, items, answer) {
  forget();
  if (form() !== f) return;
  append(items);
  area().value = "";
  f.dataset.begun = "";
  for (const place of ["draft-findings", "draft-language", "draft-promise"]) document.getElementById(place)?.replaceChildren();
  clearRefusal(f);
  files.get(f).clear();
  for (const field of f.querySelectorAll("[name=template], [name=template_values]")) field.value = "";
  f.elements.client_key.value = crypto.randomUUID ? crypto.randomUUID() : Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, "0")).join("");
  const said = answer.headers.get("HX-Trigger");
  if (said) toast(JSON.parse(said).toast.text);
  document.getElementById("thread-scroll").scrollTop = document.getElementById("thread-scroll").scrollHeight;
  area().focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("desk:sent", { detail: {} }));
}
