import type { AccessRequest } from "../domain/access-request.ts";
import { DomainError } from "../domain/errors.ts";

/** A POST's Idempotency-Key, bound to its caller and route, and the hash of its body. */
export interface Idempotency {
  readonly key: string;
  readonly body: string;
}

/** How many keys an item remembers; a retry follows its first try closely. */
const KEYS_KEPT = 8;

/** Whether this item already answered this very POST. Throws `idempotency-key-reused` when the key came with another body. */
export const isReplay = (request: AccessRequest, idempotency: Idempotency | undefined): boolean => {
  const earlier = request.answered.find(({ key }) => key === idempotency?.key);
  if (earlier === undefined) return false;
  if (earlier.body === idempotency?.body) return true;
  throw new DomainError(
    "idempotency-key-reused",
    "This Idempotency-Key was used before with another body. Use a new key for a new request.",
  );
};

/** The item's remembered keys with this POST's among them. */
export const withAnswered = (
  request: AccessRequest,
  idempotency: Idempotency | undefined,
): AccessRequest["answered"] =>
  idempotency === undefined
    ? request.answered
    : // The first key made the item: it is what a repeated submit is recognised by, so it always stays.
      [
        ...request.answered.slice(0, 1),
        ...request.answered.slice(1).slice(2 - KEYS_KEPT),
        { ...idempotency },
      ];
