/* The promise as customers will read it, while one chooses the number. */
const shown = document.querySelector("[data-minutes]");

document.addEventListener("change", (event) => {
  if (shown && event.target.name === "minutes") shown.textContent = shown.dataset.minutes.replace("#", event.target.value);
});
