/* Keys. Single letters do nothing in fields and can be switched off in the profile (WCAG 2.1.4). */
import { closeDrops } from "./drops.js";

const single = new Map();
let leader = 0;

/** Do `action(event)` when the single key is pressed outside a field. */
export const onKey = (key, action) => single.set(key, action);

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
  const link = event.key === "/" && document.querySelector('a[data-key="/"]'); // search from any screen
  const action = single.get(event.key) || (link && (() => link.click()));
  if (action) { event.preventDefault(); action(event); }
});

onKey("?", () => document.getElementById("keys")?.showModal());
