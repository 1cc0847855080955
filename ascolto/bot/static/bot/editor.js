// The text of a flow: line numbers beside it, and from a finding to its line; the picture of a flow, scrolled to where it begins.
// Without this the text can be written and the picture be scrolled all the same.
const count = (text) => text.split("\n").length;

function number(editor) {
  const area = editor.querySelector("textarea"), gutter = editor.querySelector("[data-gutter]");
  const lines = count(area.value);
  if (Number(gutter.dataset.lines) !== lines) {
    gutter.textContent = Array.from({ length: lines }, (_, at) => at + 1).join("\n");
    gutter.dataset.lines = String(lines);
  }
  gutter.scrollTop = area.scrollTop;
}

function show(area, line) {
  const rows = area.value.split("\n");
  if (!line || line > rows.length) return;
  const start = rows.slice(0, line - 1).reduce((sum, row) => sum + row.length + 1, 0);
  area.focus();
  area.setSelectionRange(start, start + rows[line - 1].length);
  area.scrollTop = Math.max(0, (line - 4) * parseFloat(getComputedStyle(area).lineHeight));
}

const editorOf = (target) => target.closest?.("[data-editor]");
document.addEventListener("input", (event) => { const editor = editorOf(event.target); if (editor) number(editor); });
document.addEventListener("scroll", (event) => { const editor = event.target.closest && editorOf(event.target); if (editor) number(editor); }, true);
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-line]"), area = document.querySelector("[data-editor] textarea");
  if (!link || !area) return;
  event.preventDefault();
  show(area, Number(link.dataset.line));
});
for (const editor of document.querySelectorAll("[data-editor]")) {
  number(editor);
  const wanted = /^#L(\d+)$/.exec(location.hash);
  if (wanted) show(editor.querySelector("textarea"), Number(wanted[1]));
}
for (const box of document.querySelectorAll(".bot-picture .bot-box[data-start]")) {
  const picture = box.closest(".bot-picture");
  picture.scrollLeft = Number(box.getAttribute("x")) + Number(box.getAttribute("width")) / 2 - picture.clientWidth / 2;
}
// A part of a form that comes again keeps open what was open.
let opened = new Set();
document.addEventListener("htmx:beforeSwap", () => { opened = new Set([...document.querySelectorAll("[data-kept-open][open]")].map((one) => one.id)); });
document.addEventListener("htmx:afterSettle", () => {
  for (const one of document.querySelectorAll("[data-kept-open]")) if (opened.has(one.id)) one.open = true;
});
