/* The search over channels: each word must be found; groups without a channel go away. Without scripts the form asks the server. */
const field = document.querySelector("[data-search]");
const places = [...document.querySelectorAll("[data-words]")];
const told = document.querySelector("[data-found]");

function look() {
  const words = field.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const place of places) {
    place.hidden = !words.every((word) => place.dataset.words.includes(word));
    if (!place.hidden) found += 1;
  }
  for (const group of document.querySelectorAll("[data-group]")) group.hidden = !group.querySelector("[data-words]:not([hidden])");
  document.querySelector("[data-nothing]").hidden = found > 0;
  told.textContent = !words.length ? "" : found === 0 ? told.dataset.none : found === 1 ? told.dataset.one : told.dataset.many.replace("%(n)s", found);
}

if (field && !field.value) field.addEventListener("input", look);
