// Keeps the frame of the pages, and the vouchers of whoever is signed in here, for when there is no network.
// Vouchers are forgotten when the session is over: at signing out, and when a page leads to signing in.
const SHELL = {{ shell|tojson }};
const OFFLINE = "/offline";
const FRAME = "frame {{ version }}";
const VOUCHERS = "vouchers";
const VOUCHER = /^\/vouchers(\/red_[0-9a-z]+)?$/;
const LISTED = /href="(\/vouchers\/red_[0-9a-z]+)"/g;
const MOST = 20;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(FRAME).then((cache) => cache.addAll([...SHELL, OFFLINE])).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const old = (names) => names.filter((name) => name !== FRAME && name !== VOUCHERS);
  event.waitUntil(
    caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))).then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin || pathname.startsWith("/v1/")) return;
  if (request.method === "POST" && pathname === "/sign-out") {
    event.waitUntil(caches.delete(VOUCHERS));
  } else if (request.method === "GET" && request.mode === "navigate") {
    event.respondWith(open(event, pathname));
  } else if (request.method === "GET" && pathname.startsWith("/static/")) {
    event.respondWith(caches.match(request).then((kept) => kept || fetch(request)));
  }
});

async function open(event, pathname) {
  let answer;
  try {
    answer = await fetch(event.request);
  } catch {
    const cache = await caches.open(VOUCHERS);
    const kept = VOUCHER.test(pathname) ? await cache.match(pathname) : undefined;
    return kept || (await caches.match(OFFLINE));
  }
  if (answer.redirected && new URL(answer.url).pathname.startsWith("/sign-in")) {
    event.waitUntil(caches.delete(VOUCHERS));
  } else if (answer.ok && !answer.redirected && (VOUCHER.test(pathname) || pathname === "/you")) {
    event.waitUntil(keep(pathname, answer.clone()));
  }
  return answer;
}

async function keep(pathname, answer) {
  const cache = await caches.open(VOUCHERS);
  const page = await answer.clone().text();
  if (VOUCHER.test(pathname)) await cache.put(pathname, answer);
  if (pathname.startsWith("/vouchers/")) return;
  const listed = [...new Set([...page.matchAll(LISTED)].map((found) => found[1]))].slice(0, MOST);
  for (const path of [...listed, ...(pathname === "/you" ? ["/vouchers"] : [])]) {
    const one = await fetch(path, { credentials: "same-origin" });
    if (one.ok && !one.redirected) await cache.put(path, one);
  }
}
