// SPDX-License-Identifier: EUPL-1.2
// Without a network a page of ours says so, in place of the browser's own. Nothing else is kept: no page with
// data, no answer, no code. What is sent is never held back to be sent later.
const KEPT = "tegoed-offline-@VERSION@";
const PAGE = "/offline";

addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((kept) => kept.add(new Request(PAGE, { cache: "reload" }))));
  skipWaiting();
});
addEventListener("activate", (event) => {
  const old = (names) => Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(old));
});
addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate" && event.request.method === "GET") {
    event.respondWith(fetch(event.request).catch(() => caches.match(PAGE)));
  }
});
