// Keys and status lists: fetched whole while there's a network, kept for when there's none. Every request is the same
// whatever was scanned, so that nobody learns from it what that was.
import { Garbled } from "./cbor.js";
import { isGenuine } from "./signed.js";
import { LIST_SIZE, read, statusAt, unpacked } from "./status-list.js";

const CACHE = "khadamaty-check-data";
const API = "/api/verification/v1";
const KEYS = `${API}/keys`;
const LISTS = `${API}/status-lists`;
const AGAIN_AFTER_MS = 5 * 60 * 1000;

export class Register extends EventTarget {
  #keys = [];
  #lists = new Map();
  #etags = new Map();
  #underway = null;
  #asked = -Infinity;

  // What was kept when the page was last open.
  async open() {
    const cache = await storage();
    if (!cache) return;
    this.#keys = await (await cache.match(KEYS))?.json().then((told) => told.keys) ?? [];
    for (const { url } of await cache.keys()) {
      const { pathname } = new URL(url);
      if (pathname.startsWith(`${LISTS}/`)) await this.#take(pathname, await cache.match(url));
    }
  }

  // Fetch what is new; one fetching at a time, and nothing while what there is is young.
  refresh() {
    if (!this.#underway && performance.now() - this.#asked > AGAIN_AFTER_MS) {
      this.#asked = performance.now();
      this.#underway = this.#fetchAll().finally(() => { this.#underway = null; });
    }
    return this.#underway ?? Promise.resolve();
  }

  findKey(keyId, use) {
    return this.#keys.find((key) => key.kid === keyId && key.use === use) ?? null;
  }

  // What is known of a document's status, and as of when; null without the list of its place.
  find(index) {
    const list = this.#lists.get(Math.floor(index / LIST_SIZE));
    return list ? { status: statusAt(list, index % LIST_SIZE), asOf: list.asOf, expires: list.expires } : null;
  }

  // As of when every list is known, at least.
  oldest() {
    const ages = [...this.#lists.values()].sort((one, other) => one.asOf - other.asOf);
    return ages[0] ?? null;
  }

  async #fetchAll() {
    try {
      const keys = await answered(KEYS);
      this.#keys = (await keys.clone().json()).keys;
      await (await storage())?.put(KEYS, keys);
      const { lists } = await (await answered(LISTS)).json();
      for (const { uri, etag } of lists) {
        const { pathname } = new URL(uri);
        if (this.#etags.get(pathname) !== etag) await this.#fetchList(pathname);
      }
    } catch (error) {
      // No network, or none that answers: what was kept goes on, with its age. The next occasion asks again.
      if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error;
      this.#asked = -Infinity;
    }
    this.dispatchEvent(new Event("refreshed"));
  }

  async #fetchList(pathname) {
    const answer = await answered(pathname);
    const copy = answer.clone();
    if (await this.#take(pathname, answer)) await (await storage())?.put(pathname, copy);
  }

  // Use a list that is genuine and newer than the one there is.
  async #take(pathname, answer) {
    const number = Number(pathname.split("/").pop());
    try {
      const list = read(new Uint8Array(await answer.arrayBuffer()), pathname);
      const key = this.findKey(list.keyId, "status-list");
      if (!key || !(await isGenuine(list, key))) return false;
      if (list.asOf < (this.#lists.get(number)?.asOf ?? 0)) return false;
      this.#lists.set(number, await unpacked(list));
      this.#etags.set(pathname, answer.headers.get("etag")?.replace(/^(W\/)?"|"$/g, ""));
      return true;
    } catch (error) {
      if (error instanceof Garbled || error instanceof TypeError || !globalThis.DecompressionStream) return false;
      throw error;
    }
  }
}

async function answered(address) {
  const answer = await fetch(address, { credentials: "omit", cache: "no-cache" });
  if (!answer.ok) throw new TypeError(`status ${answer.status}`);
  return answer;
}

// Where a browser keeps nothing, lists last as long as the page is open.
async function storage() {
  try {
    return await globalThis.caches?.open(CACHE);
  } catch {
    return undefined;
  }
}
