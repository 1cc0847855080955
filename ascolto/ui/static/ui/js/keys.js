/* Keys. Single letters do nothing in fields and can be switched off in the profile (WCAG 2.1.4). */
import { closeDrops } from "./drops.js";

const single = new Map();
let leader = 0;

/* keys of one's own: the profile keeps usual → chosen, what is pressed is read the other way round */
let own = {};
try { own = JSON.parse(document.documentElement.dataset.keyMap || "{}"); } catch { own = {}; }
const usual = new Map(Object.entries(own).map(([key, chosen]) => [chosen, key]));
const meant = (pressed) => usual.get(pressed) || (pressed in own ? "" : pressed);

/* what a button's title says behind two blanks is its key: shown as this person changed it */
const SAYS_KEY = /^(.*\S) {2}(\S)$/su;
function tellKeys(root) {
  const titled = root.querySelectorAll?.("[title]:not([data-key-told])") ?? [];
  for (const place of root.matches?.("[title]:not([data-key-told])") ? [root, ...titled] : titled) {
    const said = SAYS_KEY.exec(place.title), chosen = said && own[said[2]];
    if (!chosen) continue;
    place.title = `${said[1]}  ${chosen}`;
    place.dataset.keyTold = "";
  }
}
if (Object.keys(own).length) {
  tellKeys(document);
  document.addEventListener("htmx:load", (event) => tellKeys(event.target));
}

/** Do `action(event)` when the single key is pressed outside a field. */
export const onKey = (key, action) => single.set(key, action);

/** Do what a single key does, whatever has the focus. Whether there was anything to do. */
export function press(key) {
  const action = single.get(key);
  action?.(new Event("press"));
  return Boolean(action);
}

export const isTyping = (target) => Boolean(target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]"));

function go(event) {
  const place = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
  if (place) { event.preventDefault(); location.href = place.href; }
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && closeDrops()) { event.preventDefault(); return; }
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") { single.get("Escape")?.(event); return; }
  if (isTyping(event.target) || document.documentElement.dataset.keys === "off") return;
  if (Date.now() - leader < 1500) { leader = 0; go(event); return; }
  if (event.key === "g") { leader = Date.now(); return; }
  const key = meant(event.key);
  const link = key === "/" && document.querySelector('a[data-key="/"]'); // search from any screen
  const action = single.get(key) || (link && (() => link.click()));
  if (action) { event.preventDefault(); action(event); }
});

/* places to go to are told by the links themselves */
function help() {
  const dialog = document.getElementById("keys"), list = dialog?.querySelector("[data-go-keys]");
  if (!dialog) return;
  list.replaceChildren(...[...document.querySelectorAll(".side [data-go]")].flatMap((link) => {
    const keys = document.createElement("dt"), what = document.createElement("dd");
    for (const key of ["g", link.dataset.go]) { const cap = document.createElement("kbd"); cap.textContent = key; keys.append(cap, " "); }
    what.textContent = link.querySelector(".lbl")?.textContent || link.title;
    return [keys, what];
  }));
  for (const cap of dialog.querySelectorAll("[data-key-of]")) if (own[cap.dataset.keyOf]) cap.textContent = own[cap.dataset.keyOf];
  dialog.showModal();
}
onKey("?", help);
document.addEventListener("click", (event) => { if (event.target.closest("[data-help]")) help(); });

/* the palette is loaded when somebody asks for it */
const palette = () => document.body.dataset.palette && import("./palette.js").then((module) => module.open(), () => {});
document.addEventListener("keydown", (event) => {
  if (!(event.metaKey || event.ctrlKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k" || !document.body.dataset.palette) return;
  event.preventDefault();
  palette();
});
document.addEventListener("click", (event) => { if (event.target.closest("[data-palette-open]")) { event.preventDefault(); palette(); } });
