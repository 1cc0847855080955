/* Files of a draft: seen before they leave, sent up one by one as soon as they are chosen, with their progress; dropping on the thread and
   pasting work too. What the channel does not take is said at once. */
import { number } from "../ui/js/words.js";
import { word } from "./words.js";

const started = new WeakMap(); // a composer's form: what takes its files

/** Watch the composer `f`; `changed()` after every change, `limits()` of the channel, `say(text)` why not. Answers: count, ids, isBusy, clear. */
export function startFiles(f, changed, { limits = () => null, say = () => {} } = {}) {
  const box = f.querySelector("[data-files]"), input = f.querySelector("[type=file]"), kept = new Set();

  function add(chosen) {
    const can = limits();
    for (const file of chosen) {
      const why = whyNot(f, file, can);
      if (why) say(why);
      else begin(file);
    }
    input.value = "";
    refresh();
  }

  function begin(file) {
    const item = itemOf(file), bar = item.querySelector("progress");
    box.append(item);
    const entry = { id: null, busy: true, failed: false, request: new XMLHttpRequest() };
    kept.add(entry);
    item.querySelector("button").addEventListener("click", () => {
      entry.request.abort();
      kept.delete(entry);
      drop(item);
      refresh();
      (box.querySelector("button") || document.getElementById("draft"))?.focus({ preventScroll: true });
    });
    upload(file, entry, bar, (failure) => {
      bar.remove();
      if (failure) { item.setAttribute("data-failed", ""); item.querySelector(".trunc").textContent = failure; }
      refresh();
    });
  }

  function upload(file, entry, bar, done) {
    const body = new FormData(), request = entry.request;
    body.append("file", file, nameOf(file));
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

  started.set(f, add);
  input.addEventListener("change", () => add(input.files));

  /* what was uploaded before: on another device, or for an answer that was taken back */
  function adopt(known) {
    for (const file of known) {
      if ([...kept].some((entry) => entry.id === file.id)) continue;
      const item = document.createElement("li"), name = document.createElement("span"), entry = { id: file.id, busy: false, failed: false };
      name.className = "trunc";
      name.textContent = file.name;
      item.append(name, remover(file.name, () => { kept.delete(entry); item.remove(); refresh(); }));
      box.append(item);
      kept.add(entry);
    }
    refresh();
  }
  function remover(name, remove) {
    const away = document.createElement("button");
    away.type = "button";
    away.className = "btn btn-quiet btn-icon btn-sm";
    away.textContent = "×";
    away.setAttribute("aria-label", word("remove", { name }));
    away.addEventListener("click", remove);
    return away;
  }

  const good = () => [...kept].filter((entry) => !entry.failed);
  return {
    count: () => good().length,
    ids: () => good().map((entry) => entry.id).filter(Boolean),
    isBusy: () => good().some((entry) => entry.busy),
    adopt,
    clear: () => { kept.clear(); for (const item of [...box.children]) drop(item); box.hidden = true; },
  };
}

function drop(item) {
  const image = item.querySelector("img");
  if (image) URL.revokeObjectURL(image.src);
  item.remove();
}

/* pasted pictures are all called "image.png": the moment tells them apart */
const nameOf = (file) => (file.name === "image.png" ? `image-${new Date().toISOString().slice(0, 19).replace(/[:T]/g, "-")}.png` : file.name);

export const sizeOf = (bytes) => (bytes >= 1_048_576 ? `${number(Math.round(bytes / 104_857.6) / 10)} MB` : bytes >= 1024 ? `${number(Math.round(bytes / 1024))} kB` : `${bytes} B`);

/* as channels/capabilities.py finds the limit of a type; 0: the network refuses it */
function whyNot(f, file, can) {
  if (!can || !can.files) return "";
  const sizes = can.sizes || {}, type = file.type || "application/octet-stream", limit = sizes[type] ?? sizes[type.split("/")[0]] ?? sizes["*"] ?? 0;
  const words = JSON.parse(f.querySelector("[data-words]")?.textContent || "{}");
  const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (whole, key) => values[key] ?? whole);
  if (limit && file.size > limit) return fill(words.too_large, { name: file.name, limit: sizeOf(limit) });
  return limit ? "" : fill(words.wrong_type, { name: file.name });
}

function itemOf(file) {
  const item = document.createElement("li"), name = document.createElement("span"), size = document.createElement("span"), bar = document.createElement("progress"), away = document.createElement("button");
  if (file.type.startsWith("image/") && file.type !== "image/svg+xml") {
    const image = document.createElement("img");
    image.alt = "";
    image.src = URL.createObjectURL(file);
    item.append(image);
  }
  name.className = "trunc";
  name.textContent = nameOf(file);
  size.className = "c3 nowrap";
  size.textContent = sizeOf(file.size);
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  away.type = "button";
  away.className = "btn btn-quiet btn-icon btn-sm";
  away.textContent = "×";
  away.setAttribute("aria-label", word("remove", { name: file.name }));
  item.append(name, size, bar, away);
  return item;
}

/* ---- pasting and dropping: told once for the whole page ---- */
const composer = () => document.getElementById("composer");
const take = (chosen) => { const f = composer(); if (f && started.has(f) && chosen.length) started.get(f)([...chosen]); };
const carries = (event) => composer() && [...(event.dataTransfer?.types || [])].includes("Files") && event.target.closest?.("#conversation");
const target = () => document.querySelector("#conversation .desk-thread");

document.addEventListener("paste", (event) => {
  if (!event.clipboardData?.files.length || !event.target.closest?.("#composer")) return;
  event.preventDefault();
  take(event.clipboardData.files);
});
document.addEventListener("dragover", (event) => {
  if (!carries(event)) { target()?.classList.remove("is-dropping"); return; }
  event.preventDefault();
  target()?.classList.add("is-dropping");
});
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) target()?.classList.remove("is-dropping"); });
document.addEventListener("drop", (event) => {
  target()?.classList.remove("is-dropping");
  if (!carries(event) || !event.dataTransfer.files.length) return;
  event.preventDefault();
  take(event.dataTransfer.files);
});
