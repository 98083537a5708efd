// Signed messages: COSE_Sign1 with ES256 (RFC 9052), as QR codes and status lists are.
import { decoded, head, isBytes, need } from "./cbor.js";

const KEY_ID_BYTES = 8;
const SIGNATURE_BYTES = 64;
const ES256 = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const imported = new Map();

// The parts of a message; its protected header holds algorithm, key and, where one is expected, the type.
export function opened(message, type) {
  const { tag, value } = decoded(message);
  need(tag === 18 && Array.isArray(value) && value.length === 4);
  const [protectedHeader, unprotectedHeader, claims, signature] = value;
  need(isBytes(protectedHeader) && unprotectedHeader instanceof Map && unprotectedHeader.size === 0);
  need(isBytes(claims) && isBytes(signature, SIGNATURE_BYTES));
  const header = decoded(protectedHeader);
  need(header instanceof Map && header.size === (type ? 3 : 2) && header.get(16) === type);
  need(header.get(1) === -7 && isBytes(header.get(4), KEY_ID_BYTES));
  return {
    keyId: base64url(header.get(4)),
    claims: decoded(claims),
    signature,
    signed: toBeSigned(protectedHeader, claims),
  };
}

export async function isGenuine({ signature, signed }, jwk) {
  return crypto.subtle.verify(ES256, await keyOf(jwk), signature, signed);
}

function keyOf({ kty, crv, x, y }) {
  const name = `${x}.${y}`;
  if (!imported.has(name)) {
    imported.set(name, crypto.subtle.importKey("jwk", { kty, crv, x, y }, ES256, false, ["verify"]));
  }
  return imported.get(name);
}

// What ES256 signs (RFC 9052, section 4.4).
function toBeSigned(protectedHeader, claims) {
  const context = new TextEncoder().encode("Signature1");
  const parts = [
    head(4, 4), head(3, context.length), context, head(2, protectedHeader.length), protectedHeader,
    head(2, 0), head(2, claims.length), claims,
  ];
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) {
    joined.set(part, place);
    place += part.length;
  }
  return joined;
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
