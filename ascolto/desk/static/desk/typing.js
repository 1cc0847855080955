/* Changes of a text field that the browser's own undo takes back. */

/** Put `text` where [from, to) of `area` was; the cursor stands behind it. */
export function replaceText(area, text, from, to) {
  area.focus({ preventScroll: true });
  area.setSelectionRange(from, to);
  const done = text ? document.execCommand("insertText", false, text) : from === to || document.execCommand("delete");
  if (done) return; // the browser told "input" itself
  area.setRangeText(text, from, to, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Put `text` where the cursor is, with a blank before it where a word would touch it. */
export function insertText(area, text) {
  const before = area.value.slice(0, area.selectionStart);
  replaceText(area, `${before && !/\s$/.test(before) && /^\S/.test(text) ? " " : ""}${text}`, area.selectionStart, area.selectionEnd);
}
