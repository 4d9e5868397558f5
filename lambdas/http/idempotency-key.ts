import { DomainError } from "../core/domain/errors.ts";
import { hashOf, shortHashOf } from "../core/domain/hash.ts";
import type { UserId } from "../core/domain/ids.ts";
import type { RouteKey } from "../core/contracts/routes.ts";
import type { Idempotency } from "../core/use-cases/idempotency.ts";
import type { ApiEvent } from "./call.ts";

const printable = /^[\u0020-\u007e]{1,128}$/;

/** The Idempotency-Key that came with the call, if one did. Throws DomainError `invalid-idempotency-key`. */
export const idempotencyKeyOf = ({ headers }: Pick<ApiEvent, "headers">): string | undefined => {
  const key = headers["idempotency-key"];
  if (key === undefined || printable.test(key)) return key;
  throw new DomainError(
    "invalid-idempotency-key",
    "The Idempotency-Key has to be 1 to 128 printable ASCII characters.",
  );
};

/** Characters of base32: 130 bits, so that two keys of one person never meet. */
const KEY_LENGTH = 26;

/** The key bound to its caller and route, with what was sent under it. */
export const idempotencyOf = (
  key: string,
  { caller, route, body }: { readonly caller: UserId; readonly route: RouteKey; readonly body: object },
): Idempotency => ({ key: shortHashOf({ caller, route, key }, KEY_LENGTH), body: hashOf(body) });
