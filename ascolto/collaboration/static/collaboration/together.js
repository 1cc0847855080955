/* The part beside a conversation: its keys, and when it is drawn again. */
import { onKey } from "../ui/js/keys.js";
import { registerTrigger } from "../desk/suggest.js";

const narrow = () => matchMedia("(max-width: 77.5em)").matches;
const base = () => document.getElementById("conversation")?.dataset.base || "";

onKey("d", () => {
  const fold = document.querySelector('#together [data-menu="ask"]');
  if (!base()) return;
  if (!fold || !fold.offsetParent) { location.href = `${base()}ask/`; return; }
  fold.open = true;
  fold.scrollIntoView({ block: "nearest" });
  fold.querySelector("select, textarea")?.focus();
});
onKey("w", () => {
  const button = document.querySelector('#together [data-key="follow"]');
  if (button) button.click();
  else if (base() && narrow()) location.href = `${base()}together/`;
});

/* the part is drawn anew after each deed: the focus stays where it was done */
let done = "";
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const here = document.activeElement, place = document.getElementById("together");
  if (detail.target !== place || !place?.contains(here)) return;
  const menu = here.closest("details[data-menu]")?.dataset.menu, key = here.dataset.key;
  done = menu ? `[data-menu="${menu}"] > summary` : key ? `[data-key="${key}"]` : "summary, a, button";
});
document.addEventListener("htmx:afterSettle", () => {
  if (done && document.activeElement === document.body) document.querySelector("#together")?.querySelector(done)?.focus({ preventScroll: true });
  done = "";
});

/* what was opened can be typed into at once */
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  const fold = detail.elt?.closest?.("#together details[data-menu]");
  if (fold?.open) fold.querySelector(".fold-body select, .fold-body input:not([type=hidden]), .fold-body textarea")?.focus({ preventScroll: true });
});

/* a refusal (422) is drawn where the answer would have been */
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.xhr.status !== 422 || !detail.requestConfig?.elt?.closest?.("#together")) return;
  const form = detail.requestConfig.elt, body = form.closest(".fold-body");
  if (detail.xhr.responseText.includes('id="together"')) { detail.shouldSwap = true; detail.isError = false; return; }
  if (!body) return;
  detail.target = body;
  detail.swapOverride = "innerHTML";
  detail.shouldSwap = true;
  detail.isError = false;
});

/* nobody's half written question is drawn over by news, nor a part that is opening; news that was asked for before it opened waits */
const isBusy = (place) => Boolean(place?.querySelector("details[open] textarea, details[open] input:focus, details[open][data-menu]"));
document.addEventListener("htmx:beforeRequest", (event) => {
  const place = event.detail.elt;
  if (place.id === "together" && event.detail.requestConfig?.verb === "get" && isBusy(place)) event.preventDefault();
});
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target?.id === "together" && detail.requestConfig?.verb === "get" && isBusy(detail.target)) detail.shouldSwap = false;
});

/* @ in a note calls a colleague or a team */
const words = JSON.parse(document.getElementById("presence-words")?.textContent || "{}");
registerTrigger("@", {
  label: words.mentions,
  modes: ["note"],
  spaces: true,
  async find(query) {
    const number = document.getElementById("conversation")?.dataset.number || "";
    const answer = await fetch(`/people/mentionable/?q=${encodeURIComponent(query)}&conversation=${encodeURIComponent(number)}`, { credentials: "same-origin", headers: { Accept: "application/json" } });
    if (!answer.ok) return [];
    const { data } = await answer.json();
    return data.map((one) => ({ title: one.name, hint: one.kind === "team" ? words.team : one.sees ? "" : words.blind, text: `@${one.token} `, warns: !one.sees }));
  },
});
