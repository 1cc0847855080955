/* The form works without this. With it: files are measured before they travel, nothing is sent twice by a double click,
   and the frame around an embedded form grows with it. */
const form = document.querySelector("[data-contact]");

document.querySelector("[data-problem]")?.focus();

if (form) {
  const files = form.querySelector('input[type="file"]');
  const error = form.querySelector("[data-file-error]");
  const button = form.querySelector("[data-send]");
  const label = button.textContent;
  const limit = Number(form.dataset.max);

  const tooBig = () => {
    const chosen = [...(files?.files ?? [])];
    const sum = chosen.reduce((total, file) => total + file.size, 0);
    if (sum <= limit) return "";
    const largest = chosen.sort((a, b) => b.size - a.size)[0];
    return form.dataset.tooBig.replace("%(name)s", largest.name).replace("%(limit)s", Math.floor(limit / 1048576));
  };

  const check = () => {
    const problem = tooBig();
    error.textContent = problem;
    error.hidden = !problem;
    files.setAttribute("aria-invalid", problem ? "true" : "false");
    return !problem;
  };

  files?.addEventListener("change", check);

  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent || (files && !check())) {
      event.preventDefault();
      if (!sent) files.focus();
      return;
    }
    sent = true;
    button.setAttribute("aria-disabled", "true");
    button.textContent = form.dataset.sending;
  });

  // "back" brings the page out of the browser's memory: it may be sent again
  addEventListener("pageshow", () => {
    sent = false;
    button.removeAttribute("aria-disabled");
    button.textContent = label;
  });
}

if (parent !== window) {
  // what is in it counts: the page itself is always at least as high as the frame
  const content = document.getElementById("main");
  const tell = () => parent.postMessage({ ascolto: "height", height: content.offsetHeight + 16 }, "*");
  new ResizeObserver(tell).observe(content);
  tell();
}
