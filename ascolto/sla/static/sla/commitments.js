/* Dated promises: one key confirms, and a tick outlives the next look at the draft. */
import { onKey } from "../ui/js/keys.js";

let ticked = ""; // the words of the promise that was confirmed in this draft

const box = () => document.querySelector("#composer [data-promise-confirm]");
const words = (field) => field?.form?.elements.promise_words?.value || "";

document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-promise-confirm]")) ticked = event.target.checked ? words(event.target) : "";
});

/* the chip is drawn again while one writes */
for (const name of ["htmx:oobAfterSwap", "htmx:afterSwap"]) {
  document.addEventListener(name, () => {
    const field = box();
    if (field && ticked && words(field) === ticked) field.checked = true;
  });
}

/* what was promised just now stands on the card at once */
document.addEventListener("desk:sent", () => { ticked = ""; document.dispatchEvent(new CustomEvent("promises")); });

/* before anybody else who listens to this key */
document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.metaKey || event.ctrlKey || event.code !== "KeyP") return;
  const field = box();
  if (!field) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  field.click();
}, true);

onKey("p", () => {
  const asked = document.querySelectorAll("[data-promise-yes]");
  asked[asked.length - 1]?.click();
});

/* the old time, in the reader's own zone, where a time is chosen */
document.addEventListener("toggle", (event) => {
  const field = event.target.open && event.target.querySelector?.("input[data-local]");
  if (!field || field.value) return;
  const at = new Date(field.dataset.local);
  field.value = new Date(at - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}, true);
