/* The desk's own few words, written by the server in the reader's language. */
const all = JSON.parse(document.getElementById("desk-words")?.textContent || "{}");

export const word = (name, values = {}) =>
  String(all[name] ?? name).replace(/%\((\w+)\)s/g, (whole, key) => (key in values ? values[key] : whole)).replace("%%", "%");

export const groupName = (group) => all.group_names?.[group] || group;
