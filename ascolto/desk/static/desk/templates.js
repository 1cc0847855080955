/* Approved templates: shown when the time for a free answer is over; what is filled in is seen in the text at once. */

import { fragment } from "../ui/js/http.js";

/** Whether only a template may leave now. */
export const needsTemplate = (can) => Boolean(can && !can.shut && can.templates && (can.template || (can.ends && can.ends * 1000 <= Date.now())));

/** Show the templates of the way that is chosen, and of no other: fields that are not seen are not sent. */
export function showTemplates(f, way, can) {
  const needed = Boolean(way) && needsTemplate(can);
  f.toggleAttribute("data-needs-template", needed);
  for (const box of f.querySelectorAll("[data-template]")) {
    box.hidden = !needed || box.dataset.template !== way;
    for (const field of box.querySelectorAll("input, textarea")) field.disabled = box.hidden;
    const place = box.querySelector("[data-templates]");
    if (!box.hidden && place && !place.dataset.asked) ask(f, place);
  }
}

async function ask(f, place) {
  place.dataset.asked = "1";
  try {
    const found = await fragment(place.dataset.templates);
    if (!found) return;
    place.replaceChildren(found);
    window.htmx?.process(place);
    f.dispatchEvent(new Event("templates:changed"));
  } catch { delete place.dataset.asked; } // the link that stands there leads to the same
}

/** What is missing in the chosen template: the name of a word, or nothing. */
export const templateGap = (f) => ([...f.querySelectorAll("[data-gap]")].some((field) => !field.disabled && !field.value.trim()) ? "empty_gap" : "");

document.addEventListener("input", (event) => {
  const list = event.target.closest?.("[data-gap]")?.closest(".tpl-list"), preview = list?.querySelector("[data-template-preview]");
  if (!preview) return;
  const given = new Map([...list.querySelectorAll("[data-gap]")].map((field) => [field.dataset.gap.replace(/^(body|header)-/, ""), field.value.trim()]));
  preview.textContent = preview.dataset.text.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, key) => given.get(key) || whole);
});
/* another template is there: the composer looks at itself anew */
document.addEventListener("htmx:afterSettle", (event) => {
  const list = event.detail.target?.closest?.("[data-templates]") || event.detail.elt?.closest?.("[data-templates]");
  if (!list) return;
  const f = list.closest("form");
  f?.dispatchEvent(new Event("templates:changed"));
  if (document.activeElement === document.body || list.contains(document.activeElement)) list.querySelector("[data-gap]")?.focus({ preventScroll: true });
});
