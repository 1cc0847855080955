/* What surrounds a sending: the key that makes it one, the reason why not, what is said after it. */

/** A key nobody else has: the same form sent twice is one message. */
export const newKey = () => (crypto.randomUUID ? crypto.randomUUID() : Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, "0")).join(""));

/** The box that says why something did not go. */
export function refusal(text) {
  const box = document.createElement("div"), inner = document.createElement("div"), bold = document.createElement("b");
  box.className = "guard";
  box.setAttribute("role", "alert");
  bold.textContent = text;
  inner.append(bold);
  box.append(inner);
  return box;
}

/** What the server's answer asks the page for (a toast with "Undo", …), as htmx would tell it. */
export function announceSent(answer) {
  let asked;
  try { asked = JSON.parse(answer.headers.get("HX-Trigger") || "{}"); } catch { return; }
  for (const [name, detail] of Object.entries(asked)) document.body.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
}
