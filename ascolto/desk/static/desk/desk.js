/* The desk: joins list, thread, composer, live updates and keys. Reading and answering work without it. */
import { closeDrops } from "../ui/js/drops.js";
import { onKey, isTyping } from "../ui/js/keys.js";
import { chooser, refreshCounts, refreshRow, reconcile, regroup, select, selected, startList } from "./list.js";
import { catchUp, dropMessage, messageChanged, openConversation, refreshHead, refreshWho, showPane, startThread } from "./thread.js";
import { closeWindow, fill, startComposer } from "./composer.js";
import { startLive } from "./live.js";
import { readingChanged, refreshSimilar } from "./reading.js";

const desk = document.querySelector("[data-desk]");
const conversation = () => document.getElementById("conversation");
const openId = () => Number(conversation()?.dataset.id || 0);

function begin() {
  startThread();
  startComposer();
  document.dispatchEvent(new CustomEvent("desk:opened", { detail: { id: openId() } }));
}

/* opening a row replaces the conversation, not the page */
async function open(href, { push = true, focus = false } = {}) {
  if (!(await openConversation(href))) { location.href = href; return; }
  if (push) history.pushState({ desk: true }, "", href);
  document.title = document.title.replace(/^.*? · (?=.* · )|^/, `${conversation().dataset.title} · `);
  for (const row of document.querySelectorAll("#rows > [aria-current]")) row.removeAttribute("aria-current");
  document.getElementById(`row-${openId()}`)?.setAttribute("aria-current", "true");
  showPane("thread");
  begin();
  if (focus || matchMedia("(max-width: 47.5em)").matches) document.getElementById("ct")?.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest("a[data-row], a[data-open-number]");
  if (link) {
    event.preventDefault();
    open(link.href, { focus: event.detail === 0 });
    return;
  }
  const shows = event.target.closest("[data-show]");
  if (!shows) return;
  if (shows.dataset.show === "list") {
    if (shows.matches("a") && !document.getElementById("rows")) return;
    event.preventDefault();
    history.pushState({ desk: true }, "", shows.href);
    showPane("list");
    (document.getElementById(`row-${openId()}`)?.querySelector("a") || document.getElementById("list-scroll"))?.focus();
    return;
  }
  showPane(desk.dataset.pane === shows.dataset.show ? "thread" : shows.dataset.show);
});

window.addEventListener("popstate", () => {
  if (location.pathname === new URL(desk.dataset.queue, location.href).pathname) {
    if (matchMedia("(max-width: 47.5em)").matches) showPane("list");
    else location.reload();
  } else if (location.pathname.includes("/c/")) open(location.href, { push: false });
});

/* the list of a page that opened with a conversation comes second */
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt?.id !== "list") return;
  document.getElementById(`row-${openId()}`)?.setAttribute("aria-current", "true");
  startList();
});

/* what changed by our own hand: the row follows even when the stream is down */
function changed() {
  if (openId()) { refreshRow(openId()); catchUp(); }
  refreshCounts();
}
document.addEventListener("htmx:afterSettle", (event) => { if (event.detail.target?.id === "th-head" || event.detail.elt?.id === "th-head") changed(); });
/* messages moved: what is shown is read again */
document.addEventListener("desk:reload", () => { const here = conversation(); if (here?.dataset.base) open(here.dataset.base + location.search, { push: false, focus: here.contains(document.activeElement) || document.activeElement === document.body }); });
document.addEventListener("undone", ({ detail }) => { if (detail?.trigger.includes("desk:reload")) document.dispatchEvent(new CustomEvent("desk:reload")); });
document.addEventListener("undone", () => { refreshHead(true); refreshWho(); changed(); });
document.addEventListener("macro:ran", () => { closeDrops(); refreshHead(true); changed(); });
/* the text of a macro waits in the composer, after what is there already */
document.addEventListener("macro:draft", ({ detail }) => {
  const before = document.getElementById("draft")?.value.trimEnd();
  fill({ mode: detail.mode, text: before ? `${before}\n\n${detail.text}` : detail.text });
  document.getElementById("draft")?.dispatchEvent(new Event("input", { bubbles: true }));
  document.getElementById("draft")?.focus();
});
document.addEventListener("desk:sent", (event) => { refreshHead(true); changed(); if (event.detail.next) walk(1); });

/* the customer has another name: head and row say it too, and the focus stays on the card */
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target?.id !== "who") return;
  const who = document.getElementById("who"), verb = detail.requestConfig?.verb;
  if (verb === "post") { refreshHead(true); changed(); }
  (who?.querySelector("form input:not([type=hidden])") || who?.querySelector("[data-edit-who]"))?.focus({ preventScroll: true });
});

