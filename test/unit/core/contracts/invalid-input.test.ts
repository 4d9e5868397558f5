import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import {
  fieldErrorsOf,
  invalidInput,
  namingKnownKeys,
} from "../../../../lambdas/core/contracts/invalid-input.ts";

/* What people read about input that does not fit: where, what was found, and what was expected. */

const errorOf = (
  schema: z.ZodMiniType,
  input: unknown,
  options: object = namingKnownKeys,
): z.core.$ZodError => {
  const { error } = schema.safeParse(input, options);
  if (error === undefined) throw new Error("It fits");
  return error;
};
const saidOf = (schema: z.ZodMiniType, input: unknown, options?: object) =>
  fieldErrorsOf(errorOf(schema, input, options), input).map(({ pointer, detail }) => `${pointer} ${detail}`);

describe("what was expected", () => {
  it.each<[string, z.ZodMiniType, unknown, string]>([
    ["a text", z.string(), 7, " found 7; expected a text"],
    ["a number", z.number(), "7", ' found "7"; expected a number'],
    ["a whole number", z.int(), 1.5, " found 1.5; expected a whole number"],
    ["true or false", z.boolean(), null, " found null; expected true or false"],
    ["a list", z.array(z.string()), {}, " found an object; expected a list"],
    ["an object", z.object({}), [], " found an empty list; expected an object"],
    ["something that has no word of ours", z.date(), "today", ' found "today"; expected date'],
    ["one of several values", z.enum(["a", "b"]), "c", ' found "c"; expected "a" or "b"'],
    ["one value", z.literal("a"), "b", ' found "b"; expected "a"'],
    ["one character", z.string().check(z.minLength(1)), "", ' found ""; expected at least 1 character'],
    [
      "three characters",
      z.string().check(z.minLength(3)),
      "ab",
      ' found "ab"; expected at least 3 characters',
    ],
    [
      "at most one item",
      z.array(z.int()).check(z.maxLength(1)),
      [1, 2],
      " found a list of 2; expected at most 1 item",
    ],
    [
      "at most two items",
      z.array(z.int()).check(z.maxLength(2)),
      [1, 2, 3],
      " found a list of 3; expected at most 2 items",
    ],
    ["a number's bound, which has no unit", z.number().check(z.gte(1)), 0, " found 0; expected at least 1"],
    ["a format", z.string().check(z.regex(/^a$/)), "b", ' found "b"; expected a regex'],
    ["words of the schema's own", z.string({ error: "a name" }), 7, " found 7; expected a name"],
    [
      "what a check of our own has no words for",
      z.string().check(z.refine(() => false)),
      "x",
      ' found "x"; expected something else',
    ],
  ])("is %s", (_, schema, input, said) => {
    expect(saidOf(schema, input)).toEqual([said]);
  });
});

describe("what was found", () => {
  const schema = z.object({ a: z.array(z.object({ "b/c~d": z.string() })) });

  it.each<[string, unknown, string]>([
    ["nothing", { a: [{}] }, "/a/0/b~1c~0d found nothing; expected a text"],
    ["a list", { a: [{ "b/c~d": [1, 2] }] }, "/a/0/b~1c~0d found a list of 2; expected a text"],
    [
      "the place in a list",
      { a: [{ "b/c~d": "fits" }, { "b/c~d": 1 }] },
      "/a/1/b~1c~0d found 1; expected a text",
    ],
  ])("is shown: %s", (_, input, said) => {
    expect(saidOf(schema, input)).toEqual([said]);
  });

  it("is shown up to 60 characters", () => {
    const text = (length: number) => "x".repeat(length - 2);
    expect(saidOf(z.int(), text(60))).toEqual([` found "${text(60)}"; expected a number`]);
    expect(saidOf(z.int(), text(61))).toEqual([` found "${text(61)}…; expected a number`]);
  });

  it("is nothing where the way to a field leads through something that has no fields", () => {
    const error = errorOf(z.object({ a: z.object({ length: z.string() }) }), { a: {} });
    for (const input of [{ a: "text" }, { a: null }, "text", null, undefined, {}]) {
      expect(fieldErrorsOf(error, input)).toEqual([
        { pointer: "/a/length", detail: "found nothing; expected a text" },
      ]);
    }
  });
});

