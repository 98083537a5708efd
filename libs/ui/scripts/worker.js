// Keeps the page that checks documents for when there's no network, and answers for nothing else. What it keeps is told
// by the script that starts it: a version, the page in each language, and the files that it is made of.
"use strict";
{
  const { version, pages, files } = self.SHELL;
  const SHELLS = "khadamaty-check-shell-";
  const OWN = `${SHELLS}${version}`;
  const LANGUAGE = "khadamaty-check-language";
  const PATHS = ["/v", "/V"];

  // All of one version or nothing: a server that was replaced meanwhile answers with another version's page.
  async function fetched(address, isPage) {
    const answer = await fetch(address, { credentials: "omit", cache: isPage ? "no-store" : "default" });
    if (!answer.ok || answer.redirected || (isPage && answer.headers.get("khadamaty-shell") !== version)) {
      throw new Error(`not of version ${version}: ${address}`);
    }
    return answer;
  }

  async function prepare() {
    const cache = await caches.open(OWN);
    const keep = async (address, isPage) => {
      if (!(await cache.match(address))) await cache.put(address, await fetched(address, isPage));
    };
    const shown = Object.values(pages).map((address) => keep(address, true));
    await Promise.all([...shown, ...files.map((address) => keep(address, false)), askLanguage("")]);
    await self.skipWaiting();
  }

  async function takeOver() {
    const names = await caches.keys();
    const older = names.filter((name) => name.startsWith(SHELLS) && name !== OWN);
    await Promise.all(older.map((name) => caches.delete(name)));
    await self.clients.claim();
  }

  // Two workers share what is kept; one of the version before may find only the other's.
  async function find(address) {
    return (await caches.match(address, { cacheName: OWN, ignoreVary: true })) ??
      caches.match(address, { ignoreVary: true });
  }

  async function noteLanguage(language) {
    if (pages[language]) await (await caches.open(LANGUAGE)).put("/v", new Response(language));
  }

  async function notedLanguage() {
    return (await (await caches.open(LANGUAGE)).match("/v"))?.text();
  }

  // The platform remembers the language in a cookie that scripts can't read: its answer tells it, for the next time.
  async function askLanguage(query) {
    try {
      const answer = await fetch(`/v${query}`, { credentials: "same-origin", cache: "no-store" });
      await noteLanguage(answer.headers.get("content-language"));
    } catch {
      // Without a network the language stays the one that was used last.
    }
  }

  async function shell(request, asked) {
    if (asked) await noteLanguage(asked);
    const address = pages[asked ?? (await notedLanguage())];
    return (address && (await find(address))) ?? fetch(request);
  }

  self.addEventListener("install", (event) => event.waitUntil(prepare()));
  self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
  self.addEventListener("fetch", (event) => {
    const { request } = event;
    const { origin, pathname, searchParams } = new URL(request.url);
    if (request.method !== "GET" || origin !== self.location.origin) return;
    if (request.mode === "navigate" && PATHS.includes(pathname)) {
      const asked = pages[searchParams.get("lang")] ? searchParams.get("lang") : null;
      event.respondWith(shell(request, asked));
      event.waitUntil(askLanguage(asked ? `?lang=${asked}` : ""));
    } else if (files.includes(pathname)) {
      event.respondWith(find(pathname).then((kept) => kept ?? fetch(request)));
    }
  });
}
