/* Where the visitor writes: text that survives a reload, files that travel while the text is still being written. */
import { el, icon, size } from "./draw.js";

export class Composer {
  constructor({ say, talk, language, takesFiles, onSent }) {
    Object.assign(this, { say, talk, language, onSent });
    this.files = [];
    this.text = el("textarea", { id: "text", rows: "1", placeholder: say("write_here"), autofocus: true, enterkeyhint: "send" });
    this.text.value = talk.store.read().draft ?? "";
    this.picker = el("input", { type: "file", multiple: true, hidden: true, tabindex: "-1", "aria-hidden": "true" });
    this.chips = el("div", { class: "chips" });
    this.trouble = el("p", { class: "sr", role: "alert" });
    const attach = el("button", { type: "button", class: "tool", "aria-label": say("attach"), onclick: () => this.picker.click() }, icon("clip"));
    this.form = el("form", {},
      el("label", { class: "sr", for: "text" }, say("write")),
      this.text,
      takesFiles ? attach : null,
      takesFiles ? this.picker : null,
      el("button", { type: "submit", class: "tool go", "aria-label": say("send") }, icon("send")));
    this.element = el("div", {}, this.chips, this.trouble, this.form);
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    this.text.addEventListener("input", () => this.typed());
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.send(); }
    });
    this.text.addEventListener("paste", (event) => {
      if (takesFiles && event.clipboardData?.files.length) { event.preventDefault(); this.add(event.clipboardData.files); }
    });
    this.picker.addEventListener("change", () => { this.add(this.picker.files); this.picker.value = ""; });
  }

  typed() {
    this.text.style.height = "auto";
    this.text.style.height = `${this.text.scrollHeight}px`;
    this.text.maxLength = this.talk.limits.max_length;
    this.talk.store.change((state) => { state.draft = this.text.value; });
  }

  add(files) {
    for (const file of files) {
      if (this.files.length >= this.talk.limits.max_files) {
        this.complain(this.say("too_many", { limit: this.talk.limits.max_files }));
        break;
      }
      const chip = { name: file.name, size: file.size, blob: file, state: "new", reason: "" };
      this.files.push(chip);
      if (file.size > this.talk.limits.max_file_bytes) {
        this.fail(chip, this.say("too_big", { limit: Math.floor(this.talk.limits.max_file_bytes / 1048576) }));
      } else this.upload(chip);
    }
    this.draw();
  }

  async upload(chip) {
    chip.state = "uploading";
    this.draw();
    try {
      const kept = await this.talk.upload(chip.blob);
      Object.assign(chip, kept, { state: "ready" });
    } catch (error) {
      this.fail(chip, error.code === "network" ? this.say("no_network") : error.message, error.code === "network");
    }
    this.draw();
    if (this.sendWhenReady && !this.files.some((one) => one.state === "uploading")) this.send();
  }

  fail(chip, reason, canRetry = false) {
    Object.assign(chip, { state: "failed", reason, canRetry });
    this.sendWhenReady = false;
    this.complain(this.say("upload_failed", { name: chip.name, reason }));
  }

  complain(text) {
    this.trouble.textContent = text;
  }

  remove(chip) {
    this.files = this.files.filter((one) => one !== chip);
    this.draw();
    this.text.focus();
  }

  draw() {
    this.chips.replaceChildren(...this.files.map((chip) => {
      const failed = chip.state === "failed";
      const told = failed ? this.say("upload_failed", { name: chip.name, reason: chip.reason }) : chip.state === "ready" ? chip.name : this.say("uploading", { name: chip.name });
      return el("div", { class: failed ? "file bad" : "file" },
        icon("file"),
        el("span", { class: "grow" }, told),
        failed ? null : el("span", { class: "quiet" }, size(chip.size, this.language)),
        chip.canRetry ? el("button", { type: "button", class: "link", onclick: () => this.upload(chip) }, this.say("again")) : null,
        el("button", { type: "button", class: "tool", "aria-label": this.say("remove", { name: chip.name }), onclick: () => this.remove(chip) }, icon("close")));
    }));
  }

  send() {
    if (this.files.some((chip) => chip.state === "uploading")) {
      this.sendWhenReady = true;
      this.complain(this.say("file_wait"));
      return;
    }
    this.sendWhenReady = false;
    const ready = this.files.filter((chip) => chip.state === "ready");
    const text = this.text.value.trim();
    if (!text && !ready.length) { this.text.focus(); return; }
    this.talk.write(text, ready.map(({ file, name, size: bytes }) => ({ file, name, size: bytes })));
    this.files = this.files.filter((chip) => chip.state === "failed");
    this.text.value = "";
    this.text.style.height = "auto";
    this.complain("");
    this.draw();
    this.text.focus();
    this.onSent();
  }
}
