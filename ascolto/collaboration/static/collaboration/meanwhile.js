/* The customer writes while somebody composes: a quiet line above the buttons says so. Nothing is held up by it. */
const words = JSON.parse(document.getElementById("presence-words")?.textContent || "{}");
const heard = new Map(); // who wrote, by their last message
const draft = () => document.getElementById("draft");

function told() {
  let line = document.querySelector("#composer [data-meanwhile]");
  if (line) return line;
  const foot = document.querySelector("#composer .comp-foot");
  if (!foot) return null;
  line = document.createElement("p");
  line.className = "comp-says row g-1 xs";
  line.dataset.meanwhile = "";
  line.setAttribute("role", "status");
  foot.before(line);
  return line;
}

function clear() {
  heard.clear();
  document.querySelector("#composer [data-meanwhile]")?.remove();
}

function tell(message) {
  const line = told();
  if (!line) return;
  heard.set(message.dataset.who, message.dataset.message);
  const said = document.createElement("span"), link = document.createElement("a");
  said.textContent = words.meanwhile.replace("%(names)s", [...heard.keys()].join(", "));
  link.className = "link";
  link.href = `#${message.id}`;
  link.dataset.toMessage = message.dataset.message;
  link.textContent = words.show;
  line.replaceChildren(said, " ", link);
}

/* only what is added at the end is news: earlier messages come on top */
const watching = new MutationObserver((changes) => {
  if (!draft()?.value.trim()) return;
  for (const { addedNodes, nextSibling } of changes) {
    if (nextSibling) continue;
    for (const item of addedNodes) if (item.dataset?.message && "in" in item.dataset) tell(item);
  }
});

function watch() {
  watching.disconnect();
  clear();
  const thread = document.getElementById("thread");
  if (thread) watching.observe(thread, { childList: true });
}

document.addEventListener("desk:opened", watch);
document.addEventListener("desk:sent", clear);
document.addEventListener("input", ({ target }) => { if (target === draft() && !target.value.trim()) clear(); });
watch();
