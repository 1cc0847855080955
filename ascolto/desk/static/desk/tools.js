/* The composer's tools: emphasis, preview, spelling, emoji; what is rarely used is loaded when it is asked for. */

const area = () => document.getElementById("draft");
const composer = () => document.getElementById("composer");
const narrow = matchMedia("(max-width: 47.5em)");

/** Begin with a composer: its tools are shut, on a narrow screen it is one line. */
export function startTools(f) {
  const spelling = f.querySelector("[data-spelling]"), first = area().lang || spelling?.value;
  if (spelling && first) spelling.value = first;
  collapse(f);
}

/** What the chosen channel allows. */
export function showTools(f, can, mode) {
  const lost = f.querySelector("[data-marks-lost]");
  if (lost) lost.hidden = mode === "note" || Boolean(can?.marks);
  if (area().value || f.hasAttribute("data-needs-template") || f.contains(document.activeElement)) f.classList.remove("is-folded");
}

/** One line on a narrow screen, until somebody writes. */
export function collapse(f) {
  const writes = area().value.trim() || f.contains(document.activeElement) || f.querySelector("[data-files] > li, [data-refused] > *");
  f.classList.toggle("is-folded", narrow.matches && !writes && !f.hasAttribute("data-needs-template"));
}

document.addEventListener("focusin", (event) => { event.target.closest?.("#composer")?.classList.remove("is-folded"); });
document.addEventListener("pointerdown", (event) => {
  const f = composer();
  if (!f) return;
  if (f.contains(event.target)) f.classList.remove("is-folded");
  else if (!event.target.closest("#suggest, .emoji, dialog")) setTimeout(() => { if (composer() === f) collapse(f); });
});

function openMarks(f, on) {
  const bar = f.querySelector("[data-marks]"), button = f.querySelector("[data-marks-open]");
  bar.hidden = !on;
  button.setAttribute("aria-pressed", String(on));
  if (!on) { const look = bar.querySelector("[data-preview-switch]"); if (look.checked) { look.checked = false; look.dispatchEvent(new Event("change", { bubbles: true })); } }
}

const mark = async (kind) => (await import("./emphasis.js")).emphasise(area(), kind);

document.addEventListener("click", async (event) => {
  const f = composer();
  if (!f || !event.target.closest) return;
  const kind = event.target.closest("[data-mark]")?.dataset.mark;
  if (kind) { mark(kind); return; }
  if (event.target.closest("[data-marks-open]")) { openMarks(f, f.querySelector("[data-marks]").hidden); return; }
  const more = event.target.closest("[data-more-tools]");
  if (more) { more.setAttribute("aria-expanded", String(f.classList.toggle("shows-tools"))); return; }
  const emoji = event.target.closest("[data-emoji]");
  if (emoji) (await import("./emoji.js")).toggleEmoji(emoji, area);
});

document.addEventListener("keydown", (event) => {
  if (event.target.id !== "draft" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  const kind = { b: "bold", i: "italic" }[event.key.toLowerCase()];
  if (kind) { event.preventDefault(); mark(kind); }
});

document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-spelling]")) area().lang = event.target.value;
  if (!event.target.matches?.("[data-preview-switch]")) return;
  if (event.target.checked) window.htmx?.trigger(area(), "look");
  else document.getElementById("draft-preview").replaceChildren();
});
