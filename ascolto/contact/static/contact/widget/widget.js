/* <ascolto-chat>: the button on the page, and the window behind it. */
import { Composer } from "./composer.js";
import { MessageView, PERSON, el, icon } from "./draw.js";
import { Store } from "./store.js";
import { inkOn, sheet } from "./style.js";
import { Talk } from "./talk.js";
import { chooseLanguage, wordsIn } from "./words.js";

const SMALL = "(max-width: 30em), (max-height: 26em)";

class AscoltoChat extends HTMLElement {
  /** Called once, before the element is on the page. */
  setUp({ about, origin, settings }) {
    this.language = chooseLanguage(settings.language, document.documentElement.lang, navigator.language, about.language);
    this.say = wordsIn(this.language);
    Object.assign(this, { about, origin, settings, title: about.title });
    this.lang = this.language;
    if (settings.theme) this.dataset.theme = settings.theme;
    if (settings.position) this.dataset.position = settings.position;
    this.root = this.attachShadow({ mode: "open" });
    this.root.adoptedStyleSheets = [sheet()];
    if (about.accent) {
      this.style.setProperty("--accent", about.accent);
      this.style.setProperty("--on-accent", inkOn(about.accent));
    }
    this.meet(settings.user?.id ? settings.user : null);
    return this;
  }

  /** Talk as this customer (null: as an anonymous visitor). */
  meet(user) {
    this.talk?.end();
    clearTimeout(this.soon);
    const store = new Store(this.about.token, user?.id ?? "");
    this.talk = new Talk({ about: this.about, origin: this.origin, store, user, language: this.language });
    this.views = new Map();
    this.draw();
    this.talk.addEventListener("change", () => this.refresh());
    this.talk.addEventListener("connection", ({ detail }) => this.tellConnection(detail));
    this.talk.addEventListener("wait", ({ detail }) => { if (this.queue.textContent !== detail) this.queue.textContent = detail; });
    this.talk.addEventListener("trouble", ({ detail }) => this.tell(this.say(detail)));
    this.refresh();
    if (this.talk.isKnown && (user || this.about.anonymous)) this.begin();
  }

  identify(user) {
    const wasOpen = this.dialog.open;
    if (wasOpen) this.close();
    this.meet(user?.id ? user : null);
    this.hidden = !user?.id && !this.about.anonymous;
    if (wasOpen) this.open();
  }

  // --- drawing ------------------------------------------------------------------------------------------------------

