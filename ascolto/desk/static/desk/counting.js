/* How networks count a text: as channels/lengths.py and vendors/gsm.py do, so that the composer and the gate say the same. */
const LINK = /https?:\/\/[^\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000<>"']+/g; // what Python calls a space
const MENTION = /(@[A-Za-z0-9_]+)@[A-Za-z0-9.-]+[A-Za-z0-9]/g;
const links = (text) => (text.match(LINK) || []).length;
const segmenter = window.Intl?.Segmenter ? new Intl.Segmenter("en", { granularity: "grapheme" }) : null;
const graphemes = (text) => (segmenter ? Array.from(segmenter.segment(text), (each) => each.segment) : [...text]);
const isEmoji = (point) => [0x200d, 0xfe0f, 0x20e3].includes(point) || (point >= 0x1f1e6 && point <= 0x1faff) || (point >= 0x2600 && point <= 0x27bf);
const isLight = (point) => point <= 4351 || (point >= 8192 && point <= 8205) || (point >= 8208 && point <= 8223) || (point >= 8242 && point <= 8247);

/* an emoji counts two whatever it is made of; other characters one by one */
function weight(cluster) {
  const points = Array.from(cluster, (char) => char.codePointAt(0));
  if (points.length > 1 && points.some(isEmoji)) return 2;
  return points.reduce((sum, point) => sum + (isLight(point) ? 1 : 2), 0);
}

const COUNT = {
  characters: (text) => { let n = 0; for (const _ of text) n += 1; return n; },
  utf16: (text) => text.length,
  bytes: (text) => new TextEncoder().encode(text).length,
  graphemes: (text) => graphemes(text).length,
  weighted: (text) => { const whole = text.normalize("NFC"); return links(whole) * 23 + graphemes(whole.replace(LINK, "")).reduce((sum, each) => sum + weight(each), 0); },
  links_23: (text) => links(text) * 23 + graphemes(text.replace(LINK, "").replace(MENTION, "$1")).length,
};

/** The length of `text` in the network's unit. */
export const measure = (text, counting) => (COUNT[counting] || COUNT.characters)(text);

/* GSM 03.38: these take one place, those of the second set two; one other character makes all of them UCS-2. */
const GSM = new Set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà");
const GSM_TWO = new Set("^{}\\[~]|€\f");

/** In how many SMS a text leaves; a character is never torn apart between two of them. */
export function partsOf(text) {
  const plain = isPlain(text), [alone, part] = plain ? [160, 153] : [70, 67];
  let total = 0, parts = 1, used = 0;
  for (const char of text) {
    const unit = plain ? (GSM_TWO.has(char) ? 2 : 1) : char.length;
    total += unit;
    if (used + unit > part) { parts += 1; used = 0; }
    used += unit;
  }
  return total <= alone ? 1 : parts;
}
function isPlain(text) { for (const char of text) if (!GSM.has(char) && !GSM_TWO.has(char)) return false; return true; }

/* What Python's strip() takes away, and what kit/text.py `clean` leaves out: the text as the server will have it. */
const BLANK = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
const CONTROLS = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g;
export function stripped(text) {
  let from = 0, to = text.length;
  while (from < to && BLANK.test(text[from])) from += 1;
  while (to > from && BLANK.test(text[to - 1])) to -= 1;
  return text.slice(from, to);
}
export const cleaned = (text) => stripped(text.replace(/\r\n?/g, "\n").replace(CONTROLS, "").replace(/\p{Surrogate}/gu, "?"));

/** The text as it leaves: conversations/signing.py puts the name under it the same way. */
export const signed = (text, signature) => (!signature || !text || stripped(text).endsWith(stripped(signature)) ? text : `${text}\n${signature}`);
