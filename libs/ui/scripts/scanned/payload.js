// What stands in a certificate's QR code, as libs/contracts/qr.py writes it.
import { isBytes, need } from "./cbor.js";
import { opened } from "./signed.js";

const MOST_DIGITS = 520;
const FEWEST_DIGITS = 60;
const CODE_BYTES = 10;
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

// The digits of a payload in what a scanner read or somebody pasted; null where there are none.
export function digitsIn(text) {
  const fragment = text.trim().split("#").pop();
  return /^[0-9]+$/.test(fragment) && fragment.length >= FEWEST_DIGITS ? fragment : null;
}

export function read(digits) {
  const message = opened(bytesOf(digits));
  return { ...message, claims: claimsIn(message.claims) };
}

function bytesOf(digits) {
  need(digits.length <= MOST_DIGITS && digits[0] !== "0");
  const hex = BigInt(digits).toString(16);
  need(hex.length % 2 === 1 && hex[0] === "1");
  return Uint8Array.from(hex.slice(1).match(/../g), (pair) => parseInt(pair, 16));
}

function claimsIn(claims) {
  need(claims instanceof Map && isBytes(claims.get(7), CODE_BYTES));
  const own = claims.get(-65537);
  need(own instanceof Map && Array.isArray(own.get(1)) && own.get(1).length === 2);
  const [year, count] = own.get(1);
  need([year, count, own.get(3), own.get(6), claims.get(6)].every(Number.isInteger));
  need(claims.get(4) === undefined || Number.isInteger(claims.get(4)));
  return {
    number: `${year}/${String(count).padStart(6, "0")}`,
    kind: own.get(3),
    issuedOn: claims.get(6) * 1000,
    expires: claims.has(4) ? claims.get(4) * 1000 : null,
    arabicName: String(own.get(4) ?? ""),
    latinName: String(own.get(5) ?? ""),
    code: typedCode(claims.get(7)),
    statusIndex: own.get(6),
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
