// Keeps the look and one page for no connection. Pages of people are never stored: they belong to the network.

const SHELL = "yikou-shell-2";
const scope = self.registration.scope;
const kept = ["offline", "static/css/tokens.css", "static/css/base.css", "static/css/resident.css",
  "static/vendor/resident.js", "static/img/icon.svg"].map((path) => scope + path);

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(kept)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(
    names.filter((name) => name.startsWith("yikou-shell-") && name !== SHELL).map((name) => caches.delete(name)))));
});

self.addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate") { // a form that cannot be sent too: its words are kept by the page it stood on
    event.respondWith(fetch(event.request).catch(() => caches.match(scope + "offline")));
  } else if (event.request.method === "GET" && kept.includes(event.request.url)) {
    event.respondWith(fetch(event.request).catch(() => caches.match(event.request)));
  }
});
