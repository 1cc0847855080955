/* Which message an answer is for, where its channel lets readers see that: shown above the text until it is sent or taken away. */
const form = () => document.getElementById("composer");
const bar = () => form()?.querySelector("[data-answering]");

function ways() {
  try { return JSON.parse(form().querySelector("[data-ways]").textContent); } catch { return {}; }
}

/* the way that is chosen now, as the form would tell it: "private:3" */
function chosen() {
  const mode = form().querySelector("[name=mode]:checked")?.value;
  return form().elements[`way-${mode}`]?.value || "";
}

/** Answer this message of the customer; of another way than any of the composer's nothing is named. */
export function answer(message) {
  const place = bar(), way = `${message.dataset.side === "public" ? "public" : "private"}:${message.dataset.inbox || ""}`;
  end();
  if (!place || !message.hasAttribute("data-in") || !ways()[way]?.answered) return;
  const field = form().elements[`way-${way.split(":")[0]}`];
  if (field && field.value !== way) {
    if (field.tagName !== "SELECT" || ![...field.options].some((option) => option.value === way)) return;
    field.value = way;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
  place.querySelector("[name=answers]").value = message.dataset.message;
  place.querySelector("[data-answering-who]").textContent = message.dataset.who;
  place.querySelector("[data-answering-text]").textContent = (message.querySelector(".txt")?.textContent || "").trim().slice(0, 200);
  place.dataset.way = way;
  place.hidden = false;
}

function end() {
  const place = bar();
  if (!place) return;
  place.querySelector("[name=answers]").value = "";
  place.hidden = true;
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-answering-end]")) return;
  end();
  document.getElementById("draft")?.focus();
});
/* other readers or another channel: what is answered there is another matter */
document.addEventListener("change", (event) => {
  const place = bar();
  if (place && !place.hidden && event.target.closest("#composer [name=mode], #composer [name^=way-]") && chosen() !== place.dataset.way) end();
});
document.addEventListener("composer:sent", end);
