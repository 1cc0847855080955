/* The stream of news. While it is down the page says so and asks by itself; afterwards it catches up once. */

const PATIENCE = 3_000, POLL = 10_000;

/** Listen at `address` from the place `after` in the log; `news({id, version, message})` for each, `catchUp()` after a silence. */
export function startLive(address, after, { news, catchUp }) {
  const state = document.getElementById("live-state");
  let source, poll = 0, warn = 0, wait = 1_000, missed = false;

  function down() {
    missed = true;
    if (!warn) warn = setTimeout(() => { state.hidden = false; }, PATIENCE);
    if (!poll) poll = setInterval(() => catchUp().then(() => { if (source.readyState === EventSource.CLOSED) reachable(); }, () => {}), POLL);
  }

  function reachable() { /* the server answers, only the stream does not: what is shown is fresh */
    state.hidden = true;
  }

  function up() {
    clearTimeout(warn);
    clearInterval(poll);
    warn = poll = 0;
    wait = 1_000;
    state.hidden = true;
    if (missed) catchUp().catch(() => {});
    missed = false;
  }

  function listen() {
    source = new EventSource(`${address}?after=${encodeURIComponent(after)}`);
    source.addEventListener("open", up);
    source.addEventListener("hello", (event) => { after = event.lastEventId || after; });
    source.addEventListener("conversation", (event) => { after = event.lastEventId || after; news(JSON.parse(event.data)); });
    source.addEventListener("reset", () => catchUp().catch(() => {}));
    source.addEventListener("error", () => {
      down();
      if (source.readyState !== EventSource.CLOSED) return; // the browser connects again by itself
      source.close();
      setTimeout(listen, wait);
      wait = Math.min(wait * 2, 30_000);
    });
  }

  listen();
  window.addEventListener("offline", () => { down(); state.hidden = false; });
  window.addEventListener("online", () => catchUp().catch(() => {}));
  /* a page from the browser's memory, or a computer that slept */
  window.addEventListener("pageshow", (event) => { if (event.persisted) catchUp().catch(() => {}); });
  window.addEventListener("pagehide", () => source.close());
}
