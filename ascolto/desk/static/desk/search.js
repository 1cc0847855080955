/* The search field: a filter of the help goes into it; the message that was found is brought into view. */
const field = () => document.querySelector("#list-search [name=q]");

function insert(text) {
  const input = field();
  if (!input) return;
  const before = input.value.trimEnd();
  input.value = before ? `${before} ${text}` : text;
  document.getElementById("search-help").open = false;
  input.focus();
  const value = text.indexOf(":") + 1; // what stands after the colon is the reader's own
  if (value && value < text.length) input.setSelectionRange(input.value.length - text.length + value, input.value.length);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-search-insert]");
  if (button) insert(button.dataset.searchInsert);
});

/* a conversation that was opened from a hit begins at the message, when it is among those that are shown */
new MutationObserver(() => {
  const found = location.hash.startsWith("#m-") && document.getElementById(location.hash.slice(1));
  if (!found || found.dataset.shown) return;
  found.dataset.shown = "yes";
  requestAnimationFrame(() => { found.scrollIntoView({ block: "center" }); found.classList.add("is-found"); });
}).observe(document.querySelector("[data-desk]") || document.body, { childList: true, subtree: true });
