/* What the menus inside the text offer from here: `/` saved replies with their gaps filled, `#` conversations that this person may see. */
import { registerTrigger } from "./suggest.js";
import { wordOf } from "./composer.js";

const base = () => document.getElementById("composer").dataset.base;

async function ask(address, query) {
  const answer = await fetch(`${address}?${new URLSearchParams({ q: query })}`, { credentials: "same-origin", headers: { Accept: "application/json", "HX-Request": "true" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()).found;
}

registerTrigger("/", {
  get label() { return wordOf("replies"); },
  spaces: true,
  find: async (query) => (await ask(`${base()}replies/`, query)).map((one) => ({ ...one, hint: `/${one.shortcut}${one.language ? ` · ${one.language}` : ""}`, detail: one.text, warns: one.sells ? wordOf("commercial") : "" })),
  picked: (item) => { // what was used is counted when it leaves
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "saved_reply", value: item.id });
    document.getElementById("composer")?.append(field);
  },
});

registerTrigger("#", {
  get label() { return wordOf("conversations"); },
  modes: ["note"],
  spaces: true,
  find: async (query) => (query.length > 1 ? (await ask(`${base()}named/`, query)).map((one) => ({ title: one.number, hint: one.customer, detail: one.about, text: `#${one.number} ` })) : []),
});

document.addEventListener("composer:sent", () => { for (const field of document.querySelectorAll("#composer [name=saved_reply]")) field.remove(); });
