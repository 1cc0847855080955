/* Puts the form of one inbox into a page: <script src="…/contact/form/TOKEN/embed.js">.
   It stands where the script stands, or inside the element that data-target names. */
(() => {
  const about = __ABOUT__;
  const script = document.currentScript;
  const frame = document.createElement("iframe");
  const address = new URL(about.page, script.src);
  address.searchParams.set("embed", "1");
  const language = script.dataset.language || document.documentElement.lang.slice(0, 2);
  if (language) address.searchParams.set("language", language);
  frame.src = address.href;
  frame.title = about.title;
  frame.style.width = "100%";
  frame.style.height = "44rem";
  frame.style.border = "0";
  frame.style.colorScheme = "normal";
  addEventListener("message", (event) => {
    if (event.source !== frame.contentWindow || event.origin !== address.origin || event.data?.ascolto !== "height") return;
    const height = Number(event.data.height);
    if (height > 0 && height < 20000) frame.style.height = `${Math.ceil(height)}px`;
  });
  const target = script.dataset.target && document.querySelector(script.dataset.target);
  if (target) target.append(frame);
  else script.after(frame);
})();
