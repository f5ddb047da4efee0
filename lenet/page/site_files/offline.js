// The service worker: keeps the files of this version of the page, and serves them without the network. What is loaded
// when it is asked for, as the digits to train on, which are larger than all others, is kept from then on.
const NAME = "lenet-/* version */";
/** @type {string[]} */
const FILES = /* files */ [];
/** @type {string[]} */
const LATER = /* later */ [];
const KEPT_LATER = new Set(LATER.map((file) => new URL(file, location.href).pathname));
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
      const isKept = response.ok && KEPT_LATER.has(new URL(event.request.url).pathname);
      if (isKept) await cache.put(event.request, response.clone());
      return response;
    }),
  );
});
