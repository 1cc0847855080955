/* The few words scripts need: the server writes them in the reader's language. */
const all = JSON.parse(document.getElementById("words")?.textContent || "{}");

/** The text called `name`, its %(placeholders)s filled in. */
export const word = (name, values = {}) =>
  (all[name] || name).replace(/%\((\w+)\)s/g, (whole, key) => (key in values ? values[key] : whole));

/** A number as the reader writes it. */
export const number = (n) => n.toLocaleString(document.documentElement.lang);
