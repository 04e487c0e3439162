// Keeps the look and one page for no connection. Pages of people are never stored: they belong to the network.

const SHELL = "yikou-shell-1";
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
  if (event.request.method !== "GET") return;
  if (event.request.mode === "navigate") {
    event.respondWith(fetch(event.request).catch(() => caches.match(scope + "offline")));
  } else if (kept.includes(event.request.url)) {
    event.respondWith(fetch(event.request).catch(() => caches.match(event.request)));
  }
});
