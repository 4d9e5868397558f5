import type * as z from "zod/mini";
import { DomainError } from "../../core/domain/errors.ts";

/**
 * A place in a list, opaque to the caller: base64url of what distinguishes its last item within the list.
 * The rest of DynamoDB's key comes from the query, so a cursor can never lead into another list.
 */
export interface CursorCodec<Place> {
  encode(place: Place): string;
  /** Throws DomainError `invalid-cursor`. */
  decode(cursor: string): Place;
}

/** Cursors whose places have this schema. */
export const cursorCodec = <Schema extends z.ZodMiniType>(schema: Schema): CursorCodec<z.output<Schema>> => ({
  encode: (place) => Buffer.from(JSON.stringify(place)).toString("base64url"),
  decode: (cursor) => {
    const parsed = schema.safeParse(jsonOf(Buffer.from(cursor, "base64url").toString()));
    if (!parsed.success) throw new DomainError("invalid-cursor", "The cursor is not one that this list gave");
    return parsed.data;
  },
});

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
