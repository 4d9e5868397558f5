import { createHash } from "node:crypto";

/** STS allows 2 to 64 characters of this alphabet (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html). */
const LONGEST = 64;
const NOT_ALLOWED = /[^\w+=,.@-]/g;

/** Room for the longest end of a sync's id, `.resources.20261121T210000Z` with its 27 characters. */
const END = 27;

/** Tells two names apart that differ only in what was cut out: 40 bits. */
const DIGEST = 10;

/** Two separators beside the digest. */
const BEGINNING = LONGEST - END - DIGEST - 2;

/**
 * The name of a role session, by which the other account's CloudTrail shows what a call was for: purpose and request or
 * sync, such as `lockstep-sync-organization.identity.20261121T210000Z`. What is too long loses its middle to a digest:
 * both what it is for and when it was stay readable.
 */
export const sessionNameOf = (purpose: string, onBehalfOf: string): string => {
  const name = `lockstep-${purpose}-${onBehalfOf}`;
  const allowed = name.replaceAll(NOT_ALLOWED, "-");
  if (allowed.length <= LONGEST) return allowed;
  const digest = createHash("sha256").update(name).digest("hex").slice(0, DIGEST);
  return `${allowed.slice(0, BEGINNING)}=${digest}=${allowed.slice(-END)}`;
};
