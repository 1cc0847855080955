/* The conversation with the server: nothing that was written is lost, nothing arrives twice.

   A message gets its id here and stays in the queue until the server shows it back. Sending again is harmless.
   News come by Server-Sent Events while the page is visible, by asking now and then otherwise. */

const OVERLAP = 10; // rows asked for again, so that one that was committed late is not missed
const RESEND_AFTER = 60_000; // taken by the server, but never shown back
const WAIT_PAUSE = 15_000; // milliseconds between two looks at the queue
const PAUSES = { open: 4_000, closed: 25_000, hidden: 45_000 };

export class Talk extends EventTarget {
  constructor({ about, origin, store, user, language }) {
    super();
    Object.assign(this, { about, origin, store, user, language });
    this.rows = new Map();
    this.limits = { max_length: 10_000, max_file_bytes: 25 * 1048576, max_files: 10 };
    this.key = "";
    this.isConnected = true;
    this.isOpen = false;
    this.hasEarlier = false;
    this.failures = 0;
    this.sending = false;
    this.over = new AbortController();
    const { signal } = this.over;
    store.watch(() => this.changed(), signal);
    addEventListener("online", () => this.wake(), { signal });
    addEventListener("offline", () => this.connected(false), { signal });
    document.addEventListener("visibilitychange", () => this.wake(), { signal });
  }

  /** Somebody else sits here now: nothing of this conversation goes on in this page. */
  end() {
    this.over.abort();
    this.quiet();
    clearTimeout(this.later);
    this.key = "";
    // what the server has needs no copy in a browser that others may use
    if (this.user) this.store.change((state) => { state.queue = state.queue.filter((item) => item.state !== "accepted"); });
  }

  // --- requests -----------------------------------------------------------------------------------------------------

  async ask(what, { method = "GET", json, body, type } = {}) {
    const headers = {};
    if (this.key) headers.authorization = `Bearer ${this.key}`;
    if (json || type) headers["content-type"] = type || "application/json";
    let answer;
    try {
      answer = await fetch(new URL(this.about.base + what, this.origin), {
        method,
        headers,
        body: json ? JSON.stringify(json) : body,
        credentials: "omit",
        signal: this.over.signal,
        referrerPolicy: "strict-origin-when-cross-origin",
      });
    } catch {
      if (!this.over.signal.aborted) this.connected(false);
      throw Object.assign(new Error("network"), { code: "network" });
    }
    if (answer.status >= 500) {
      this.connected(false);
      throw Object.assign(new Error("server"), { code: "network" });
    }
    this.connected(true);
    const said = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
    if (answer.ok) return said;
    const wait = Number(answer.headers.get("retry-after")) || 5;
    throw Object.assign(new Error(said.message || "refused"), { code: said.error || "refused", status: answer.status, wait });
  }

  connected(is) {
    if (this.isConnected === is) return;
    this.isConnected = is;
    this.dispatchEvent(new CustomEvent("connection", { detail: is }));
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }

  // --- session ------------------------------------------------------------------------------------------------------

  /** Whether this visitor has written here before. */
  get isKnown() {
    const { key, used, queue } = this.store.read();
    return Boolean(used || key || queue.length);
  }

  /** Begin, or begin again; several callers share one attempt. */
  begin() {
    this.beginning ??= this.store
      .alone(() => this._begin())
      .finally(() => {
        this.beginning = null;
      });
    return this.beginning;
  }

  async _begin() {
    const said = this.user ? { user: this.user } : { visitor: this.store.read().key };
    this.key = "";
    const session = await this.ask("session", { method: "POST", json: said });
    this.key = session.visitor;
    if (!this.user) this.store.change((state) => { state.key = session.visitor; });
    this.limits = session;
    this.live = session.live;
    this.hasEarlier = session.messages.length >= 200;
    this.take(session.messages);
    this.listen();
  }

