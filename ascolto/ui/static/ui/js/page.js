/* What every page has. Everything readable works without it. */
import "./clock.js";
import "./drops.js";
import "./tabs.js";
import "./theme.js";
import "./keys.js";
import { toast } from "./toast.js";
import { post } from "./http.js";
import { word } from "./words.js";

if (document.documentElement.dataset.sound === "on") import("./sound.js"); // only for who asked for it

async function takeBack(address, fields) {
  try {
    const answer = await post(address, fields);
    if (!answer.ok) throw new Error(address);
    document.dispatchEvent(new CustomEvent("undone", { detail: { trigger: answer.headers.get("HX-Trigger") || "" } }));
  } catch { toast(word("failed")); }
}

/* the server may ask for a toast: HX-Trigger: {"toast": {"text", "undo", "fields"}} */
document.addEventListener("toast", (event) => {
  const { text, undo, fields } = event.detail;
  toast(text, undo ? { undo: () => takeBack(undo, fields) } : {});
});

/* a choice on a page of its own (narrow screens) is an ordinary form: what scripts would draw anew is not on this page */
document.addEventListener("submit", (event) => {
  if (event.target.matches(":is(.choice:not(.choice-thread), [data-own-page]) form[hx-post]")) event.stopImmediatePropagation();
}, true);

/* what was opened in the blink before htmx listened to it is loaded all the same */
document.addEventListener("htmx:afterProcessNode", ({ target }) => {
  if (target.matches?.("details[open][hx-trigger^=toggle]")) window.htmx.trigger(target, "toggle");
});

/* where sections or tabs are one line, the open one is in sight */
for (const open of document.querySelectorAll(".set-nav [aria-current], .tabs > [aria-current]")) {
  const line = open.parentElement;
  line.scrollLeft = open.offsetLeft - line.offsetLeft - (line.clientWidth - open.offsetWidth) / 2;
}

for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(failure, (event) => {
    if (event.detail.xhr?.status === 401) toast(word("signed_out"));
    else if (!event.detail.xhr?.getResponseHeader("HX-Trigger")) toast(word("failed"));
  });
}
