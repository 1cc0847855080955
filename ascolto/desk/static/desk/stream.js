/* One stream of news, kept alive. Runs in the page, or for all tabs of a browser in a shared worker. */

const LONGEST = 30_000;

/** Follow the stream at `address` from the place `after` on; `tell(kind, data)` with up, down, news, presence, house (an inbox changed), mine (something concerns this person) or reset. Answers how to stop. */
export function follow(address, after, tell) {
  let source, timer, wait = 1_000;

  function listen() {
    source = new EventSource(`${address}?after=${encodeURIComponent(after)}`);
    const keep = (event) => { after = event.lastEventId || after; };
    source.addEventListener("open", () => { wait = 1_000; tell("up"); });
    source.addEventListener("hello", keep);
    source.addEventListener("conversation", (event) => { keep(event); tell("news", JSON.parse(event.data)); });
    source.addEventListener("presence", (event) => tell("presence", JSON.parse(event.data)));
    source.addEventListener("house", (event) => { keep(event); tell("house"); });
    source.addEventListener("mine", (event) => { keep(event); tell("mine"); });
    source.addEventListener("reset", () => tell("reset"));
    source.addEventListener("error", () => {
      tell("down");
      if (source.readyState !== EventSource.CLOSED) return; // the browser connects again by itself
      timer = setTimeout(listen, wait);
      wait = Math.min(wait * 2, LONGEST);
    });
  }

  listen();
  return () => { clearTimeout(timer); source.close(); };
}
