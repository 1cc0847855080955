/* The emoji picker: found by their names in the reader's language, in the skin tone that was chosen last, the ones used lately first. */
import { replaceText } from "./typing.js";

const TONES = ["", "\u{1F3FB}", "\u{1F3FC}", "\u{1F3FD}", "\u{1F3FE}", "\u{1F3FF}"];
const lists = new Map(); // by language
let field = () => null, opener = null, words = {};

const kept = (name, otherwise) => { try { return JSON.parse(localStorage.getItem(`ascolto-emoji-${name}`)) ?? otherwise; } catch { return otherwise; } };
const keep = (name, value) => { try { localStorage.setItem(`ascolto-emoji-${name}`, JSON.stringify(value)); } catch { /* private window */ } };

/** An emoji in a skin tone (0 to 5): the modifier stands behind the first sign, in the place of its variation selector. */
export function toned(emoji, tone) {
  if (!tone) return emoji;
  const [first, ...rest] = [...emoji];
  return first + TONES[tone] + (rest[0] === "\uFE0F" ? rest.slice(1) : rest).join("");
}

async function load() {
  const language = document.documentElement.lang.startsWith("it") ? "it" : "en";
  if (!lists.has(language)) lists.set(language, await (await fetch(new URL(`./emoji-${language}.json`, import.meta.url))).json());
  return lists.get(language).groups;
}

const box = () => document.getElementById("emoji");
const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Open the picker above `button`, or close it; what is chosen goes into `area()`. */
export async function toggleEmoji(button, area) {
  if (box()) { close(); return; }
  [opener, field, words] = [button, area, JSON.parse(button.dataset.emojiWords)];
  const groups = await load(), panel = make();
  document.body.append(panel);
  place(panel);
  button.setAttribute("aria-expanded", "true");
  draw(groups, "");
  panel.querySelector("input").addEventListener("input", (event) => draw(groups, event.target.value));
  panel.querySelector("input").focus();
}

function make() {
  const panel = document.createElement("div"), head = document.createElement("div"), search = document.createElement("input"), tone = document.createElement("select"), grid = document.createElement("div");
  panel.id = "emoji";
  panel.className = "emoji";
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-label", words.search);
  head.className = "row g-1";
  search.className = "input grow";
  search.type = "search";
  search.placeholder = words.search;
  search.setAttribute("aria-label", words.search);
  tone.className = "select";
  tone.setAttribute("aria-label", words.tone);
  TONES.forEach((_, at) => tone.append(new Option(toned("✋", at), at)));
  tone.value = kept("tone", 0);
  tone.addEventListener("change", async () => { keep("tone", Number(tone.value)); draw(await load(), search.value); });
  grid.className = "emoji-all";
  grid.tabIndex = -1;
  head.append(search, tone);
  panel.append(head, grid);
  panel.addEventListener("click", (event) => { const one = event.target.closest("[data-sign]"); if (one) pick(one.dataset.sign, event.shiftKey); });
  panel.addEventListener("keydown", walk);
  return panel;
}

function draw(groups, query) {
  const wanted = fold(query).split(/\s+/).filter(Boolean), tone = kept("tone", 0), grid = box()?.querySelector(".emoji-all");
  if (!grid) return;
  const found = groups.map((group) => group.filter(([, name, more]) => wanted.every((word) => fold(`${name} ${more}`).includes(word))));
  const recent = wanted.length ? [] : kept("recent", []).map((sign) => [sign, "", ""]);
  const parts = [[words.recent, recent], ...found.map((group, at) => [words.groups[at], group])].filter(([, group]) => group.length);
  grid.replaceChildren(...parts.map(([label, group]) => section(label, group, tone)));
  if (!parts.length) grid.textContent = words.none;
}

function section(label, group, tone) {
  const part = document.createElement("section"), head = document.createElement("h3");
  head.className = "xs c2";
  head.textContent = label;
  part.setAttribute("aria-label", label);
  part.append(head, ...group.map(([sign, name, , hasTones]) => {
    const button = document.createElement("button"), shown = hasTones ? toned(sign, tone) : sign;
    button.type = "button";
    button.dataset.sign = shown;
    button.textContent = shown;
    if (name) { button.title = name; button.setAttribute("aria-label", name); }
    return button;
  }));
  return part;
}

function pick(sign, stays) {
  const area = field();
  if (!area) return;
  keep("recent", [sign, ...kept("recent", []).filter((other) => other !== sign)].slice(0, 24));
  replaceText(area, sign, area.selectionStart, area.selectionEnd);
  if (!stays) close(area);
}

function walk(event) {
  if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(opener); return; }
  const all = [...box().querySelectorAll("[data-sign]")], at = all.indexOf(document.activeElement);
  if (event.key === "Enter" && at < 0 && event.target.matches("input") && all.length) { event.preventDefault(); pick(all[0].dataset.sign, event.shiftKey); return; }
  const below = () => { const from = all[at].getBoundingClientRect(); return all.findIndex((one, n) => n > at && one.getBoundingClientRect().top > from.top && one.getBoundingClientRect().left >= from.left - 4); };
  const above = () => { const from = all[at].getBoundingClientRect(); return all.findLastIndex((one, n) => n < at && one.getBoundingClientRect().top < from.top && one.getBoundingClientRect().left <= from.left + 4); };
  const to = { ArrowDown: () => (at < 0 ? 0 : below()), ArrowUp: () => (at < 0 ? -1 : above()), ArrowRight: () => (at < 0 ? -1 : at + 1), ArrowLeft: () => at - 1 }[event.key]?.();
  if (to === undefined || event.target.matches("select") || (at < 0 && event.key !== "ArrowDown")) return;
  event.preventDefault();
  (all[to] || box().querySelector("input")).focus();
}

function place(panel) {
  const frame = opener.getBoundingClientRect(), width = Math.min(352, innerWidth - 16);
  panel.style.width = `${width}px`;
  panel.style.left = `${Math.round(Math.max(8, Math.min(frame.left, innerWidth - width - 8)))}px`;
  panel.style.bottom = `${Math.round(innerHeight - frame.top + 4)}px`;
  panel.style.maxHeight = `${Math.round(Math.min(360, frame.top - 12))}px`;
}

function close(focus) {
  box()?.remove();
  opener?.setAttribute("aria-expanded", "false");
  focus?.focus({ preventScroll: true });
}
document.addEventListener("pointerdown", (event) => { if (box() && !event.target.closest("#emoji, [data-emoji]")) close(); });
