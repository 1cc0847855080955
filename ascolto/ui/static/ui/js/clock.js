/* <sla-clock data-due="epoch seconds" data-total="seconds">: the server writes the text, this keeps it ticking.
   The visible text changes each second and is hidden from screen readers; the .sr text changes once a minute. */
import { word } from "./words.js";

const SOON = 15 * 60;
const running = new Set();

export function span(seconds) {
  const minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60);
  const two = (n) => String(n).padStart(2, "0");
  if (hours >= 48) return word("days", { days: Math.floor(hours / 24) });
  return hours ? `${hours} h ${two(minutes % 60)}` : `${two(minutes)}:${two(seconds % 60)}`;
}

class SlaClock extends HTMLElement {
  connectedCallback() {
    this.due = Number(this.dataset.due);
    if (this.due) running.add(this);
  }

  disconnectedCallback() { running.delete(this); }

  show(now) {
    const left = this.due - now, seconds = Math.abs(left), minutes = Math.floor(seconds / 60), late = left < 0;
    const visible = this.querySelector("[data-t]"), spoken = this.querySelector(".sr");
    const text = late ? `+${span(seconds)}` : span(seconds);
    if (visible && visible.textContent !== text) visible.textContent = text;
    const ring = late ? 100 : Math.min(100, Math.round((100 * left) / Number(this.dataset.total || 1)));
    this.querySelector(".sla-ring circle + circle")?.setAttribute("stroke-dasharray", `${ring} 100`);
    const state = late ? "late" : left < SOON ? "soon" : "ok";
    if (this.dataset.sla !== state) this.dataset.sla = state;
    if (spoken && minutes !== this.minutes) spoken.textContent = word(late ? "late" : "due", { minutes });
    this.minutes = minutes;
  }
}

customElements.define("sla-clock", SlaClock);
setInterval(() => { const now = Math.floor(Date.now() / 1000); for (const clock of running) clock.show(now); }, 1000);
