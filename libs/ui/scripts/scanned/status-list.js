// A list of statuses, two bits for each document, signed as a Token Status List (services/verification writes it).
import { isBytes, need } from "./cbor.js";
import { opened } from "./signed.js";

export const LIST_SIZE = 1 << 20;
export const VALID = 0;
export const INVALID = 1;
export const SUSPENDED = 2;
export const SUPERSEDED = 3;

const TYPE = "application/statuslist+cwt";
const BITS = 2;
const PER_BYTE = 4;
const MOST_BYTES = LIST_SIZE / PER_BYTE;

// The message of a list and what it claims; its statuses stay packed until the signature was checked.
export function read(token, path) {
  const message = opened(token, TYPE);
  const { claims } = message;
  need(claims instanceof Map && typeof claims.get(2) === "string" && new URL(claims.get(2)).pathname === path);
  need(Number.isInteger(claims.get(4)) && Number.isInteger(claims.get(6)));
  const told = claims.get(65533);
  need(told instanceof Map && told.get("bits") === BITS && isBytes(told.get("lst")));
  return { ...message, asOf: claims.get(6) * 1000, expires: claims.get(4) * 1000, packed: told.get("lst") };
}

export async function unpacked({ asOf, expires, packed }) {
  const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const statuses = new Uint8Array(await new Response(plain).arrayBuffer());
  need(statuses.length <= MOST_BYTES);
  return { asOf, expires, statuses };
}

// What a list says of a place; null past its end.
export function statusAt({ statuses }, place) {
  const byte = statuses[Math.floor(place / PER_BYTE)];
  return byte === undefined ? null : (byte >> ((place % PER_BYTE) * BITS)) & 0b11;
}
