// Where a QR code leads: what stands in the fragment never reaches a server. A signed payload is read and its
// seal checked here, also without a network; a verification code is moved into the form and posted.
"use strict";
{
  const MOST_DIGITS = 520;
  const FEWEST_DIGITS = 60;
  const KEY_ID_BYTES = 8;
  const SIGNATURE_BYTES = 64;
  const CODE_BYTES = 10;
  const DAY_MS = 86400000;
  const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const ES256 = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

  class Garbled extends Error {}

  function need(holds) {
    if (!holds) throw new Garbled();
  }

  // The small part of CBOR that payloads use (RFC 8949), as libs/contracts/cbor.py writes it.
  class Reader {
    constructor(bytes) {
      this.bytes = bytes;
      this.place = 0;
    }

    static whole(bytes) {
      const reader = new Reader(bytes);
      const item = reader.item(6);
      need(reader.place === bytes.length);
      return item;
    }

    taken(count) {
      need(this.place + count <= this.bytes.length);
      this.place += count;
      return this.bytes.subarray(this.place - count, this.place);
    }

    number(marker) {
      if (marker < 24) return marker;
      need(marker < 28);
      const number = this.taken(1 << (marker - 24)).reduce((sum, byte) => sum * 256 + byte, 0);
      need(Number.isSafeInteger(number));
      return number;
    }

    item(depth) {
      need(depth > 0);
      const [first] = this.taken(1);
      const argument = this.number(first & 31);
      switch (first >> 5) {
        case 0: return argument;
        case 1: return -1 - argument;
        case 2: return this.taken(argument);
        case 3: return Reader.text(this.taken(argument));
        case 4: return this.items(argument, depth);
        case 5: return this.map(argument, depth);
        case 6: return { tag: argument, value: this.item(depth - 1) };
        default: throw new Garbled();
      }
    }

    items(count, depth) {
      const items = [];
      for (let index = 0; index < count; index += 1) items.push(this.item(depth - 1));
      return items;
    }

    map(count, depth) {
      const pairs = new Map();
      for (let index = 0; index < count; index += 1) {
        const key = this.item(depth - 1);
        need(Number.isInteger(key) && !pairs.has(key));
        pairs.set(key, this.item(depth - 1));
      }
      return pairs;
    }

    static text(bytes) {
      try {
        return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      } catch {
        throw new Garbled();
      }
    }
  }

  function isBytes(item, length) {
    return item instanceof Uint8Array && (length === undefined || item.length === length);
  }

  function payloadIn(digits) {
    need(digits.length <= MOST_DIGITS && digits[0] !== "0");
    const hex = BigInt(digits).toString(16);
    need(hex.length % 2 === 1 && hex[0] === "1");
    return Uint8Array.from(hex.slice(1).match(/../g), (pair) => parseInt(pair, 16));
  }

  function head(major, length) {
    return length < 24 ? [(major << 5) | length] : [(major << 5) | 24, length];
  }

  // What ES256 signs (RFC 9052, section 4.4).
  function toBeSigned(protectedHeader, claims) {
    const context = new TextEncoder().encode("Signature1");
    return Uint8Array.from([
      ...head(4, 4), ...head(3, context.length), ...context,
      ...head(2, protectedHeader.length), ...protectedHeader, ...head(2, 0), ...head(2, claims.length), ...claims,
    ]);
  }

  function opened(payload) {
    const { tag, value } = Reader.whole(payload);
    need(tag === 18 && Array.isArray(value) && value.length === 4);
    const [protectedHeader, unprotectedHeader, claims, signature] = value;
    need(isBytes(protectedHeader) && unprotectedHeader instanceof Map && unprotectedHeader.size === 0);
    need(isBytes(claims) && isBytes(signature, SIGNATURE_BYTES));
    const header = Reader.whole(protectedHeader);
    need(header instanceof Map && header.size === 2 && header.get(1) === -7 && isBytes(header.get(4), KEY_ID_BYTES));
    return {
      keyId: base64url(header.get(4)),
      signature,
      signed: toBeSigned(protectedHeader, claims),
      claims: claimsIn(Reader.whole(claims)),
    };
  }

  function claimsIn(claims) {
    need(claims instanceof Map && isBytes(claims.get(7), CODE_BYTES));
    const own = claims.get(-65537);
    need(own instanceof Map && Array.isArray(own.get(1)) && own.get(1).length === 2);
    const [year, count] = own.get(1);
    need([year, count, own.get(3), claims.get(6)].every(Number.isInteger));
    need(claims.get(4) === undefined || Number.isInteger(claims.get(4)));
    return {
      number: `${year}/${String(count).padStart(6, "0")}`,
      kind: own.get(3),
      issuedOn: claims.get(6) * 1000,
      expires: claims.has(4) ? claims.get(4) * 1000 : null,
      arabicName: String(own.get(4) ?? ""),
      latinName: String(own.get(5) ?? ""),
      code: typedCode(claims.get(7)),
    };
  }

  // 16 characters and their check character, as libs/contracts/code.py has them.
  function typedCode(bytes) {
    let number = BigInt(`0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`);
    const values = [];
    for (let index = 0; index < 16; index += 1) {
      values.unshift(Number(number & 31n));
      number >>= 5n;
    }
    const check = values.reduce((sum, value) => {
      const doubled = (sum ^ value) << 1;
      return doubled >= 32 ? doubled ^ 0b100101 : doubled;
    }, 0);
    const characters = [...values, check].map((value) => ALPHABET[value]).join("");
    return characters.replace(/.{4}(?=.)/g, "$&-");
  }

  function base64url(bytes) {
    return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  async function isGenuine(read, { kty, crv, x, y }) {
    const key = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, ES256, false, ["verify"]);
    return crypto.subtle.verify(ES256, key, read.signature, read.signed);
  }

  // What the payload comes to: the name of one of the page's templates, and what may be shown of it.
  async function outcomeOf(digits, keys) {
    let read;
    try {
      read = opened(payloadIn(digits));
    } catch (error) {
      if (error instanceof Garbled) return { outcome: "garbled" };
      throw error;
    }
    const { code } = read.claims;
    if (!globalThis.crypto?.subtle) return { outcome: "unable", claims: { code } };
    const key = keys.find((each) => each.kid === read.keyId);
    if (!key) return { outcome: "unknown_key", claims: { code } };
    return (await isGenuine(read, key)) ? { outcome: "genuine", claims: read.claims } : { outcome: "forged" };
  }

  function wordsOf(claims) {
    const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeZone: "UTC" });
    return {
      number: claims.number,
      kind: claims.kind,
      issued_on: format.format(claims.issuedOn),
      valid_until: claims.expires === null ? "" : format.format(claims.expires - DAY_MS),
      arabic_name: claims.arabicName,
      latin_name: claims.latinName,
    };
  }

  function fill(part, claims) {
    for (const field of part.querySelectorAll("input[name=code]")) field.value = claims.code;
    if (claims.number === undefined) return;
    const words = wordsOf(claims);
    for (const place of part.querySelectorAll("[data-claim]")) {
      const told = place.dataset[`word${words[place.dataset.claim]}`] ?? (words[place.dataset.claim] || place.dataset.none);
      if (told) place.textContent = told;
      else place.closest(".govuk-summary-list__row").remove();
    }
    const holds = {
      expired: claims.expires !== null && claims.expires <= Date.now(),
      shortened: [claims.arabicName, claims.latinName].some((name) => name.endsWith("…")),
    };
    for (const place of part.querySelectorAll("[data-if]")) if (!holds[place.dataset.if]) place.remove();
  }

  function show(scanned, { outcome, claims }) {
    const part = document.getElementById(`scanned-${outcome}`).content.cloneNode(true);
    if (claims) fill(part, claims);
    scanned.replaceChildren(part);
    const title = scanned.querySelector("h1");
    document.title = `${title.textContent.trim()} – ${document.title.split(" – ").pop()}`;
    title.tabIndex = -1;
    title.focus();
  }

  async function readFragment() {
    const fragment = location.hash.slice(1);
    const scanned = document.getElementById("scanned");
    if (!fragment || !scanned) return;
    history.replaceState(null, "", location.pathname + location.search);
    if (/^[0-9]+$/.test(fragment) && fragment.length >= FEWEST_DIGITS) {
      // The other language's page reads it anew; it is a fragment there, too.
      for (const link of document.querySelectorAll("a[hreflang]")) link.hash = fragment;
      show(scanned, await outcomeOf(fragment, JSON.parse(scanned.dataset.keys)));
      return;
    }
    const field = document.getElementById("code");
    if (field?.form) {
      field.value = fragment;
      field.form.submit();
    }
  }

  addEventListener("hashchange", readFragment);
  readFragment();
}