  /** Do something with a key; when the key is no longer good, once more with a new one. */
  async withKey(work) {
    if (!this.key) await this.begin();
    try {
      return await work();
    } catch (error) {
      if (error.status !== 401) throw error;
      this.store.change((state) => { delete state.key; });
      this.rows.clear(); // the next key may be another visitor's
      await this.begin();
      return work();
    }
  }

  // --- reading ------------------------------------------------------------------------------------------------------

  take(rows) {
    const clients = new Set();
    for (const row of rows) {
      this.rows.set(row.id, row);
      if (row.client) clients.add(row.client);
    }
    if (clients.size && this.store.read().queue.some((item) => clients.has(item.id))) {
      this.store.change((state) => { state.queue = state.queue.filter((item) => !clients.has(item.id)); });
    }
    if (rows.length) this.changed();
  }

  get inOrder() {
    return [...this.rows.values()].sort((a, b) => a.at.localeCompare(b.at) || a.id - b.id);
  }

  get lastId() {
    return Math.max(0, ...this.rows.keys());
  }

  async sync() {
    const ids = [...this.rows.keys()].sort((a, b) => b - a);
    const after = ids[Math.min(OVERLAP, ids.length - 1)] ?? 0;
    this.take((await this.withKey(() => this.ask(`messages?after=${after > 0 ? after - 1 : 0}`))).messages);
  }

  async showEarlier() {
    const before = Math.min(...this.rows.keys());
    const { messages } = await this.withKey(() => this.ask(`messages?before=${before}`));
    this.hasEarlier = messages.length >= 200;
    this.take(messages);
    this.changed();
  }

  /** The visitor has these answers in front of them. */
  async seen(ids) {
    await this.withKey(() => this.ask("seen", { method: "POST", json: { ids: ids.slice(-100) } })).catch(() => {});
  }

  /** Whether an answer of the automatic assistant helped; what the server keeps now. */
  async rate(id, good) {
    const row = this.rows.get(id);
    await this.withKey(() => this.ask("rate", { method: "POST", json: { id, good } }));
    if (row) row.helped = good;
  }

  // --- news ---------------------------------------------------------------------------------------------------------

  listen() {
    this.quiet();
    if (this.over.signal.aborted) return;
    if (document.visibilityState !== "hidden" && this.live) {
      const stream = new EventSource(new URL(`${this.live}&after=${this.lastId}`, this.origin));
      this.stream = stream;
      stream.addEventListener("open", () => this.sync().catch(() => {}));
      stream.addEventListener("message", (event) => {
        try {
          this.take([JSON.parse(event.data)]);
        } catch {
          this.sync().catch(() => {});
        }
      });
    }
    this.schedule();
  }

  quiet() {
    this.stream?.close();
    this.stream = null;
    clearTimeout(this.timer);
  }

  schedule() {
    clearTimeout(this.timer);
    if (this.over.signal.aborted) return;
    const pace = document.visibilityState === "hidden" ? "hidden" : this.isOpen ? "open" : "closed";
    const pause = PAUSES[pace] * (0.8 + Math.random() * 0.4) * Math.min(8, 1 + this.failures);
    this.timer = setTimeout(() => this.tick(), pause);
  }

  async tick() {
    try {
      const isLive = this.stream?.readyState === EventSource.OPEN && this.isConnected;
      if (!isLive) await this.sync();
      if (document.visibilityState !== "hidden" && (!this.stream || this.stream.readyState === EventSource.CLOSED)) {
        this.failures = 0;
        return this.listen();
      }
      this.failures = 0;
      await this.flush();
      await this.askWait();
    } catch {
      this.failures += 1;
    }
    return this.schedule();
  }

