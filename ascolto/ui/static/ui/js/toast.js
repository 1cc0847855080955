/* One polite message at a time, for six seconds, with "Undo" where the server offers it. */
import { word } from "./words.js";

let timer;

export function toast(text, { undo, label } = {}) {
  const box = document.getElementById("toasts");
  if (!box) return;
  const item = document.createElement("div");
  let before = null; // where the focus came from
  item.className = "toast";
  item.append(text);
  if (undo) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label || word("undo");
    button.addEventListener("click", () => { const from = before; item.remove(); if (from?.isConnected) from.focus({ preventScroll: true }); undo(); });
    item.append(button);
  }
  box.replaceChildren(item);
  clearTimeout(timer);
  const fade = () => { timer = setTimeout(() => item.remove(), 6000); };
  fade();
  item.addEventListener("focusin", (event) => { clearTimeout(timer); before ||= event.relatedTarget; });
  item.addEventListener("focusout", fade);
}
