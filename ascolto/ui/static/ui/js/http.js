/* Requests of our own scripts: same origin, with the token that forms carry. */
import { toast } from "./toast.js";
import { word } from "./words.js";

/** POST `fields`; resolves to the Response, rejects when the server could not be reached. */
export function post(address, fields = {}) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) body.append(name, one);
  return fetch(address, { method: "POST", body, credentials: "same-origin", headers: { "X-CSRFToken": document.body.dataset.csrf || "", "HX-Request": "true" } });
}

/** The HTML behind an address, or null when there is none for us (204, 404). Rejects on any other answer. */
export async function fragment(address) {
  const answer = await fetch(address, { credentials: "same-origin", headers: { "HX-Request": "true" } });
  if (answer.status === 204 || answer.status === 404) return null;
  if (answer.status === 401) toast(word("signed_out")); // never navigate away by ourselves: somebody may be writing
  if (!answer.ok) throw new Error(`${answer.status} ${address}`);
  const template = document.createElement("template");
  template.innerHTML = await answer.text();
  return template.content;
}