  /** Where the visitor stands in the queue, while they look and nobody has answered yet. */
  async askWait() {
    const last = this.inOrder.findLast((row) => row.from === "me" || row.from === "agent");
    const waits = this.isOpen && this.key && document.visibilityState !== "hidden" && last?.from === "me";
    if (waits && Date.now() - (this.askedWaitAt ?? 0) < WAIT_PAUSE) return;
    this.askedWaitAt = waits ? Date.now() : 0;
    const words = waits ? (await this.ask("wait")).words || "" : "";
    this.dispatchEvent(new CustomEvent("wait", { detail: words }));
  }

  /** Something changed around us: the page is visible again, the network is back. */
  async wake() {
    if (!this.key && !this.isKnown) return;
    if (document.visibilityState === "hidden") {
      this.quiet();
      this.schedule();
      return;
    }
    this.failures = 0;
    try {
      if (this.key) {
        await this.sync();
        if (!this.stream || this.stream.readyState === EventSource.CLOSED) this.listen();
      }
      await this.flush();
    } catch {
      this.schedule();
    }
  }

  // --- writing ------------------------------------------------------------------------------------------------------

  /** Put a message into the queue; it is kept from this moment on. */
  write(text, files, payload = "") {
    const id = crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");
    this.store.change((state) => {
      const pressed = payload ? { payload } : {};
      state.queue.push({ id, text, files, ...pressed, at: new Date().toISOString(), state: "waiting", page: location.origin + location.pathname });
      state.used = true;
      if (!payload) delete state.draft;
    });
    this.changed();
    return this.flush();
  }

  retry(id) {
    this.mark(id, "waiting");
    return this.flush();
  }

  discard(id) {
    this.store.change((state) => { state.queue = state.queue.filter((item) => item.id !== id); });
    this.changed();
  }

  mark(id, state, reason = "") {
    this.store.change(({ queue }) => {
      const item = queue.find((one) => one.id === id);
      if (item) Object.assign(item, { state, reason, tried: Date.now() });
    });
    this.changed();
  }

  next() {
    const now = Date.now();
    return this.store.read().queue.find(
      (item) => item.state === "waiting" || item.state === "sending" || (item.state === "accepted" && now - item.tried > RESEND_AFTER),
    );
  }

  /** Send what waits, in its order. */
  async flush() {
    if (this.sending || this.over.signal.aborted) return;
    this.sending = true;
    try {
      for (let item = this.next(); item; item = this.next()) {
        this.mark(item.id, "sending");
        if (!(await this.post(item))) break;
      }
    } finally {
      this.sending = false;
    }
  }

  async post(item) {
    const said = { id: item.id, text: item.text, files: (item.files ?? []).map((file) => file.file), page: item.page, language: this.language, payload: item.payload };
    try {
      await this.withKey(() => this.ask("messages", { method: "POST", json: said }));
      this.mark(item.id, "accepted");
      if (this.stream?.readyState !== EventSource.OPEN) setTimeout(() => this.sync().catch(() => {}), 400);
      return true;
    } catch (error) {
      if (error.code === "network") {
        this.mark(item.id, "waiting");
        this.again(Math.min(30_000, 1_000 * 2 ** Math.min(5, this.failures++)));
        return false;
      }
      if (error.status === 429) {
        this.mark(item.id, "waiting");
        this.dispatchEvent(new CustomEvent("trouble", { detail: "too_fast" }));
        this.again(error.wait * 1_000);
        return false;
      }
      if (error.status === 404) {
        this.mark(item.id, "waiting");
        this.dispatchEvent(new CustomEvent("trouble", { detail: "closed" }));
        return false;
      }
      this.mark(item.id, "failed", error.message);
      return true;
    }
  }

  again(pause) {
    clearTimeout(this.later);
    if (this.over.signal.aborted) return;
    this.later = setTimeout(() => this.flush(), pause);
  }

  /** Put a file down at the server; what comes back is attached to a message. */
  upload(file) {
    const address = `files?name=${encodeURIComponent(file.name.slice(0, 200))}`;
    const type = file.type || "application/octet-stream";
    return this.withKey(() => this.ask(address, { method: "POST", body: file, type }));
  }
}
