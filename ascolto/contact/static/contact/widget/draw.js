/* Drawing without innerHTML, so that pages with Trusted Types and a strict policy stay content. */

export const PERSON = "person"; // the choice that leads to one, in every flow
const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  chat: ["M7.9 20A9 9 0 1 0 4 16.1L2 22Z"],
  close: ["M18 6 6 18", "m6 6 12 12"],
  down: ["m6 9 6 6 6-6"],
  clip: ["m16 6-8.414 8.586a2 2 0 0 0 2.829 2.829l8.414-8.586a4 4 0 1 0-5.657-5.657l-8.379 8.551a6 6 0 1 0 8.485 8.485l8.379-8.551"],
  send: ["m5 12 7-7 7 7", "M12 19V5"],
  file: ["M6 22a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2h8l6 6v12a2 2 0 0 1-2 2z", "M14 2v5a1 1 0 0 0 1 1h5"],
  person: ["M2 21a8 8 0 0 1 13.292-6", "M10 3a5 5 0 1 0 0 10a5 5 0 0 0 0-10", "m16 19 2 2 4-4"],
  bot: ["M12 8V4H8", "M6 8h12a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2v-8a2 2 0 0 1 2-2z", "M2 14h2", "M20 14h2", "M15 13v2", "M9 13v2"],
  lock: ["M5 11h14a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2z", "M7 11V7a5 5 0 0 1 10 0v4"],
};
const LINK = /\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/g;

/** An element with attributes and children; null children are left out. */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value == null) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  for (const path of ICONS[name]) {
    const line = document.createElementNS(SVG, "path");
    line.setAttribute("d", path);
    svg.append(line);
  }
  return svg;
}

/** Text with its web addresses as links. */
export function linked(text, hint) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(LINK)) {
    parts.push(text.slice(end, found.index));
    parts.push(el("a", { href: found[0], target: "_blank", rel: "noopener noreferrer nofollow", title: hint }, found[0]));
    end = found.index + found[0].length;
  }
  parts.push(text.slice(end));
  return parts.filter(Boolean);
}

export function initials(name) {
  const words = name.trim().split(/\s+/).filter(Boolean);
  return ((words[0]?.[0] ?? "?") + (words.length > 1 ? words.at(-1)[0] : "")).toUpperCase();
}

export function size(bytes, language) {
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${number.format(bytes / 1e6)} MB`;
}

/** One message: what the server tells (`row`), or what is still in the queue (`item`). */
export class MessageView {
  constructor({ say, title, origin, language, onRetry, onDiscard, onChoice, onRate }) {
    Object.assign(this, { say, title, origin, language, onRetry, onDiscard, onChoice, onRate });
    this.clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
    this.day = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" });
  }

  dayName(at) {
    const date = new Date(at);
    return date.toDateString() === new Date().toDateString() ? this.say("today") : this.day.format(date);
  }

  author(row) {
    return row.author || (row.from === "bot" ? this.say("bot") : this.title);
  }

  ofRow(row) {
    const mine = row.from === "me";
    const name = mine ? this.say("you") : this.author(row);
    const bubble = el("div", { class: `bubble${row.from === "bot" ? " bot" : ""}` });
    if (row.removed) bubble.append(el("p", { class: "quiet" }, this.say("removed")));
    else if (row.text) bubble.append(el("p", {}, ...linked(row.text, this.say("new_tab"))));
    for (const file of row.files) bubble.append(this.file(file));
    const note = mine ? this.say("sent") : "";
    const edited = row.edited && !row.removed ? ` · ${this.say("edited")}` : "";
    return this.frame(mine, name, row.at, bubble, note + edited, row.from === "bot");
  }

  ofItem(item) {
    const bubble = el("div", { class: "bubble" });
    if (item.text) bubble.append(el("p", {}, ...linked(item.text, this.say("new_tab"))));
    for (const file of item.files ?? []) bubble.append(this.chip(file));
    const failed = item.state === "failed";
    const note = { accepted: "sent", sending: "sending", waiting: "waiting" }[item.state];
    const text = failed ? this.say("not_sent", { reason: item.reason || this.say("refused") }) : this.say(note);
    const made = this.frame(true, this.say("you"), item.at, bubble, text, false);
    made.classList.toggle("failed", failed);
    if (failed) {
      made.append(
        el("div", { class: "row" },
          el("button", { type: "button", class: "link", onclick: () => this.onRetry(item.id) }, this.say("again")),
          el("button", { type: "button", class: "link", onclick: () => this.onDiscard(item.id) }, this.say("discard"))),
      );
    }
    return made;
  }

  frame(mine, name, at, bubble, note, isBot) {
    const time = el("time", { datetime: at }, this.clock.format(new Date(at)));
    const who = mine ? el("span", { class: "sr" }, `${name} `) : el("b", {}, `${name} `);
    return el("article", { class: mine ? "msg me" : "msg" },
      mine ? null : el("span", { class: isBot ? "av bot" : "av", "aria-hidden": "true" }, isBot ? icon("bot") : initials(name)),
      el("div", { class: "meta" }, who, time),
      bubble,
      note ? el("p", { class: "note" }, note) : null);
  }

  /** The answers that the newest question offers. */
  choices(row) {
    return el("div", { class: "choices", role: "group", "aria-label": this.say("choices") },
      ...row.choices.filter((choice) => choice.id !== PERSON).map((choice) => el("button", { type: "button", class: "choice", onclick: () => this.onChoice(choice) },
        choice.title, choice.about ? el("span", { class: "about" }, choice.about) : null)));
  }

  /** Whether an answer of the automatic assistant helped. A pressed button stays pressed; the other one changes one's mind. */
  rating(row) {
    const button = (good, word) => el("button", {
      type: "button", class: "rate", "aria-pressed": String(row.helped === good),
      onclick: async ({ currentTarget }) => {
        const both = [...currentTarget.parentElement.children];
        const before = both.map((one) => one.getAttribute("aria-pressed"));
        for (const one of both) one.setAttribute("aria-pressed", String(one === currentTarget));
        if (!(await this.onRate(row.id, good))) both.forEach((one, place) => one.setAttribute("aria-pressed", before[place]));
      },
    }, this.say(word));
    return el("div", { class: "rating", role: "group", "aria-label": this.say("rating") }, button(true, "helped"), button(false, "not_helped"));
  }

  file(file) {
    const address = new URL(file.url, this.origin).href;
    return el("a", { class: "file", href: file.ready ? address : null, target: "_blank", rel: "noopener noreferrer" },
      icon("file"), el("span", { class: "grow" }, file.name), el("span", { class: "quiet" }, size(file.size, this.language)));
  }

  chip(file) {
    return el("span", { class: "file" }, icon("file"), el("span", { class: "grow" }, file.name), el("span", { class: "quiet" }, size(file.size, this.language)));
  }
}
