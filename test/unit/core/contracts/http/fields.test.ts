import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import {
  boundCursor,
  decodeCursor,
  encodeCursor,
  unboundCursor,
} from "../../../../../lambdas/core/contracts/http/cursor.ts";
import { durationUpTo, nameOrId, prose } from "../../../../../lambdas/core/contracts/http/fields.ts";
import { PageQuerySchema } from "../../../../../lambdas/core/contracts/http/lists.ts";
import { RequestAskSchema } from "../../../../../lambdas/core/contracts/http/requests.ts";
import { requestOfExecution } from "../../../../../lambdas/core/contracts/sweep.ts";
import { aRequestId } from "../../../../support/builders.ts";

const fits = (schema: z.ZodMiniType, input: unknown): boolean => schema.safeParse(input).success;
const messages = (schema: z.ZodMiniType, input: unknown) =>
  schema.safeParse(input).error?.issues.map(({ message }) => message);
const issues = (schema: z.ZodMiniType, input: unknown) => schema.safeParse(input).error?.issues;

/** One character of people, and two units of UTF-16. */
const ROCKET = "\u{1F680}";

describe("a name or an id", () => {
  const schema = nameOrId(3);

  it.each(["a", "abc", ROCKET.repeat(3), " "])("may be %j", (text) => {
    expect(fits(schema, text)).toBe(true);
  });

  it.each(["", "abcd", ROCKET.repeat(4), "a\nb", "\u0000", "a\u007f", "\u001f"])("may not be %j", (text) => {
    expect(messages(schema, text)).toEqual(["1 to 3 characters without control characters"]);
  });
});

describe("prose", () => {
  it("is not only blanks, and as long as people count", () => {
    const schema = prose(3);
    for (const text of ["a", "a\nb", ROCKET.repeat(3)]) expect(fits(schema, text)).toBe(true);
    for (const text of ["", " ", "\n\t", "abcd"])
      expect(messages(schema, text)).toEqual(["a text of 1 to 3 characters"]);
  });
});

describe("a duration", () => {
  const schema = durationUpTo(3600, "PT1H", "duration-out-of-bounds");

  it("is from one second to the longest, to the second", () => {
    for (const text of ["PT1S", "PT1H", "PT60M"]) expect(fits(schema, text)).toBe(true);
    for (const text of ["PT0S", "PT1H1S"]) {
      expect(issues(schema, text)).toMatchObject([
        { code: "custom", message: "1 second to PT1H", params: { code: "duration-out-of-bounds" } },
      ]);
    }
    expect(issues(durationUpTo(3600, "PT1H"), "PT2H")?.[0]).not.toHaveProperty("params");
  });

  it("is written as ISO 8601, or told how", () => {
    expect(issues(schema, "1 hour")).toMatchObject([
      {
        code: "custom",
        message: "an ISO 8601 duration in whole weeks, days, hours, minutes and seconds, such as PT1H30M",
      },
    ]);
  });
});

describe("a page", () => {
  it("has 1 to 100 items, and 50 where nobody says", () => {
    expect(PageQuerySchema.parse({})).toEqual({ limit: 50 });
    expect(PageQuerySchema.parse({ limit: "1" })).toEqual({ limit: 1 });
    expect(PageQuerySchema.parse({ limit: "100", cursor: "c" })).toEqual({ limit: 100, cursor: "c" });
    for (const limit of ["0", "101", "1000", "-1", "1.5", "", "ten"])
      expect(messages(PageQuerySchema, { limit })).toContain("a whole number from 1 to 100");
  });

  it("begins at a cursor that its list gave", () => {
    const place = z.strictObject({ at: z.int() });
    expect(decodeCursor(place, encodeCursor({ at: 7 }))).toEqual({ at: 7 });
    for (const wrong of ["", "nonsense", encodeCursor({ at: "7" }), encodeCursor({ other: 7 })]) {
      let thrown: unknown;
      try {
        decodeCursor(place, wrong);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toMatchObject({
        code: "invalid-cursor",
        message: "The cursor is not one that this list gave.",
        fields: [{ pointer: "/cursor", detail: "expected a cursor that this list gave" }],
      });
    }
  });

  it("takes a cursor of its own list only, as it was given", () => {
    const users = { of: "GET /users", filters: { q: "a", enabled: true } };
    const cursor = encodeCursor({ at: 7 });
    const bound = boundCursor(users, cursor);
    expect(unboundCursor({ filters: { enabled: true, q: "a" }, of: "GET /users" }, bound)).toBe(cursor);
    const wrong: readonly (readonly [object, string])[] = [
      [{ ...users, of: "GET /groups" }, bound],
      [{ ...users, filters: {} }, bound],
      [users, cursor],
      [users, bound.slice(0, 16) + encodeCursor({ at: 8 })],
      [users, bound.slice(1)],
      [users, ""],
    ];
    for (const [list, given] of wrong) {
      expect(() => unboundCursor(list, given)).toThrow(expect.objectContaining({ code: "invalid-cursor" }));
    }
  });
});

describe("what is asked for", () => {
  const ask = (...entitlements: readonly (readonly [account: string, permissionSet: string])[]) => ({
    entitlements: entitlements.map(([account, permissionSet]) => ({ account, permissionSet })),
    duration: "PT1H",
    justification: "incident 42",
  });

  it("may share an account or a permission set", () => {
    expect(fits(RequestAskSchema, ask(["a", "x"], ["a", "y"], ["b", "x"]))).toBe(true);
  });

  it("is not the same twice: each later one is told, with the first of its kind", () => {
    expect(
      issues(RequestAskSchema, ask(["a", "x"], ["b", "y"], ["a", "x"], ["b", "y"], ["a", "x"])),
    ).toMatchObject(
      [
        [2, 0],
        [3, 1],
        [4, 0],
      ].map(([index, twin]) => ({
        code: "custom",
        path: ["entitlements", index],
        message: `something else than /entitlements/${String(twin)}`,
        params: { code: "duplicate-entitlement" },
      })),
    );
  });
});

describe("the request that an execution was for", () => {
  it("is in its input, of whatever version", () => {
    const requestId = aRequestId("one");
    expect(requestOfExecution(JSON.stringify({ version: 9, requestId }))).toBe(requestId);
  });

  it.each(["", "{", "null", "{}", '{"requestId":"x"}'])(
    "is unknown when somebody started it with %j",
    (input) => {
      expect(requestOfExecution(input)).toBeUndefined();
    },
  );
});
