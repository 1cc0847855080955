/* Shared by all tabs of one person: browsers allow six connections to a server, and a stream takes one as long as it lives. */
import { follow } from "./stream.js";

const ports = new Set();
const present = new Map(); // who is where, for a tab that comes later
let stop = null, state = "";

function tell(kind, data) {
  if (kind === "up" || kind === "down") state = kind;
  if (kind === "down") present.clear();
  if (kind === "presence") { if (data.who.length) present.set(data.id, data); else present.delete(data.id); }
  for (const port of ports) port.postMessage({ kind, data });
}

self.addEventListener("connect", (event) => {
  const port = event.ports[0];
  port.addEventListener("message", ({ data }) => {
    if (data.bye) {
      ports.delete(port);
      if (!ports.size && stop) { stop(); stop = null; state = ""; }
      return;
    }
    ports.add(port);
    if (!stop) stop = follow(data.address, data.after, tell);
    else {
      port.postMessage({ kind: state === "down" ? "down" : "joined" }); // what came before it joined it asks for itself
      for (const data of present.values()) port.postMessage({ kind: "presence", data });
    }
  });
  port.start();
});
