// The small part of CBOR that payloads and status lists use (RFC 8949), as libs/contracts/cbor.py writes it.

const DEEPEST = 6;

export class Garbled extends Error {}

export function need(holds) {
  if (!holds) throw new Garbled();
}

export function decoded(bytes) {
  const reader = new Reader(bytes);
  const item = reader.item(DEEPEST);
  need(reader.place === bytes.length);
  return item;
}

export function isBytes(item, length) {
  return item instanceof Uint8Array && (length === undefined || item.length === length);
}

// The bytes that stand before an item's content and tell its kind and length.
export function head(major, length) {
  const kind = major << 5;
  if (length < 24) return [kind | length];
  if (length < 0x100) return [kind | 24, length];
  if (length < 0x10000) return [kind | 25, length >> 8, length & 0xff];
  return [kind | 26, length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff];
}

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.place = 0;
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
      case 3: return textOf(this.taken(argument));
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
      need((Number.isInteger(key) || typeof key === "string") && !pairs.has(key));
      pairs.set(key, this.item(depth - 1));
    }
    return pairs;
  }
}

function textOf(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Garbled();
  }
}
