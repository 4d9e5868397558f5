import type * as z from "zod/mini";
import { DomainError } from "../../domain/errors.ts";
import { shortHashOf } from "../../domain/hash.ts";

/** A place in a list, opaque to whoever pages: base64url of its JSON. */
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
    throw invalidCursor();
  }
};

/** 80 bits: two lists do not share them by accident. */
const MARK_CHARACTERS = 16;

/** What a list is: its route with its filters, as one person sees it. Equal values are the same list. */
export type List = object;

/**
 * A cursor as a caller gets it: behind a mark of the list and the place, so that no other list takes it, nor this one with
 * other filters, and a place that was changed by hand is refused. Whoever makes up the mark, too, only finds another page.
 */
export const boundCursor = (list: List, cursor: string): string => `${markOf(list, cursor)}${cursor}`;

/** The cursor that `boundCursor` bound to this list. Throws DomainError `invalid-cursor` for any other. */
export const unboundCursor = (list: List, bound: string): string => {
  const cursor = bound.slice(MARK_CHARACTERS);
  // Cut elsewhere than in our own alphabet, text may end in half of a surrogate pair, which has no canonical form.
  if (!cursor.isWellFormed() || bound !== boundCursor(list, cursor)) throw invalidCursor();
  return cursor;
};

const markOf = (list: List, cursor: string): string => shortHashOf({ list, cursor }, MARK_CHARACTERS);

const invalidCursor = (): DomainError =>
  new DomainError("invalid-cursor", "The cursor is not one that this list gave.", [
    { pointer: "/cursor", detail: "expected a cursor that this list gave" },
  ]);
