/* Puts what a model wrote into the composer, never further: sending stays with the person. */
const draft = () => document.getElementById("draft");
const composer = () => document.getElementById("composer");
const origin = () => document.querySelector("[data-model-origin]");

function chosen() { return [...(composer()?.querySelectorAll("input[name=generated]") || [])]; }

function mark(id, source) {
  if (!chosen().some((input) => input.value === id)) {
    const input = Object.assign(document.createElement("input"), { type: "hidden", name: "generated", value: id });
    composer().append(input);
  }
  if (origin() && source === "model") origin().hidden = false;
}

function unmark() {
  for (const input of chosen()) input.remove();
  if (origin()) origin().hidden = true;
}

function chooseMode(value) {
  const radio = composer().querySelector(`[name=mode][value=${value}]`);
  if (!radio || radio.checked) return;
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
}

function insert(text, how) {
  const area = draft();
  if (how === "note") chooseMode("note");
  if (how === "replace" || !area.value.trim()) area.setRangeText(text, 0, area.value.length, "end");
  else area.setRangeText(`\n\n${text}`, area.value.trimEnd().length, area.value.length, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-model-insert]");
  if (!button || !draft()) return;
  const text = button.closest(".gen").querySelector("[data-model-text]").textContent;
  insert(text, button.dataset.how);
  mark(button.dataset.modelInsert, button.dataset.source);
});

document.addEventListener("input", (event) => { if (event.target.id === "draft" && !event.target.value.trim()) unmark(); });
document.addEventListener("desk:sent", () => {
  unmark();
  const place = document.getElementById("gen");
  if (place?.querySelector("[data-model-insert]")) place.replaceChildren();
});
