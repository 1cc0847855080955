/* News of the stream. While it is down the page says so and asks by itself; afterwards it catches up once. */
import { follow } from "./stream.js";

const PATIENCE = 3_000, POLL = 10_000;

/** Follow `address` from the place `after` in the log: `news({id, version, message})` for each, `catchUp()` after a silence. */
export function startLive(address, after, name, { news, catchUp }) {
  const banner = document.getElementById("live-state");
  let poll = 0, warning = 0, missed = false, leave = () => {};

  const again = () => catchUp().then(() => { banner.hidden = true; }, () => { banner.hidden = false; });

  function down() {
    missed = true;
    warning ||= setTimeout(() => { banner.hidden = false; }, PATIENCE);
    poll ||= setInterval(again, POLL); // the server may answer although the stream does not
  }

  function up() {
    clearTimeout(warning);
    clearInterval(poll);
    warning = poll = 0;
    banner.hidden = true;
    if (missed) again();
    missed = false;
  }

  function tell(kind, data) {
    if (kind === "news") news(data);
    else if (kind === "presence") document.dispatchEvent(new CustomEvent("presence", { detail: data }));
    else if (kind === "mine") document.dispatchEvent(new CustomEvent("notified"));
    else if (kind === "down") down();
    else if (kind === "up") up();
    else again(); // reset, joined, house
  }

  function join() {
    if (typeof SharedWorker === "undefined") { leave = follow(address, after, tell); return; }
    const worker = new SharedWorker(new URL("./stream-worker.js", import.meta.url), { type: "module", name });
    worker.addEventListener("error", () => { if (worker.failed) return; worker.failed = true; leave = follow(address, after, tell); });
    worker.port.addEventListener("message", ({ data }) => tell(data.kind, data.data));
    worker.port.start();
    worker.port.postMessage({ address: new URL(address, location.href).href, after });
    leave = () => { worker.port.postMessage({ bye: true }); worker.port.close(); };
  }

  join();
  window.addEventListener("offline", () => { down(); banner.hidden = false; });
  window.addEventListener("online", again);
  window.addEventListener("pagehide", () => leave());
  window.addEventListener("pageshow", (event) => { if (event.persisted) { join(); again(); } }); // from the browser's memory
}
