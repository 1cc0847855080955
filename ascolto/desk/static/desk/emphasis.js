/* Marks in the text, as channels/marks.py reads them: **bold**, _italic_, `code`, [label](https://…), "- ", "> ". */
import { replaceText } from "./typing.js";

const AROUND = { bold: "**", italic: "_", code: "`" };
const BEFORE = { list: "- ", quote: "> " };

/** Mark what is selected, or take the same mark away. */
export function emphasise(area, kind) {
  if (AROUND[kind]) around(area, AROUND[kind]);
  else if (BEFORE[kind]) before(area, BEFORE[kind]);
  else if (kind === "link") link(area);
}

function around(area, sign) {
  const { selectionStart: from, selectionEnd: to, value } = area, n = sign.length;
  if (from >= n && value.slice(from - n, from) === sign && value.slice(to, to + n) === sign) {
    replaceText(area, value.slice(from, to), from - n, to + n);
    area.setSelectionRange(from - n, to - n);
    return;
  }
  const chosen = value.slice(from, to), inner = chosen.trim(), lead = chosen.indexOf(inner);
  replaceText(area, chosen.slice(0, lead) + sign + inner + sign + chosen.slice(lead + inner.length), from, to);
  area.setSelectionRange(from + lead + n, from + lead + n + inner.length);
}

function before(area, sign) {
  const { selectionStart, selectionEnd, value } = area;
  const from = value.lastIndexOf("\n", selectionStart - 1) + 1, end = value.indexOf("\n", selectionEnd), to = end < 0 ? value.length : end;
  const lines = value.slice(from, to).split("\n"), all = lines.every((line) => line.startsWith(sign));
  replaceText(area, lines.map((line) => (all ? line.slice(sign.length) : sign + line)).join("\n"), from, to);
}

function link(area) {
  const { selectionStart: from, selectionEnd: to, value } = area, chosen = value.slice(from, to).trim();
  const isAddress = /^https?:\/\/\S+$/.test(chosen);
  const text = isAddress ? `[](${chosen})` : `[${chosen}](https://)`;
  replaceText(area, text, from, to);
  const at = isAddress ? from + 1 : from + text.length - 1;
  area.setSelectionRange(at, at);
}
