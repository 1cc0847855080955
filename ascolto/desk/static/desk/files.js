/* Files of a draft: sent up one by one as soon as they are chosen, with their progress; dropping and pasting work too. */
import { word } from "./words.js";

/** Watch the composer `f`; `changed()` after every change. Answers: count, ids, isBusy, clear. */
export function startFiles(f, changed) {
  const box = f.querySelector("[data-files]"), input = f.querySelector("[type=file]"), kept = new Set();

  function add(chosen) {
    for (const file of chosen) begin(file);
    input.value = "";
    refresh();
  }

  function begin(file) {
    const item = document.createElement("li"), name = document.createElement("span"), bar = document.createElement("progress"), away = document.createElement("button");
    name.className = "trunc";
    name.textContent = file.name;
    bar.max = 100;
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    away.type = "button";
    away.className = "btn btn-quiet btn-icon btn-sm";
    away.textContent = "×";
    away.setAttribute("aria-label", word("remove", { name: file.name }));
    item.append(name, bar, away);
    box.append(item);
    const entry = { id: null, busy: true, failed: false, request: new XMLHttpRequest() };
    kept.add(entry);
    away.addEventListener("click", () => { entry.request.abort(); kept.delete(entry); item.remove(); refresh(); });
    upload(file, entry, bar, (failure) => {
      bar.remove();
      if (failure) { item.setAttribute("data-failed", ""); name.textContent = failure; }
      refresh();
    });
  }

  function upload(file, entry, bar, done) {
    const body = new FormData(), request = entry.request;
    body.append("file", file);
    request.open("POST", f.dataset.upload);
    request.setRequestHeader("X-CSRFToken", document.body.dataset.csrf);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total; });
    request.addEventListener("loadend", () => {
      entry.busy = false;
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* not ours */ }
      if (request.status === 201) entry.id = answer.id;
      else entry.failed = true;
      done(entry.failed ? answer.error || word("upload_failed", { name: file.name }) : "");
    });
    request.send(body);
  }

  function refresh() { box.hidden = !box.children.length; changed(); }

  input.addEventListener("change", () => add(input.files));
  f.addEventListener("paste", (event) => { if (event.clipboardData?.files.length) { event.preventDefault(); add(event.clipboardData.files); } });
  f.addEventListener("dragover", (event) => { if (event.dataTransfer?.types.includes("Files")) { event.preventDefault(); f.classList.add("is-dropping"); } });
  f.addEventListener("dragleave", () => f.classList.remove("is-dropping"));
  f.addEventListener("drop", (event) => {
    f.classList.remove("is-dropping");
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    add(event.dataTransfer.files);
  });

  const good = () => [...kept].filter((entry) => !entry.failed);
  return {
    count: () => good().length,
    ids: () => good().map((entry) => entry.id).filter(Boolean),
    isBusy: () => good().some((entry) => entry.busy),
    clear: () => { kept.clear(); box.replaceChildren(); box.hidden = true; },
  };
}