describe("a field that does not belong", () => {
  it("is named, with those that do", () => {
    expect(
      saidOf(z.strictObject({ a: z.optional(z.string()), b: z.optional(z.string()) }), { c: 1, d: 2 }),
    ).toEqual([
      "/c found a field that does not belong here; expected one of a, b",
      "/d found a field that does not belong here either",
    ]);
    expect(saidOf(z.strictObject({}), { c: 1 })).toEqual([
      "/c found a field that does not belong here; expected nothing",
    ]);
  });

  it("is named without them where nobody told which do", () => {
    expect(saidOf(z.strictObject({}), { c: 1 }, {})).toEqual(["/c found a field that does not belong here"]);
  });
});

describe("input that fits none of several shapes", () => {
  const shapes = z.union(
    [z.object({ a: z.string(), b: z.string() }), z.object({ c: z.string(), d: z.string(), e: z.string() })],
    { error: "one of two shapes" },
  );

  it("is told by the shape that it misses by the least", () => {
    expect(saidOf(shapes, { a: "fits" })).toEqual(["/b found nothing; expected a text"]);
    expect(saidOf(shapes, { c: "fits", d: "fits" })).toEqual(["/e found nothing; expected a text"]);
    expect(saidOf(z.object({ x: shapes }), { x: { a: "fits" } })).toEqual([
      "/x/b found nothing; expected a text",
    ]);
  });

  it("is told in the union's words when two are as near", () => {
    expect(saidOf(shapes, { c: "fits" })).toEqual([" found an object; expected one of two shapes"]);
  });

  it("is told by the only shape that there is", () => {
    expect(saidOf(z.union([z.object({ a: z.string() })]), {})).toEqual(["/a found nothing; expected a text"]);
  });
});

describe("the problem that it makes", () => {
  const coded = (code: string) =>
    z.string().check(
      z.superRefine((_, context) => {
        context.addIssue({ code: "custom", message: "another", params: { code } });
      }),
    );
  const problemOf = (schema: z.ZodMiniType, input: unknown) =>
    invalidInput(errorOf(schema, input), input, "invalid-body");

  it("says all in one sentence, and each by its field", () => {
    const schema = z.object({ a: z.string(), b: z.int() });
    const problem = problemOf(schema, { a: 1, b: "x" });
    expect(problem).toMatchObject({
      code: "invalid-body",
      message: '/a: found 1; expected a text; /b: found "x"; expected a number',
    });
    expect(problem.fields).toEqual([
      { pointer: "/a", detail: "found 1; expected a text" },
      { pointer: "/b", detail: 'found "x"; expected a number' },
    ]);
    expect(problemOf(schema, [])).toMatchObject({
      message: "The whole: found an empty list; expected an object",
    });
  });

  it("names the first 50 fields, and says how many more there are", () => {
    const problemWith = (count: number) => problemOf(z.array(z.int()), Array<string>(count).fill("x"));
    expect(problemWith(50).fields).toHaveLength(50);
    expect(problemWith(50).message).toMatch(/\/49: found "x"; expected a number$/);
    expect(problemWith(52).fields).toHaveLength(50);
    expect(problemWith(52).message).toMatch(/\/49: found "x"; expected a number; and 2 more$/);
  });

  it("has a field's own code when all fields agree on it", () => {
    const schema = z.object({
      a: coded("duration-out-of-bounds"),
      b: z.optional(coded("duration-out-of-bounds")),
    });
    expect(problemOf(schema, { a: "x", b: "y" }).code).toBe("duration-out-of-bounds");
    expect(problemOf(z.object({ a: coded("duration-out-of-bounds"), b: z.string() }), { a: "x" }).code).toBe(
      "invalid-body",
    );
    expect(
      problemOf(z.object({ a: coded("duration-out-of-bounds"), b: coded("start-out-of-bounds") }), {
        a: "x",
        b: "y",
      }).code,
    ).toBe("invalid-body");
  });

  it("is about unknown fields only where nothing else is wrong: the title would hide the rest", () => {
    const schema = z.strictObject({ a: z.string() });
    expect(problemOf(schema, { a: "x", b: 2 }).code).toBe("unknown-field");
    expect(problemOf(schema, { a: 1, b: 2 }).code).toBe("invalid-body");
  });

  it("says once what is to be said of several unknown fields", () => {
    expect(problemOf(z.strictObject({ a: z.string() }), { a: "x", b: 2, c: 3 }).message).toBe(
      "/b, /c: found a field that does not belong here; expected one of a",
    );
  });
});
