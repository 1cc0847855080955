/* What can be done with one message. Loaded when somebody asks for it; one menu for all of them, above everything. */
import { word } from "./words.js";
import { answer } from "./answering.js";
import { toast } from "../ui/js/toast.js";

let shown = null;

export function openMenu(button) {
  if (shown?.button === button) { closeMenu(); return; }
  closeMenu();
  const message = button.closest("[data-message]"), template = document.getElementById("message-menu");
  if (!message || !template) return;
  const menu = template.content.firstElementChild.cloneNode(true);
  for (const row of menu.querySelectorAll("[data-do]")) if (row.dataset.needs === "text" && !message.querySelector(".txt")) row.hidden = true;
  document.body.append(menu);
  const place = button.getBoundingClientRect();
  menu.style.insetInlineStart = `${Math.max(8, Math.min(place.left, innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.top = `${place.bottom + menu.offsetHeight > innerHeight ? Math.max(8, place.top - menu.offsetHeight) : place.bottom}px`;
  button.setAttribute("aria-expanded", "true");
  shown = { menu, button, message };
  menu.querySelector("button:not([hidden])")?.focus();
}

function closeMenu(focus = false) {
  if (!shown) return;
  shown.menu.remove();
  shown.button.removeAttribute("aria-expanded");
  if (focus) shown.button.focus();
  shown = null;
}

const base = () => document.getElementById("conversation").dataset.base;
const linkTo = (message) => new URL(`${base()}#${message.id}`, location.href).href;

const DO = {
  reply(message) {
    const mode = message.dataset.side === "public" ? "public" : message.dataset.side === "note" ? "note" : "private";
    const choice = document.querySelector(`#composer [name=mode][value=${mode}]`);
    if (choice && !choice.checked) choice.click();
    answer(message);
    document.getElementById("draft")?.focus();
  },
  quote(message) {
    const draft = document.getElementById("draft"), said = message.querySelector(".txt")?.textContent.trim().slice(0, 2000);
    if (!draft || !said) return;
    const quoted = `${said.split("\n").map((line) => `> ${line}`).join("\n")}\n`;
    draft.setRangeText(draft.value && !draft.value.endsWith("\n") ? `\n${quoted}` : quoted, draft.value.length, draft.value.length, "end");
    draft.dispatchEvent(new Event("input", { bubbles: true }));
    draft.focus();
  },
  async link(message) {
    try { await navigator.clipboard.writeText(linkTo(message)); toast(word("link_copied")); } catch { location.hash = message.id; }
  },
  split(message) { location.href = `${base()}split/?from=${message.dataset.message}`; },
};

document.addEventListener("click", (event) => {
  if (!shown || event.target.closest("[data-actions]")) return;
  const row = event.target.closest("[data-do]"), { message, menu } = shown;
  if (row && menu.contains(row)) { closeMenu(); DO[row.dataset.do](message); } else closeMenu();
});
document.addEventListener("keydown", (event) => {
  if (!shown) return;
  const rows = [...shown.menu.querySelectorAll("button:not([hidden])")], at = rows.indexOf(document.activeElement);
  if (event.key === "Escape" || event.key === "Tab") { event.preventDefault(); event.stopPropagation(); closeMenu(true); }
  else if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); rows[(at + (event.key === "ArrowDown" ? 1 : rows.length - 1)) % rows.length].focus(); }
}, true);
addEventListener("scroll", () => closeMenu(), { capture: true, passive: true });
