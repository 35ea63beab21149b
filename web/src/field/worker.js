/*
 * Keeps the field app itself on the phone: its page, script, style and icons, and nothing of the office.
 * Data is not its business: the app keeps that in its own store, and /api is never answered from here.
 * The build fills in what to keep and a version made of it.
 */
/* global self, caches, fetch, Request, URL, __FILES__ */
const VERSION = '__VERSION__';
const FILES = __FILES__;
const CACHE = `qingshan-field-${VERSION}`;
const PAGE = '/field.html';

self.addEventListener('install', (e) => {
  // All or nothing: a half kept app would not start. Everything is loaded at once, so a new one may take over.
  e.waitUntil(caches.open(CACHE).then((c) => c.addAll(FILES.map((f) => new Request(f, { cache: 'reload' })))).then(() => self.skipWaiting()));
});

self.addEventListener('activate', (e) => {
  e.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((n) => n.startsWith('qingshan-field-') && n !== CACHE).map((n) => caches.delete(n))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener('fetch', (e) => {
  const { request } = e;
  const at = new URL(request.url);
  if (request.method !== 'GET' || at.origin !== self.location.origin || at.pathname.startsWith('/api/')) return;
  if (request.mode === 'navigate') {
    // The kept page starts at once with or without a network; a newer one is fetched by the worker's own update.
    if (at.pathname === '/field' || at.pathname.startsWith('/field/')) e.respondWith(kept(PAGE, request));
    return;
  }
  if (FILES.includes(at.pathname)) e.respondWith(kept(at.pathname, request));
});

async function kept(path, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? fetch(request);
}
