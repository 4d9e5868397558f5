import type { Via } from "../core/domain/configuration/entry.ts";
import { DomainError } from "../core/domain/errors.ts";
import type { ApiEvent } from "./call.ts";

/** In which a program that applies files says so. Header names arrive in lower case. */
const HEADER = "lockstep-via";

/** How the call came to be made. Throws DomainError `invalid-via`. */
export const viaOf = ({ headers }: Pick<ApiEvent, "headers">): Via => {
  const found = headers[HEADER];
  if (found === undefined) return "api";
  if (found === "file") return "file";
  throw new DomainError(
    "invalid-via",
    `The header Lockstep-Via is ${JSON.stringify(found)}; expected "file", of a program that applies files, or no such header.`,
  );
};
