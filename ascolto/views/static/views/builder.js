/* The builder: the sentence and the number follow while one chooses. Without scripts its buttons send the form. */
import { post } from "../ui/js/http.js";

const form = document.querySelector("[data-view-form]");
let asked = 0, timer = 0;

const fields = () => {
  const found = {};
  for (const [name, value] of new FormData(form)) if (name !== "csrfmiddlewaretoken" && name !== "do") (found[name] ||= []).push(value);
  return found;
};

/** Ask for the form as it is now; `whole` draws its rows again, otherwise only what is told of them. */
async function build(whole, step = "") {
  clearTimeout(timer);
  const turn = ++asked;
  let text;
  try {
    const answer = await post(document.getElementById("builder").dataset.build, { ...fields(), do: step });
    if (!answer.ok) return;
    text = await answer.text();
  } catch { return; } // saving says what is wrong
  if (turn !== asked) return; // a later answer counts
  const template = document.createElement("template");
  template.innerHTML = text;
  const fresh = template.content.getElementById("builder");
  if (!whole) { document.getElementById("told").replaceWith(fresh.querySelector("#told")); return; }
  const focused = document.activeElement?.id;
  document.getElementById("builder").replaceWith(fresh);
  const rows = document.querySelectorAll(".vb-field");
  const next = step === "add" ? rows[rows.length - 1] : document.getElementById(focused) || document.getElementById("vb-add");
  next?.focus({ preventScroll: step !== "add" });
}

form?.addEventListener("click", (event) => {
  const button = event.target.closest('#builder button[name="do"]');
  if (!button) return;
  event.preventDefault();
  build(true, button.value);
});
form?.addEventListener("change", (event) => {
  if (!event.target.closest("#builder")) return;
  build(event.target.matches("[data-structure]"));
});
form?.addEventListener("input", (event) => {
  if (!event.target.closest("#builder") || event.target.matches("select, [type=checkbox]")) return;
  clearTimeout(timer);
  timer = setTimeout(() => build(false), 400);
});
