/* Elements that leave the page by our own hand. htmx listens at the document on behalf of some (`from:document`) and lets go only of what it
   swapped itself: what is not released here would stay in memory, with everything below it, as long as the tab is open. */
const idle = window.requestIdleCallback || ((work) => setTimeout(work, 200));

/** Let go of what was taken out of the page, when nothing else is to be done. */
export function release(element) {
  idle(() => {
    if (element.isConnected) return; // it was put back
    element.setAttribute("hx-disable", "");
    window.htmx?.process(element); // of what is disabled, htmx forgets everything
  });
}

/** Put `fresh` in the place of `old` and let htmx know of both. */
export function exchange(old, fresh) {
  old.replaceWith(fresh);
  window.htmx?.process(fresh);
  release(old);
}
