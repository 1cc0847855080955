/* What the installed app does while no page is open: it rings, and says so when the network is away. */
const SHELL = "ascolto-1", AWAY = "/offline/";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.add(AWAY)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name !== SHELL).map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});

/* pages come from the network alone: what agents read is never old. Without it, a page that says so */
self.addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate") event.respondWith(fetch(event.request).catch(() => caches.match(AWAY)));
});

self.addEventListener("push", (event) => {
  let told = {};
  try { told = event.data.json(); } catch { /* a push without words still rings */ }
  event.waitUntil(self.registration.showNotification(told.title || "Ascolto", { tag: told.tag, icon: "/app-icon-192.png", badge: "/app-icon-192.png", data: { url: told.url || "/" } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const target = new URL(event.notification.data?.url || "/", self.location.origin).href;
  event.waitUntil(self.clients.matchAll({ type: "window", includeUncontrolled: true }).then((open) => {
    const page = open.find((client) => new URL(client.url).origin === self.location.origin);
    return page ? page.focus().then(() => page.navigate(target)) : self.clients.openWindow(target);
  }));
});