  draw() {
    const { say, title } = this;
    this.badge = el("span", { class: "badge", "aria-hidden": "true", hidden: true });
    this.launch = el("button", { type: "button", class: "launch", "aria-haspopup": "dialog", "aria-expanded": "false", "aria-label": say("open"), onclick: () => this.toggle() }, icon("chat"), icon("close"), this.badge);
    this.news = el("p", { class: "sr", role: "status" });
    this.line = el("p", { class: "line", role: "status" });
    this.queue = el("p", { class: "queue", role: "status" });
    this.partner = el("span", { class: "grow" });
    this.person = el("button", { type: "button", class: "person", hidden: true, onclick: () => this.choose(this.way) });
    this.bar = el("div", { class: "bar", hidden: true }, icon("person"), this.partner, this.person);
    this.earlier = el("button", { type: "button", class: "link earlier", hidden: true, onclick: () => this.talk.showEarlier().catch(() => {}) }, say("earlier"));
    this.log = el("div", { class: "log", role: "log", tabindex: "0", "aria-label": say("messages"), "aria-live": "polite" }, this.greeting());
    this.composer = new Composer({ say, talk: this.talk, language: this.language, takesFiles: this.about.files, onSent: () => this.toEnd() });
    this.dialog = el("dialog", { "aria-labelledby": "title" },
      el("div", { class: "head" },
        el("div", { class: "grow" }, el("h2", { id: "title" }, title), el("p", {}, icon("lock"), say("private", { title }))),
        el("button", { type: "button", class: "tool", "aria-label": say("close"), onclick: () => this.close() }, icon("down"))),
      this.bar, this.line, this.queue, this.log, this.composer.element);
    this.dialog.addEventListener("cancel", (event) => { event.preventDefault(); this.close(); });
    this.dialog.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.isComposing) { event.stopPropagation(); event.preventDefault(); this.close(); }
    });
    this.message = new MessageView({
      say, title, origin: this.origin, language: this.language,
      onRetry: (id) => this.talk.retry(id), onDiscard: (id) => { this.talk.discard(id); this.composer.text.focus(); },
      onChoice: (choice) => this.choose(choice), onRate: (id, good) => this.rate(id, good),
    });
    this.root.replaceChildren(this.launch, this.news, this.dialog);
    this.isAtEnd = true; // what comes above or below the messages does not push the newest out of sight
    this.log.addEventListener("scroll", () => { this.isAtEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 80; }, { passive: true });
    new ResizeObserver(() => { if (this.isAtEnd) this.toEnd(); }).observe(this.log);
  }

  greeting() {
    return el("article", { class: "msg" },
      el("span", { class: "av", "aria-hidden": "true" }, this.title.slice(0, 1).toUpperCase()),
      el("div", { class: "meta" }, el("b", {}, this.title)),
      el("div", { class: "bubble" }, el("p", {}, this.about.greeting || this.say("hello"))));
  }

  /** Draw what changed, leave alone what did not: a screen reader hears only what is new. */
  refresh() {
    const rows = this.talk.inOrder;
    const shown = new Set(rows.map((row) => row.client).filter(Boolean));
    const queue = this.talk.store.read().queue.filter((item) => !shown.has(item.id));
    const asking = this.asking(rows, queue);
    const wanted = [];
    let day = "";
    for (const row of rows) {
      const name = this.message.dayName(row.at);
      if (name !== day) wanted.push([`day ${name}`, name, () => el("p", { class: "day" }, name)]);
      day = name;
      const looks = { ...row, delivery: "", helped: null, files: row.files.map((file) => [file.id, file.ready]) };
      wanted.push([row.client || `m${row.id}`, JSON.stringify(looks), () => this.message.ofRow(row)]);
      if (row.ratable) wanted.push([`rating ${row.id}`, "", () => this.message.rating(row)]);
      if (row === asking && row.choices.some((one) => one.id !== PERSON)) wanted.push([`choices ${row.id}`, JSON.stringify(row.choices), () => this.message.choices(row)]);
    }
    for (const item of queue) wanted.push([item.id, JSON.stringify({ ...item, tried: 0 }), () => this.message.ofItem(item)]);
    const wasAtEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 80;
    this.place(wanted);
    this.earlier.hidden = !this.talk.hasEarlier;
    if (this.talk.hasEarlier && !this.earlier.isConnected) this.log.prepend(this.earlier);
    this.tellPartner(rows.findLast((row) => row.from === "agent" || row.from === "bot"));
    this.showPerson(asking?.choices.find((one) => one.id === PERSON));
    if (wasAtEnd) this.toEnd();
    this.count(rows);
  }

  /** The row whose choices may still be pressed: nobody has said anything since. */
  asking(rows, queue) {
    const last = rows.findLast((row) => row.from === "me" || row.from === "agent" || row.choices?.length);
    return last?.choices?.length && !queue.length ? last : null;
  }

  /** Press a choice: it is a message of the visitor. What stands in the composer stays there. */
  choose({ id, title }) {
    this.talk.write(title, [], id);
    this.log.focus({ preventScroll: true });
    this.toEnd();
  }

  /** Say whether an answer helped; whether the server has heard it. */
  async rate(id, good) {
    try {
      await this.talk.rate(id, good);
      this.news.textContent = this.say("thanks");
      return true;
    } catch {
      this.tell(this.say("not_rated"));
      return false;
    }
  }

  /** Who is answering: a person with a name, or a machine that says so. */
  tellPartner(row) {
    this.bar.hidden = !row || (row.from === "agent" && !row.author);
    if (this.bar.hidden) return;
    this.bar.classList.toggle("bot", row.from === "bot");
    const words = row.from === "bot" ? this.say("with_bot") : this.say("with_person", { name: row.author });
    if (this.partner.textContent !== words) this.partner.textContent = words;
  }

  /** The way to a person stands above the messages, where it does not scroll away. */
  showPerson(way) {
    if (!way && this.root.activeElement === this.person) this.log.focus({ preventScroll: true });
    this.way = way;
    this.person.hidden = !way;
    this.person.textContent = way?.title ?? "";
  }

  place(wanted) {
    const keys = new Set(wanted.map(([key]) => key));
    for (const [key, view] of this.views) {
      if (!keys.has(key)) { view.element.remove(); this.views.delete(key); }
    }
    let before = this.log.querySelector(":scope > .msg");
    for (const [key, state, make] of wanted) {
      let view = this.views.get(key);
      if (!view) {
        view = { state, element: make() };
        this.views.set(key, view);
      } else if (view.state !== state) {
        const fresh = make();
        view.element.replaceChildren(...fresh.childNodes);
        view.element.className = fresh.className;
        view.state = state;
      }
      if (before.nextElementSibling !== view.element) before.after(view.element);
      before = view.element;
    }
  }

  toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
  }

  // --- what is new --------------------------------------------------------------------------------------------------

  count(rows) {
    const answers = rows.filter((row) => row.from !== "me");
    const seen = this.talk.store.read().seen ?? 0;
    const fresh = answers.filter((row) => row.id > seen);
    if (this.dialog.open && document.visibilityState !== "hidden") {
      if (fresh.length) {
        this.talk.store.change((state) => { state.seen = Math.max(state.seen ?? 0, fresh.at(-1).id); });
        this.talk.seen(fresh.map((row) => row.id));
      }
      return this.showCount(0);
    }
    const latest = fresh.at(-1);
    if (latest && latest.id !== this.announced) {
      this.announced = latest.id;
      this.news.textContent = this.say("new_from", { name: this.message.author(latest), text: latest.text.slice(0, 200) });
    }
    return this.showCount(fresh.length);
  }

  showCount(count) {
    this.badge.hidden = !count;
    this.badge.textContent = count > 9 ? "9+" : String(count);
    const closed = count ? this.say("open_new", { count }) : this.say("open");
    this.launch.setAttribute("aria-label", this.dialog.open ? this.say("close") : closed);
  }

  tell(text) {
    this.line.textContent = text;
  }

  tellConnection(is) {
    clearTimeout(this.fading);
    this.tell(this.say(is ? "online" : "offline"));
    if (is) this.fading = setTimeout(() => this.tell(""), 3_000);
  }

  // --- open and close -----------------------------------------------------------------------------------------------

  toggle() {
    if (this.dialog.open) this.close();
    else this.open();
  }

  open() {
    if (this.dialog.open) return;
    if (matchMedia(SMALL).matches) this.dialog.showModal();
    else this.dialog.show();
    this.talk.isOpen = true;
    this.launch.setAttribute("aria-expanded", "true");
    this.news.textContent = "";
    this.composer.text.focus();
    this.refresh();
    this.toEnd();
    if (this.talk.key) this.talk.wake();
    else this.begin();
  }

  close() {
    if (!this.dialog.open) return;
    this.dialog.close();
    this.talk.isOpen = false;
    this.launch.setAttribute("aria-expanded", "false");
    this.refresh();
    this.launch.focus();
  }

  async begin() {
    const { talk } = this;
    this.log.setAttribute("aria-busy", "true");
    try {
      await talk.begin();
      await talk.flush();
    } catch (error) {
      if (talk !== this.talk) return;
      if (error.code === "website" || error.code === "not_vouched_for" || error.code === "sign_in") {
        console.warn(`Ascolto: ${error.message}`);
        this.close();
        this.hidden = true;
      } else {
        if (error.status === 404) this.tell(this.say("closed"));
        clearTimeout(this.soon);
        this.soon = setTimeout(() => this.begin(), (error.wait ?? 5) * 1_000);
      }
    } finally {
      this.log.removeAttribute("aria-busy");
    }
  }
}

/** Put the chat on the page. */
export async function start(given) {
  if (!customElements.get("ascolto-chat")) customElements.define("ascolto-chat", AscoltoChat);
  if (!document.body) await new Promise((ready) => document.addEventListener("DOMContentLoaded", ready, { once: true }));
  const chat = document.createElement("ascolto-chat").setUp(given);
  chat.hidden = !given.settings.user?.id && !given.about.anonymous;
  document.body.append(chat);
  return chat;
}
