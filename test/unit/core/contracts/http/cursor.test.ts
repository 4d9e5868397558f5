import { expect, test } from "vitest";
import * as fc from "fast-check";
import {
  boundCursor,
  encodeCursor,
  unboundCursor,
} from "../../../../../lambdas/core/contracts/http/cursor.ts";
import { DomainError } from "../../../../../lambdas/core/domain/errors.ts";

const list = { of: "GET /requests", filters: { view: "mine" } };

const codeOf = (bound: string): string => {
  try {
    unboundCursor(list, bound);
    return "taken";
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
};

test("a list takes the cursor that it gave", () => {
  const cursor = encodeCursor({ after: "ä-flow" });
  expect(unboundCursor(list, boundCursor(list, cursor))).toBe(cursor);
});

test("text whose sixteenth character is half of a pair is refused as any other", () => {
  expect(codeOf(`${"a".repeat(15)}\u{1F511}b`)).toBe("invalid-cursor");
});

test("no text that a list did not give is taken, whatever it is made of", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
      expect(codeOf(text)).toBe("invalid-cursor");
    }),
  );
});
