/* What this browser remembers of one visitor: the key, what is not sent yet, the draft, what was seen.
   Two tabs share it, so every change reads first. Where storage is forbidden, memory has to do. */

export class Store {
  constructor(token, userId = "") {
    this.name = `ascolto.chat.${token}${userId ? `.${userId}` : ""}`;
    this.memory = "{}";
  }

  read() {
    try {
      return { queue: [], ...JSON.parse(localStorage.getItem(this.name) ?? this.memory) };
    } catch {
      return { queue: [], ...JSON.parse(this.memory) };
    }
  }

  /** Change what is remembered: `change` gets the present state and alters it. */
  change(change) {
    const state = this.read();
    change(state);
    this.memory = JSON.stringify(state);
    try {
      localStorage.setItem(this.name, this.memory);
    } catch {
      /* private mode or full: it lives as long as the page */
    }
    return state;
  }

  /** Be told when another tab changed something. */
  watch(told, signal) {
    addEventListener("storage", (event) => event.key === this.name && told(), { signal });
  }

  /** Do something that only one tab may do at a time. */
  alone(work) {
    return navigator.locks ? navigator.locks.request(this.name, work) : work();
  }
}
