/* The profile keeps the theme (the server writes it into the page); the toggle shows it at once. */
document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-theme-form]");
  if (!form || !window.fetch) return;
  event.preventDefault();
  const root = document.documentElement, button = form.querySelector("[data-theme-toggle]");
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const theme = dark ? "light" : "dark";
  root.dataset.theme = theme;
  const body = new FormData(form);
  body.set("theme", theme);
  button.value = dark ? "dark" : "light";
  fetch(form.action, { method: "POST", body, credentials: "same-origin", redirect: "manual" }).catch(() => {});
});
