import { boundCursor, unboundCursor, type List } from "../core/contracts/http/cursor.ts";

/**
 * How a call pages: every list's cursors are bound to it here, and nowhere else. What is not a list has none. Pages may
 * differ in length. Throws DomainError `invalid-cursor` where the query's is of another list.
 */
export const pagingOf = (of: List, query: object) => {
  const {
    cursor,
    limit: _limit,
    ...filters
  } = query as { readonly cursor?: unknown; readonly limit?: unknown };
  const list = { of, filters };
  return {
    query: typeof cursor === "string" ? { ...query, cursor: unboundCursor(list, cursor) } : query,
    answerOf: (body: object | undefined): object | undefined =>
      body !== undefined && "cursor" in body && typeof body.cursor === "string"
        ? { ...body, cursor: boundCursor(list, body.cursor) }
        : body,
  };
};
