/* Who reads and who writes: says where this person is, and shows where the others are. */

const BEAT = 10_000, WRITES_FOR = 12_000;
const places = new Map(); // conversation → [{id, name, state}]
const words = JSON.parse(document.getElementById("presence-words")?.textContent || "{}");
const me = () => Number(document.querySelector("[data-desk]")?.dataset.agent || 0);
const openId = () => Number(document.getElementById("conversation")?.dataset.id || 0);

/* --- what this person does ------------------------------------------------------------------------------------------ */

let said = { c: 0, s: "" }, typedAt = 0, sentAt = 0;

function say(conversation, state, left) {
  const body = JSON.stringify(left ? { c: conversation, s: state, left } : { c: conversation, s: state });
  if (state === "gone" && navigator.sendBeacon?.("/live/presence", body)) return;
  fetch("/live/presence", { method: "POST", body, keepalive: true, credentials: "same-origin" }).catch(() => { /* the next beat says it */ });
}

const writes = () => Boolean(document.getElementById("draft")?.value.trim()) && Date.now() - typedAt < WRITES_FOR;

function tell(again = false) {
  const here = document.visibilityState === "visible" ? openId() : 0;
  const state = here ? (writes() ? "writing" : "reading") : "";
  if (!again && said.c === here && said.s === state) return;
  if (here) say(here, state, said.c && said.c !== here ? said.c : 0);
  else if (said.c) say(said.c, "gone");
  said = { c: here, s: state };
  sentAt = Date.now();
}

/* --- what the others do --------------------------------------------------------------------------------------------- */

const others = (id) => (places.get(id) || []).filter((who) => who.id !== me());
const tone = (id) => String((id - 1) % 6 + 1);
const phrase = (key, names) => (words[key] || "%(names)s").replace("%(names)s", names.join(", "));

const names = (who, state) => who.filter((one) => (one.state === "writing") === (state === "writing")).map((one) => one.name);
const told = (who, one, many) => (who.length ? phrase(who.length > 1 ? many : one, who) : "");
const sentence = (who) => [told(names(who, "writing"), "writes", "write"), told(names(who, "reading"), "reads", "read")].filter(Boolean).join(". ");

function drawDock() {
  const place = document.querySelector("#conversation [data-here]");
  if (!place) return;
  const who = others(openId()), text = sentence(who);
  if (place.dataset.said === text) return;
  place.dataset.said = text;
  place.hidden = !text;
  const writing = told(names(who, "writing"), "writes", "write");
  const left = place.querySelector("[data-writing]");
  left.replaceChildren();
  if (writing) left.append(face(who.find((one) => one.state === "writing")), Object.assign(document.createElement("b"), { textContent: writing }), pulse());
  place.querySelector("[data-reading]").textContent = told(names(who, "reading"), "reads", "read");
  const before = document.querySelector("#composer [data-here-writes]");
  if (before) { before.hidden = !writing; before.textContent = writing; }
}

function face(one) {
  const av = document.createElement("span");
  av.className = "av av-xs";
  av.dataset.t = tone(one.id);
  av.textContent = one.name.split(/\s+/).map((word) => word[0] || "").filter((_, place, all) => place === 0 || place === all.length - 1).join("").toUpperCase();
  av.setAttribute("aria-hidden", "true");
  return av;
}

function pulse() {
  const dots3 = document.createElement("span");
  dots3.className = "here-dots";
  dots3.setAttribute("aria-hidden", "true");
  return dots3;
}

function dots(id) {
  const box = document.createElement("span"), who = others(id);
  box.className = "cv-here";
  box.title = sentence(who);
  for (const one of who.slice(0, 2)) {
    const av = face(one);
    av.dataset.state = one.state;
    box.append(av);
  }
  if (names(who, "writing").length) box.append(pulse());
  const text = document.createElement("span");
  text.className = "sr";
  text.textContent = box.title;
  box.append(text);
  return box;
}

function drawRow(row) {
  const id = Number(row.dataset.id), shown = row.querySelector(".cv-here"), who = others(id);
  const key = who.map((one) => `${one.id}${one.state}`).join();
  if ((row.dataset.present || "") === key && Boolean(shown) === Boolean(key)) return;
  row.dataset.present = key;
  shown?.remove();
  if (key) (row.querySelector(".cv-foot > .end") || row.querySelector(".cv-b > .row"))?.prepend(dots(id));
}

let planned = false;
function draw() {
  if (planned) return;
  planned = true;
  requestAnimationFrame(() => {
    planned = false;
    drawDock();
    for (const row of document.querySelectorAll("#rows > [data-id]")) drawRow(row);
  });
}

document.addEventListener("presence", ({ detail }) => {
  if (detail.who.length) places.set(detail.id, detail.who); else places.delete(detail.id);
  draw();
});

/* --- begin ---------------------------------------------------------------------------------------------------------- */

const desk = document.querySelector("[data-desk]");
if (desk) {
  document.addEventListener("input", (event) => { if (event.target.id === "draft") { typedAt = Date.now(); tell(); } });
  document.addEventListener("visibilitychange", () => tell());
  document.addEventListener("desk:sent", () => { typedAt = 0; tell(); });
  window.addEventListener("pagehide", () => { if (said.c) say(said.c, "gone"); said = { c: 0, s: "" }; });
  window.addEventListener("pageshow", (event) => { if (event.persisted) tell(); });
  /* rows and conversations are drawn again by others: what was shown there is shown again */
  const mine = ({ target }) => target === desk || target.id === "list" || target.id === "rows";
  new MutationObserver((changes) => { if (changes.some(mine)) { tell(); draw(); } }).observe(desk, { childList: true, subtree: true });
  setInterval(() => tell(said.c !== 0 && Date.now() - sentAt >= BEAT), 2_000);
  tell();
}
