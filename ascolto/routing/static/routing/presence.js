/* A sign of life of this screen once a minute while it is in sight: who has a desk open is given work. */
import { post } from "../ui/js/http.js";

const EVERY = 60_000;
let last = 0, timer = 0;

function show(told) {
  for (const button of document.querySelectorAll("button[name=presence]")) {
    button.setAttribute("aria-pressed", String(button.value === told.state));
  }
  for (const place of document.querySelectorAll("[data-presence]")) {
    place.dataset.presence = told.state;
    if (place.hasAttribute("data-presence-words")) place.textContent = told.words;
  }
}

async function beat() {
  clearTimeout(timer);
  if (document.visibilityState !== "visible") return;
  timer = setTimeout(beat, EVERY);
  if (Date.now() - last < EVERY / 2) return;
  last = Date.now();
  try {
    const answer = await post("/presence/beat/");
    if (answer.ok) show(await answer.json());
    else if (answer.status === 401) clearTimeout(timer);
  } catch { last = 0; } // the network is away: the next minute tries again
}

document.addEventListener("visibilitychange", beat);
beat();
