import { createHash } from "node:crypto";

/** A number from 0 up to `below` that looks random, and is the same for the same text: so that many do not act at once. */
export const spread = (text: string, below: number): number =>
  (createHash("sha256").update(text).digest().readUInt32BE(0) / 2 ** 32) * below;
