/* The palette: one field for commands, places, conversations, customers and colleagues. Loaded when it is first asked for. */
import { fragment } from "./http.js";
import { press } from "./keys.js";

const PAUSE = 110; // milliseconds without typing before the server is asked
let dialog, input, list, timer = 0, asked = 0;

function build() {
  const words = document.querySelector("[data-palette-open]")?.getAttribute("aria-label") || "";
  dialog = document.createElement("dialog");
  dialog.className = "dialog palette";
  dialog.id = "palette";
  dialog.setAttribute("aria-label", words);
  dialog.innerHTML = '<div class="palette-in"><input type="text" role="combobox" aria-expanded="true" aria-autocomplete="list" aria-controls="palette-list" autocomplete="off" spellcheck="false" maxlength="200"><kbd>esc</kbd></div><div class="menu" role="listbox" id="palette-list"></div>';
  input = dialog.querySelector("input");
  list = dialog.querySelector("[role=listbox]");
  for (const part of [input, list]) part.setAttribute("aria-label", words);
  input.placeholder = words;
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, PAUSE); });
  input.addEventListener("keydown", steer);
  list.addEventListener("pointermove", (event) => { const option = event.target.closest("[role=option]"); if (option) choose(option, false); });
  dialog.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) act(option, event);
    else if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
}

const options = () => [...list.querySelectorAll("[role=option]")];
const chosen = () => list.querySelector("[aria-selected=true]");

function choose(option, scroll = true) {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
  if (scroll) option?.scrollIntoView({ block: "nearest" });
}

function steer(event) {
  const all = options(), at = all.indexOf(chosen());
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 6, PageUp: at - 6, Home: input.value ? at : 0, End: input.value ? at : all.length - 1 }[event.key];
  if (event.key === "Enter" && !event.isComposing) { event.preventDefault(); if (chosen()) act(chosen(), event); return; }
  if (to === undefined || !all.length || to === at) return;
  event.preventDefault();
  choose(all[(to + all.length) % all.length]);
}

function act(option, event) {
  dialog.close();
  const { href, key } = option.dataset;
  if (key) { press(key); return; }
  if (event.ctrlKey || event.metaKey) window.open(href, "_blank", "noopener");
  else if (!document.dispatchEvent(new CustomEvent("palette:go", { detail: { href }, cancelable: true }))) return; // the desk opens it in place
  else location.href = href;
}

async function look() {
  const mine = ++asked, open = Number(document.getElementById("conversation")?.dataset.id || 0) ? "&open=1" : "";
  try {
    const found = await fragment(`${document.body.dataset.palette}?q=${encodeURIComponent(input.value)}${open}`);
    if (mine !== asked || !found) return;
    list.replaceChildren(found);
    choose(options()[0]);
  } catch { /* what is shown stays; the next letter asks again */ }
}

/** Open the palette with an empty field; focus returns to where it was. */
export function open() {
  if (!dialog) build();
  if (dialog.open) { dialog.close(); return; }
  input.value = "";
  dialog.showModal();
  look();
}
