/* The widget's looks, as a style sheet that no Content-Security-Policy of the host page minds. Values of the design system. */

const LIGHT = `
  --raised: #ffffff; --well: #e9eef4; --soft: #f5f7fa; --line: #dce1e7; --control: #7c8793;
  --ink: #161f28; --ink-2: #424c56; --ink-3: #57626d;
  --accent: #2d6696; --on-accent: #ffffff; --accent-ink: #195686; --bad: #a72120; --bad-soft: #ffefee; --warn-soft: #fff2df; --warn-ink: #894609; --ok-soft: #e3f9ec; --ok-ink: #085e38; --ok-line: #a8dcbd; --focus: #006bbb;
  --machine: #f7f9fb; --machine-line: #76828e;
  --shadow: 0 0 0 1px rgb(22 36 50 / .06), 0 24px 60px -12px rgb(22 36 50 / .28); color-scheme: light;`;
const DARK = `
  --raised: #1b2128; --well: #2a323b; --soft: #212830; --line: #38414a; --control: #8590a0;
  --ink: #eaedf1; --ink-2: #b8bec5; --ink-3: #a5adb6;
  --accent: #7cb6e4; --on-accent: #07121e; --accent-ink: #94c8f1; --bad: #ff9f9c; --bad-soft: #3e1d1b; --warn-soft: #352311; --warn-ink: #f7bf7d; --ok-soft: #132b1f; --ok-ink: #82d8a7; --ok-line: #27533c; --focus: #60c2ff;
  --machine: #171c21; --machine-line: #77818d;
  --shadow: 0 0 0 1px rgb(255 255 255 / .1), 0 24px 60px -12px rgb(0 0 0 / .7); color-scheme: dark;`;

