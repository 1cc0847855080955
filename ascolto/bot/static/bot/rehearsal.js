/* A rehearsal: the newest line is in sight, the keyboard stays where it was, the panel stays as it was opened. */

const LOG = "[data-rehearsal-log]";
let panelIsOpen = !matchMedia("(max-width: 62em)").matches;

function show() {
  const log = document.querySelector(LOG);
  if (log) log.scrollTop = log.scrollHeight;
  const panel = document.querySelector("[data-rehearsal-open]");
  if (panel) panel.open = panelIsOpen;
}

document.addEventListener("click", (event) => {
  const summary = event.target.closest("[data-rehearsal-open] > summary");
  if (summary) panelIsOpen = !summary.parentElement.open; // before the browser turns it
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id !== "rehearsal" && !event.target.closest?.("#rehearsal")) return;
  show();
  if (document.activeElement === document.body) (document.querySelector("#say") ?? document.querySelector("#do-back"))?.focus();
});

/* Keys gather here until the hash, so that none is lost however fast they come; without this the server gathers them. */
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-rehearsal-key]"), said = document.querySelector("[data-rehearsal-said]");
  if (!button || !said || button.dataset.rehearsalKey === "#") return;
  event.preventDefault();
  const keys = button.form.elements.keys;
  keys.value = (keys.value + button.dataset.rehearsalKey).slice(0, 20);
  said.textContent = said.dataset.rehearsalSaid.replace("%(keys)s", keys.value);
});

/* On the telephone a key of the keyboard is a key of the telephone, as long as nobody writes. */
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select")) return;
  const key = [...document.querySelectorAll("[data-rehearsal-key]")].find((each) => each.dataset.rehearsalKey === event.key);
  if (!key) return;
  event.preventDefault();
  key.click();
});

show();
