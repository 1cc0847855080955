/* What every page has. Everything readable works without it. */
import "./clock.js";
import "./drops.js";
import "./tabs.js";
import "./theme.js";
import "./keys.js";
import { toast } from "./toast.js";
import { post } from "./http.js";
import { word } from "./words.js";

async function takeBack(address, fields) {
  try {
    if (!(await post(address, fields)).ok) throw new Error(address);
    document.dispatchEvent(new CustomEvent("undone"));
  } catch { toast(word("failed")); }
}

/* the server may ask for a toast: HX-Trigger: {"toast": {"text", "undo", "fields"}} */
document.addEventListener("toast", (event) => {
  const { text, undo, fields } = event.detail;
  toast(text, undo ? { undo: () => takeBack(undo, fields) } : {});
});

/* where the sections are one line, the open one is in sight */
const section = document.querySelector(".set-nav [aria-current]"), line = section?.parentElement;
if (line) line.scrollLeft = section.offsetLeft - line.offsetLeft - (line.clientWidth - section.offsetWidth) / 2;

for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
  document.addEventListener(failure, (event) => {
    if (event.detail.xhr?.status === 401) toast(word("signed_out"));
    else if (!event.detail.xhr?.getResponseHeader("HX-Trigger")) toast(word("failed"));
  });
}
