/* [data-copy="id"] copies the value of that input; a click into the input selects it. */
import { toast } from "../ui/js/toast.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) { event.target.closest("[data-copied]")?.select(); return; }
  const input = document.getElementById(button.dataset.copy);
  input.select();
  try { await navigator.clipboard.writeText(input.value); } catch { document.execCommand("copy"); }
  toast(button.dataset.said);
});
