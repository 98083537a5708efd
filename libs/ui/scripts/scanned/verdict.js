// What a scanned document is worth: its seal, its dates by this device's clock, and the list of statuses.
import { Garbled } from "./cbor.js";
import { read } from "./payload.js";
import { isGenuine } from "./signed.js";
import { INVALID, SUPERSEDED, SUSPENDED } from "./status-list.js";

const DAY_MS = 86400000;
const CLOCK_MAY_DIFFER_MS = 10 * 60 * 1000;

// The name of one of the page's templates, and what may be shown of the document.
export async function verdictOf(digits, register, now) {
  let message;
  try {
    message = read(digits);
  } catch (error) {
    if (error instanceof Garbled) return { outcome: "garbled" };
    throw error;
  }
  const { claims } = message;
  const { code } = claims;
  if (!globalThis.crypto?.subtle) return { outcome: "unable", claims: { code } };
  const key = register.findKey(message.keyId, "sig");
  if (!key) return { outcome: "unknown_key", claims: { code } };
  if (!(await isGenuine(message, key))) return { outcome: "forged" };
  const known = register.find(claims.statusIndex);
  return { outcome: standing(claims, known, now), claims, asOf: known?.asOf };
}

function standing({ issuedOn, expires }, known, now) {
  // A list can't know what was issued on its day after it was made: a place that nobody has is invalid, too.
  const mayBeNewer = known && known.asOf < issuedOn + DAY_MS;
  if (known?.status === SUSPENDED) return "suspended";
  if (known?.status === SUPERSEDED) return "superseded";
  if (known?.status === INVALID && !mayBeNewer) return "revoked";
  if (expires !== null && expires <= now) return "expired";
  if (!known) return "genuine";
  if (now < known.asOf - CLOCK_MAY_DIFFER_MS) return "clock";
  if (known.status === null || known.status === INVALID) return "unlisted";
  return now >= known.expires ? "stale" : "valid";
}
