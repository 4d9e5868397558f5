import type * as z from "zod/mini";
import { DomainError } from "../../domain/errors.ts";

/** A place in a list, opaque to the caller: base64url of its JSON. */
export const encodeCursor = (place: object): string =>
  Buffer.from(JSON.stringify(place)).toString("base64url");

/** Throws DomainError `invalid-cursor` for anything but what `encodeCursor` gave. */
export const decodeCursor = <Schema extends z.ZodMiniType>(
  schema: Schema,
  cursor: string,
): z.output<Schema> => {
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, "base64url").toString()));
  } catch {
    throw new DomainError("invalid-cursor", "The cursor is not one that this list gave.", [
      { pointer: "/cursor", detail: "expected a cursor that this list gave" },
    ]);
  }
};