const CSS = `
:host { all: initial; position: fixed; inset-block-end: 0; inset-inline-end: 0; z-index: 2147483000; ${LIGHT}
  font: 400 15px/1.45 Figtree, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; color: var(--ink); }
:host([data-theme="dark"]) { ${DARK} }
@media (prefers-color-scheme: dark) { :host(:not([data-theme="light"])) { ${DARK} } }
:host([hidden]) { display: none; }
*, *::before, *::after { box-sizing: border-box; }
p, b { margin: 0; overflow-wrap: anywhere; } b { font-weight: 600; }
button, textarea, a { font: inherit; color: inherit; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.icon { width: 1.25rem; height: 1.25rem; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; flex: none; }
.grow { flex: 1; min-width: 0; } .quiet { color: var(--ink-3); } .row { display: flex; gap: 12px; }

.launch { position: fixed; inset-block-end: 20px; inset-inline-end: 20px; width: 56px; height: 56px; border: 0; border-radius: 50%; display: grid; place-items: center;
  background: var(--accent); color: var(--on-accent); cursor: pointer; box-shadow: var(--shadow); }
.launch .icon { width: 26px; height: 26px; } .launch[aria-expanded="true"] .icon:first-child, .launch[aria-expanded="false"] .icon + .icon { display: none; }
.badge { position: absolute; inset-block-start: -4px; inset-inline-end: -4px; min-width: 22px; height: 22px; padding: 0 6px; border-radius: 11px; background: var(--bad); color: var(--raised);
  font-size: 12px; font-weight: 600; line-height: 22px; text-align: center; font-variant-numeric: tabular-nums; box-shadow: 0 0 0 2px var(--raised); }
.badge[hidden] { display: none; }

dialog { position: fixed; inset: auto; inset-block-end: 88px; inset-inline-end: 20px; margin: 0; padding: 0; border: 0; width: 24.5rem; max-width: calc(100vw - 40px);
  height: min(44rem, calc(100dvh - 108px)); max-height: none; border-radius: 16px; background: var(--raised); color: var(--ink); box-shadow: var(--shadow); overflow: hidden; }
dialog[open] { display: flex; flex-direction: column; }
dialog::backdrop { background: none; }
:host([data-position="left"]) .launch, :host([data-position="left"]) dialog { inset-inline: 20px auto; }

.head { display: flex; align-items: center; gap: 10px; padding: 12px 8px 10px 16px; line-height: 1.3; border-block-end: 1px solid var(--line); }
.head h2 { margin: 0; font-size: 16px; font-weight: 600; } .head p { font-size: 12px; color: var(--ink-2); display: flex; gap: 4px; align-items: center; } .head p .icon { width: 13px; height: 13px; }
.tool { width: 40px; height: 40px; flex: none; display: grid; place-items: center; border: 0; border-radius: 8px; background: none; color: var(--ink-2); cursor: pointer; }
.tool:hover { background: var(--well); color: var(--ink); }
.bar { display: flex; align-items: center; gap: 6px; padding: 7px 16px; font-size: 12px; background: var(--ok-soft); border-block-end: 1px solid var(--ok-line); } .bar[hidden] { display: none; } .bar .icon { width: 15px; height: 15px; color: var(--ok-ink); }
.bar.bot { background: var(--machine); border-block-end: 1px dashed var(--machine-line); } .bar.bot .icon { display: none; }
.person { flex: none; min-height: 36px; padding: 5px 14px; border: 0; border-radius: 8px; background: var(--accent); color: var(--on-accent); font-size: 13px; font-weight: 600; cursor: pointer; } .person[hidden] { display: none; } .person:hover { filter: brightness(.94); }
.queue { padding: 7px 16px; font-size: 13px; background: var(--soft); border-block-end: 1px solid var(--line); font-variant-numeric: tabular-nums; } .queue:empty { display: none; }
.line { padding: 8px 16px; font-size: 13px; background: var(--warn-soft); color: var(--warn-ink); } .line:empty { display: none; }

.log { flex: 1; min-height: 0; overflow: auto; overscroll-behavior: contain; padding: 16px; display: flex; flex-direction: column; gap: 12px; }
.log:focus-visible { outline-offset: -2px; }
.log > :first-child { margin-block-start: auto; }
.day { align-self: center; font-size: 12px; color: var(--ink-3); }
.msg { display: grid; grid-template-columns: 28px minmax(0, 1fr); column-gap: 8px; max-width: 90%; justify-items: start; }
.msg > * { grid-column: 2; }
.av { grid-column: 1 !important; grid-row: 1 / span 2; align-self: end; width: 28px; height: 28px; border-radius: 50%; display: grid; place-items: center; background: var(--well); color: var(--ink-2); font-size: 11px; font-weight: 600; }
.av.bot .icon { width: 16px; height: 16px; } .av.bot { border-radius: 28%; border: 1px dashed var(--machine-line); background: var(--machine); }
.meta { font-size: 12px; color: var(--ink-3); margin-block-end: 3px; } .meta b { color: var(--ink); margin-inline-end: 6px; }
.bubble { border-radius: 12px; border-end-start-radius: 4px; background: var(--well); padding: 8px 12px; max-width: 100%; display: grid; gap: 6px; }
.bubble p { white-space: pre-wrap; } .bubble a { color: inherit; text-underline-offset: .18em; }
.bubble.bot { background: var(--machine); border: 1px dashed var(--machine-line); }
.msg.me { align-self: flex-end; grid-template-columns: minmax(0, 1fr); justify-items: end; } .msg.me > * { grid-column: 1; }
.msg.me .bubble { background: var(--accent); color: var(--on-accent); border-radius: 12px; border-end-end-radius: 4px; } .msg.me .bubble .quiet { color: inherit; }
.msg.failed .bubble { background: var(--bad-soft); color: var(--ink); }
.note { font-size: 12px; color: var(--ink-3); margin-block-start: 3px; } .failed .note { color: var(--bad); }
.choices { display: flex; flex-wrap: wrap; gap: 6px; padding-inline-start: 36px; }
.choice { max-width: 100%; min-height: 40px; padding: 7px 14px; border: 1px solid var(--control); border-radius: 8px; background: var(--raised); color: var(--ink); font-weight: 500; text-align: start; overflow-wrap: anywhere; cursor: pointer; }
.choice:hover { background: var(--well); } .choice .about { display: block; font-size: 12px; font-weight: 400; color: var(--ink-3); }
.rating { display: flex; flex-wrap: wrap; gap: 2px 14px; padding-inline-start: 36px; margin-block-start: -8px; }
.rate { border: 0; background: none; min-height: 32px; padding: 4px 0; font-size: 13px; color: var(--ink-2); text-decoration: underline; text-underline-offset: .18em; cursor: pointer; }
.rate:hover { color: var(--ink); } .rate[aria-pressed="true"] { color: var(--ok-ink); font-weight: 600; text-decoration: none; }
.rate[aria-pressed="true"]::after { content: " ✓"; }
@media (pointer: coarse) { .choice, .rate, .person { min-height: 44px; } }
.file { display: flex; align-items: center; gap: 8px; font-size: 13px; min-width: 0; min-height: 28px; } .file .grow { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.link { border: 0; background: none; padding: 4px 0; min-height: 28px; color: var(--accent-ink); text-decoration: underline; text-underline-offset: .18em; cursor: pointer; font-size: 13px; }
.earlier { align-self: center; }

.chips { display: grid; gap: 4px; padding: 8px 12px 0; } .chips:empty { display: none; }
.chips .file { background: var(--soft); border-radius: 8px; padding: 0 4px 0 10px; min-height: 40px; } .chips .bad { background: var(--bad-soft); color: var(--bad); } .chips .bad .grow { white-space: normal; }
form { display: flex; align-items: flex-end; gap: 2px; margin: 10px 12px 12px; padding: 4px; border: 1px solid var(--control); border-radius: 12px; background: var(--raised); }
form:focus-within { border-color: var(--focus); box-shadow: 0 0 0 1px var(--focus); }
textarea { flex: 1; min-width: 0; border: 0; background: none; resize: none; padding: 8px; font-size: 16px; line-height: 1.35; max-height: 8.5rem; color: var(--ink); } textarea:focus-visible { outline: none; }
textarea::placeholder { color: var(--ink-3); opacity: 1; }
.go { background: var(--accent); color: var(--on-accent); } .go:hover { background: var(--accent); color: var(--on-accent); filter: brightness(.94); }

@media (max-width: 30em), (max-height: 26em) {
  dialog { inset: 0 !important; width: 100vw; max-width: none; height: 100dvh; border-radius: 0; padding-block-end: env(safe-area-inset-bottom); }
}
@media (forced-colors: active) { .bubble, .launch, dialog { border: 1px solid; } }
@media print { :host { display: none; } }
`;

export function sheet() {
  const made = new CSSStyleSheet();
  made.replaceSync(CSS);
  return made;
}

/** Black or white, whichever is easier to read on the company's colour. */
export function inkOn(colour) {
  const [r, g, b] = [1, 3, 5].map((place) => {
    const part = parseInt(colour.slice(place, place + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? "#07121e" : "#ffffff";
}
