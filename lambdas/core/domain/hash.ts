import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

/** The canonical JSON (RFC 8785) of `value`: equal values give equal texts, whatever their key order. */
export const canonicalJson = (value: object): string => {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("Only JSON values have a canonical form");
  return text;
};

/** SHA-256, in hexadecimal, of the canonical JSON of `value`. */
export const hashOf = (value: object): string =>
  createHash("sha256").update(canonicalJson(value)).digest("hex");

const alphabet = "abcdefghijklmnopqrstuvwxyz234567";

/** The first `length` base32 characters (five bits each) of the SHA-256 of `value`. */
export const shortHashOf = (value: object, length: number): string => {
  const bits = [...Buffer.from(hashOf(value), "hex")]
    .map((byte) => byte.toString(2).padStart(8, "0"))
    .join("");
  return Array.from(
    { length },
    (_, index) => alphabet[Number.parseInt(bits.slice(index * 5, index * 5 + 5), 2)],
  ).join("");
};
