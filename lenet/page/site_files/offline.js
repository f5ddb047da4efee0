// The service worker: keeps the files of this version of the page, and serves them without the network. The digits to
// train on, which are larger than all others, are kept once somebody has asked for them.
const NAME = "lenet-/* version */";
/** @type {string[]} */
const FILES = /* files */ [];
const worker = /** @type {ServiceWorkerScope} */ (/** @type {unknown} */ (self));

worker.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(NAME)
      .then((cache) => cache.addAll(FILES))
      .then(() => worker.skipWaiting()),
  );
});

worker.addEventListener("activate", (event) => {
  const outdated = (/** @type {string} */ name) => name.startsWith("lenet-") && name !== NAME;
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter(outdated).map((name) => caches.delete(name))))
      .then(() => worker.clients.claim()),
  );
});

worker.addEventListener("fetch", (event) => {
  event.respondWith(
    caches.open(NAME).then(async (cache) => {
      const found = await cache.match(event.request, { ignoreSearch: true });
      if (found) return found;
      const response = await fetch(event.request);
      if (response.ok && event.request.url.endsWith(".gz")) await cache.put(event.request, response.clone());
      return response;
    }),
  );
});