/* news of the stream */
async function news({ id, message, version, type }) {
  if (type === "message.understood" || type === "message.corrected") { await understood(id, message); return; }
  refreshRow(id, version);
  refreshCounts();
  if (id !== openId()) return;
  if (/^(department|problem|note)\.|participant|followed/.test(type || "")) document.dispatchEvent(new CustomEvent("together"));
  if (/hand|assigned/.test(type || "")) document.dispatchEvent(new CustomEvent("desk:offer"));
  if (/^(commitment|sla)\./.test(type || "") || message) document.dispatchEvent(new CustomEvent("promises"));
  if (type === "message.withdrawn") dropMessage(message);
  if (/^(planned_reply|proposal|draft|reply)\.|^message\.(withdrawn|received)$/.test(type || "")) document.dispatchEvent(new CustomEvent("composing"));
  if (message) await messageChanged(message);
  await catchUp();
  refreshHead();
}
/* what a message means changes no version of its conversation: only marks are drawn again */
async function understood(id, message) {
  refreshRow(id);
  if (id !== openId()) return;
  await readingChanged(message);
  refreshHead();
  refreshSimilar();
}
/* the palette found a conversation: it opens beside the list */
document.addEventListener("palette:go", (event) => {
  if (!event.detail.href.includes("/c/")) return;
  event.preventDefault();
  open(event.detail.href, { focus: true });
});
document.addEventListener("desk:corrected", () => { refreshHead(true); if (openId()) refreshRow(openId()); });
if (desk) {
  startList();
  begin();
  startLive(desk.dataset.live, desk.dataset.after, `desk-${desk.dataset.agent}`, {
    news,
    catchUp: async () => { document.dispatchEvent(new CustomEvent("together")); await reconcile(); refreshCounts(); if (openId()) { await catchUp(); refreshHead(); } },
  });
  setInterval(() => { regroup(); closeWindow(); }, 15_000);
}

/* keys */
const press = (selector) => () => document.querySelector(selector)?.click();
const write = (mode) => () => {
  const choice = document.querySelector(`#composer [name=mode][value=${mode}]`);
  if (choice && !choice.checked) choice.click();
  showPane("thread");
  document.getElementById("draft")?.focus();
};
const reply = () => {
  const way = document.querySelector("#composer [name=mode][value=private]") || document.querySelector("#composer [name=mode][value=public]");
  write(way?.value || "note")();
};
function menu(name, then) {
  const drop = document.querySelector(`[data-menu="${name}"]`);
  if (!drop) return;
  if (!drop.offsetParent) { location.href = drop.querySelector(".drop-body a")?.href || location.href; return; }
  drop.open = true;
  if (then) drop.addEventListener("htmx:afterSettle", () => drop.querySelector(then)?.focus(), { once: true });
}
function walk(step) {
  const row = select(step);
  if (row) open(row.href, { focus: true });
}
function search() {
  showPane("list");
  const form = document.getElementById("list-search");
  if (!form) return;
  form.hidden = false;
  document.querySelector("[data-search-open]")?.setAttribute("aria-expanded", "true");
  form.querySelector("[name=q]").focus();
}
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-search-open]");
  if (!opener) return;
  const form = document.getElementById("list-search");
  if (form.hidden) search();
  else { form.hidden = true; opener.setAttribute("aria-expanded", "false"); }
});

onKey("j", () => select(1, true));
onKey("k", () => select(-1, true));
onKey("x", () => chooser().then((choose) => choose.toggle()));
onKey("J", () => chooser().then((choose) => choose.extend(select(1))));
onKey("K", () => chooser().then((choose) => choose.extend(select(-1))));
onKey("r", reply);
onKey("n", write("note"));
onKey("a", () => menu("assign"));
onKey("t", () => menu(document.querySelector('[data-menu="hand-over"]') ? "hand-over" : "assign", "[data-teams] button"));
onKey("l", () => menu("labels"));
onKey("z", () => menu("snooze"));
onKey("m", () => menu("macros", "#macro-q"));
onKey("f", () => { const drop = document.getElementById("filters"); if (drop) drop.open = true; });
onKey("e", press('[data-key="resolve"]'));
onKey("E", () => { const next = selected(); press('[data-key="resolve"]')(); if (next) walk(1); });
onKey("/", search);
onKey("Escape", () => {
  if (document.querySelector(".is-choosing")) { chooser().then((choose) => choose.end()); return; }
  if (desk?.dataset.pane === "details") { showPane("thread"); return; }
  document.getElementById(`row-${openId()}`)?.querySelector("a")?.focus();
});

document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]")) return;
  if (event.defaultPrevented) return; // Escape closed a menu
  if (event.key === "Escape" && isTyping(event.target)) {
    if (event.target.name === "q" && !event.target.value) document.getElementById("list-search").hidden = true;
    (document.getElementById(`row-${openId()}`)?.querySelector("a") || document.getElementById("list-scroll"))?.focus();
    return;
  }
  if (!event.altKey || event.metaKey || event.ctrlKey) return;
  const action = { KeyJ: () => walk(1), KeyK: () => walk(-1), KeyE: press('[data-key="resolve"]'), KeyP: write("note"), KeyL: reply, KeyM: () => menu("snooze") }[event.code];
  if (action) { event.preventDefault(); action(); }
});

/* a long menu narrows as one types */
document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-narrow-by]")) return;
  const wanted = event.target.value.trim().toLowerCase();
  for (const item of event.target.form.querySelectorAll("[data-narrow-item]")) item.hidden = !item.textContent.toLowerCase().includes(wanted);
});

/* a menu that was used goes away with the old head: focus returns to its button in the new one */
let used = null;
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  const form = detail.elt.closest?.("#th-head") && detail.elt.matches("form") && detail.elt;
  if (form) used = form.closest("[data-menu]")?.dataset.menu || "resolve";
});
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (!used || detail.target?.id !== "th-head") return;
  const head = document.getElementById("th-head");
  if (document.activeElement === document.body) (used === "resolve" ? head?.querySelector(".resolve-form button") : head?.querySelector(`[data-menu="${used}"] > summary`))?.focus({ preventScroll: true });
  used = null;
});
/* what a menu loaded can be walked with the arrows: focus goes into it */
document.addEventListener("htmx:afterSettle", (event) => {
  const drop = event.detail.elt?.closest?.("details.drop");
  if (drop?.open) drop.querySelector(".drop-body input:not([type=hidden]), .drop-body button, .drop-body select")?.focus();
});
performance.mark("desk:ready"); // from here on every key and button does what it should
