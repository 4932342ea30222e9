// Keeps the report page's shell for places without a network. Case data is never kept here.
const NAME = {{ ('gridloop-' ~ version)|tojson }}, SHELL = {{ shell|tojson }}, PAGE = {{ page|tojson }}, SPARE = {{ spare|tojson }};
self.addEventListener('install', e => e.waitUntil(caches.open(NAME).then(c => c.addAll(SHELL)).then(() => self.skipWaiting())));
self.addEventListener('activate', e => e.waitUntil(caches.keys()
  .then(names => Promise.all(names.filter(n => n.startsWith('gridloop-') && n !== NAME).map(n => caches.delete(n))))
  .then(() => clients.claim())));
self.addEventListener('fetch', e => {
  if (e.request.method !== 'GET') return;
  const path = new URL(e.request.url).pathname;
  if (path === PAGE) e.respondWith(fetch(e.request).catch(() => caches.match(SPARE)));
  else if (SHELL.includes(path)) e.respondWith(caches.match(path).then(kept => path === SPARE || !kept ? fetch(e.request).catch(() => kept) : kept));
});
