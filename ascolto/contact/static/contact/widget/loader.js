/* Ascolto live chat, one inbox. A page includes it with <script src="…/contact/chat/TOKEN/widget.js" async>.
   Settings: data-* attributes of the script (user-id, user-hash, user-email, user-name, language, theme, position),
   or window.ascoltoChat = { user, language, theme, position } before it. */
(() => {
  const about = __ABOUT__;
  const script = document.currentScript || document.querySelector('script[src*="/widget.js"]');
  if (!script || window.ascoltoChat?.started) return;
  const { userId, userHash, userEmail, userName, language, theme, position } = script.dataset;
  const settings = {
    user: userId ? { id: userId, hash: userHash, email: userEmail, name: userName } : null,
    language,
    theme,
    position,
    ...window.ascoltoChat,
  };
  const origin = new URL(script.src).origin;
  const ready = import(new URL(about.module, origin).href).then(({ start }) => start({ about, origin, settings }));
  window.ascoltoChat = {
    started: true,
    open: () => ready.then((chat) => chat?.open()),
    close: () => ready.then((chat) => chat?.close()),
    identify: (user) => ready.then((chat) => chat?.identify(user)),
  };
  ready.catch((error) => console.warn("Ascolto: the chat could not be loaded.", error));
})();
