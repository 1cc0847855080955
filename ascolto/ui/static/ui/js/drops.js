/* Small menus are <details class="drop">: they open without scripts; this closes them, one open at a time.
   [data-opens="id"] opens the <dialog> with that id. */

const open = () => [...document.querySelectorAll("details.drop[open]")];

/** Close every menu; true when there was one. Focus goes back to the button. */
export function closeDrops() {
  const drops = open();
  for (const drop of drops) {
    const focus = document.activeElement;
    if (drop.contains(focus) || focus === document.body) drop.querySelector("summary").focus();
    drop.open = false;
  }
  return drops.length > 0;
}

document.addEventListener("toggle", (event) => {
  const drop = event.target;
  if (!drop.matches?.("details.drop") || !drop.open) return;
  for (const other of open()) if (other !== drop) other.open = false;
  drop.querySelector(".drop-body [autofocus], .drop-body input:not([type=hidden]), .drop-body button, .drop-body a")?.focus();
}, true);

document.addEventListener("click", (event) => {
  for (const drop of open()) if (!drop.contains(event.target)) drop.open = false;
  const opener = event.target.closest("[data-opens]");
  if (opener) show(document.getElementById(opener.dataset.opens));
  if (event.target.matches("dialog")) event.target.close();
});

/* a dialog may show what stands elsewhere on the page already: data-copies is where */
function show(dialog) {
  const original = dialog?.dataset.copies && document.querySelector(dialog.dataset.copies);
  if (original) dialog.querySelector(".dialog-body").replaceChildren(...original.cloneNode(true).childNodes);
  dialog?.showModal();
}

/* arrows walk through a menu */
document.addEventListener("keydown", (event) => {
  const body = event.target.closest?.(".drop-body");
  if (!body || !["ArrowDown", "ArrowUp"].includes(event.key) || event.target.matches("textarea, select, [type=radio]")) return; // there arrows have a meaning of their own
  const items = [...body.querySelectorAll("button, a, input:not([type=hidden])")];
  const next = items[(items.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length];
  event.preventDefault();
  next?.focus();
});
