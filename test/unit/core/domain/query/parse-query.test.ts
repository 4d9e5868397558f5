import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DomainError } from "../../../../../lambdas/core/domain/errors.ts";
import { FieldNames, isKeyedField } from "../../../../../lambdas/core/domain/query/fields.ts";
import { parseQuery } from "../../../../../lambdas/core/domain/query/parse-query.ts";
import { printQuery } from "../../../../../lambdas/core/domain/query/print-query.ts";
import { ListOperators, ValueOperators } from "../../../../../lambdas/core/domain/query/query.ts";
import { anyQuery, queryOf } from "../../../../support/queries.ts";

/** `a`, `b`, … as comparisons, so that the rows below show nothing but how they are joined. */
const spelledOut = (text: string): string =>
  text.replaceAll(/\b[a-d]\b/g, (letter) => `resource_name = "${letter}"`);

describe("what is understood", () => {
  it.each([
    ["a and b or c", "(a and b) or c"],
    ["a or b and c", "a or (b and c)"],
    ["not a and b", "(not a) and b"],
    ["not a or b", "(not a) or b"],
    ["a or not b and c", "a or ((not b) and c)"],
    ["a and b or c and d", "(a and b) or (c and d)"],
    ["not not a", "not (not a)"],
    ["a and b and c", "a and (b and c)"],
    ["(a or b) or c", "a or b or c"],
    ["((((a))))", "a"],
    ["a AND b Or NOT c", "a and b or not c"],
    ["not(a)and(b)or(c)", "not a and b or c"],
    ["\n a\tand\r\n b ", "a and b"],
  ])("%j is %j", (one, other) => {
    expect(queryOf(spelledOut(one))).toEqual(queryOf(spelledOut(other)));
  });

  it.each([
    ["(a or b) and c", "a or b and c"],
    ["not (a and b)", "not a and b"],
    ["not (a or b)", "not a or b"],
    ["a and not (b or c)", "a and not b or c"],
  ])("%j is not %j: parentheses count", (one, other) => {
    expect(queryOf(spelledOut(one))).not.toEqual(queryOf(spelledOut(other)));
  });

  it.each([
    ['resource_name = "a"', { name: "resource_name" }, "a"],
    ['resource_tag["env"] = "prod"', { name: "resource_tag", key: "env" }, "prod"],
    ['resource_tag [ "env" ]="prod"', { name: "resource_tag", key: "env" }, "prod"],
    [String.raw`resource_tag["a\"]"] = "b"`, { name: "resource_tag", key: 'a"]' }, "b"],
    [
      String.raw`resource_name = "say \"hi\" \\ there"`,
      { name: "resource_name" },
      String.raw`say "hi" \ there`,
    ],
    ['resource_name = ""', { name: "resource_name" }, ""],
    ['resource_name = "and or not ( ] = 💥 é"', { name: "resource_name" }, "and or not ( ] = 💥 é"],
  ])("%s has the field and the value that are written", (text, field, value) => {
    expect(queryOf(text)).toEqual({ kind: "comparison", field, operator: "=", value });
  });

  it.each(ValueOperators)("the operator %s", (operator) => {
    expect(queryOf(`resource_name ${operator} "a"`)).toMatchObject({ kind: "comparison", operator });
  });

  it.each(ListOperators)("the operator %s, with a list", (operator) => {
    expect(queryOf(`resource_name ${operator} ("a" , "b","c")`)).toMatchObject({
      kind: "among",
      operator,
      values: ["a", "b", "c"],
    });
    expect(queryOf(`resource_name ${operator}("a")`)).toMatchObject({ values: ["a"] });
  });

  it.each(FieldNames)("the field %s", (name) => {
    const field = isKeyedField(name) ? { name, key: "k" } : { name };
    const written = isKeyedField(name) ? `${name}["k"]` : name;
    expect(queryOf(`${written} = "a"`)).toMatchObject({ field });
  });

  it("is what was printed", () => {
    fc.assert(
      fc.property(anyQuery, (query) => {
        const printed = printQuery(query);
        expect(queryOf(printed)).toEqual(query);
        expect(printQuery(queryOf(printed))).toBe(printed);
      }),
      { numRuns: 1000 },
    );
  });

  it("is printed with the parentheses that it needs, and no more", () => {
    const printed = (text: string) => printQuery(queryOf(spelledOut(text)));
    expect(printed("((a) and (b or not (c or d)))")).toBe(spelledOut("a and (b or not (c or d))"));
    expect(printed("((a) and (b)) or (not (not (c)))")).toBe(spelledOut("a and b or not not c"));
  });
});

/** What the error says, without what every one begins and ends with. */
const refusalOf = (
  text: string,
  about: "resources" | "permissions on resources" = "permissions on resources",
) => {
  try {
    parseQuery(text, { about });
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    expect(error.code).toBe("invalid-query");
    const [{ pointer, detail } = { pointer: "", detail: "" }] = error.fields;
    expect(pointer).toBe("/query");
    // One sign ends the sentence: a question has its own.
    expect(error.message).toBe(`The query: ${detail}${detail.endsWith("?") ? "" : "."}`);
    return detail;
  }
  return undefined;
};

describe("what is wrong", () => {
  it.each([
    ["", "column 1: found the end of the query; expected (, a field or not"],
    ["  ", "column 3: found the end of the query; expected (, a field or not"],
    ['resource_name = "a" and', "column 24: found the end of the query; expected (, a field or not"],
    [
      'resource_name = "a" resource = "b"',
      'column 21: found "resource"; expected and, or or the end of the query',
    ],
    ['(resource_name = "a"', "column 21: found the end of the query; expected ), and or or"],
    ['resource_name = "a")', 'column 20: found ")"; expected and, or or the end of the query'],
    ["and", 'column 1: found "and"; expected (, a field or not'],
    ["resource_name = 'a'", "column 17: found a single quote; expected a value in double quotes"],
    ["resource_name = a", 'column 17: found "a"; expected a value in double quotes'],
    ["resource_name =", "column 16: found the end of the query; expected a value in double quotes"],
    ['resource_name == "a"', 'column 16: found "=="; expected "="'],
    [
      'resource_name like "a"',
      'column 15: found "like"; expected !=, =, [, contains, ends_with, in, not_contains, not_in or starts_with',
    ],
    [
      'resource_name IN ("a")',
      'column 15: found "IN"; expected !=, =, [, contains, ends_with, in, not_contains, not_in or starts_with',
    ],
    ['resource_name in "a"', String.raw`column 18: found "\""; expected (`],
    ["resource_name in ()", 'column 19: found ")"; expected a value in double quotes'],
    ['resource_name in ("a",)', 'column 23: found ")"; expected a value in double quotes'],
    ['resource_name in ("a" "b")', String.raw`column 23: found "\""; expected ) or ,`],
    [
      'resource_name = "a\nb"',
      "line 1, column 19: found a line break or another control character in a value; expected none",
    ],
    [
      'resource_name = "a"\nand resource_nam = "b"',
      'line 2, column 5: found "resource_nam", which is no field; did you mean resource_name?',
    ],
    ['resource_name = "a', 'column 19: found the end of the query; expected " at the end of the value'],
    [
      String.raw`resource_name = "a\n"`,
      String.raw`column 19: found a backslash; expected it before " or \ only`,
    ],
    ['resource_nam = "a"', 'column 1: found "resource_nam", which is no field; did you mean resource_name?'],
    [
      'Resource_Name = "a"',
      'column 1: found "Resource_Name", which is no field; did you mean resource_name?',
    ],
    [
      'nonsense = "a"',
      `column 1: found "nonsense", which is no field; expected one of ${FieldNames.join(", ")}`,
    ],
    [
      '__proto__ = "a"',
      `column 1: found "__proto__", which is no field; expected one of ${FieldNames.join(", ")}`,
    ],
    [
      'constructor = "a"',
      `column 1: found "constructor", which is no field; expected one of ${FieldNames.join(", ")}`,
    ],
    [
      'resource_tag = "a"',
      'column 1: found resource_tag without a key; expected one, such as resource_tag["env"]',
    ],
    ['resource_name["a"] = "b"', "column 1: found resource_name with a key; expected resource_name alone"],
    [
      'resource_tag["a"]["b"] = "x"',
      "column 18: found a second key; expected one alone, and an operator behind it",
    ],
    [
      'resource_name = "a" and resource_tag["a"] ["b"] = "x"',
      "column 43: found a second key; expected one alone, and an operator behind it",
    ],
    ['resource_tag["a" = "x"', 'column 18: found "="; expected ]'],
    ["resource_tag[env]", 'column 14: found "env"; expected a value in double quotes'],
    ['x💥 = "a"', `column 1: found "x", which is no field; expected one of ${FieldNames.join(", ")}`],
    ["💥", 'column 1: found "💥"; expected (, a field or not'],
  ])("%j is told by its column, with what was expected", (text, detail) => {
    expect(refusalOf(text)).toBe(detail);
  });

  it("is a permission where resources are looked at by themselves", () => {
    expect(refusalOf('resource = "a" or permission_name = "b"', "resources")).toBe(
      "column 19: found permission_name; expected a field of resources: no permission is looked at here",
    );
    expect(refusalOf('nonsense = "b"', "resources")).not.toContain("permission");
  });

  it("is told by the pointer that the query came from", () => {
    expect(() => parseQuery("", { about: "resources", pointer: "/scopes/0/query" })).toThrow(
      expect.objectContaining({ fields: [expect.objectContaining({ pointer: "/scopes/0/query" })] }),
    );
  });

  const words = fc.constantFrom(
    ...'resource_name resource_tag["a"] = != in not_in ( ) , "a" and or not [ ] " \\ \n x \' 💥 contains'.split(
      " ",
    ),
  );
  /** A query that was right, until some of its characters were taken out, put in or written over. */
  const almostRight = fc
    .tuple(
      anyQuery.map(printQuery),
      fc.array(
        fc.record({ at: fc.nat(), out: fc.nat(3), put: fc.oneof(fc.constant(""), words, fc.string()) }),
        {
          minLength: 1,
          maxLength: 3,
        },
      ),
    )
    .map(([printed, changes]) =>
      changes.reduce((text, { at, out, put }) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + put + text.slice(place + out);
      }, printed),
    );

  it("is told in words, whatever it is", () => {
    const texts = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(words).map((all) => all.join(" ")),
      fc.array(words).map((all) => all.join("")),
      almostRight,
    );
    let refused = 0;
    fc.assert(
      fc.property(texts, (text) => {
        const detail = refusalOf(text);
        if (detail === undefined) {
          const query = queryOf(text);
          expect(queryOf(printQuery(query))).toEqual(query);
          return;
        }
        refused += 1;
        expect(detail).toMatch(
          /^(?:line \d+, )?column \d+: found .*[;,] (?:expected .+|did you mean .+\?)$/su,
        );
      }),
      { numRuns: 5000 },
    );
    expect(refused).toBeGreaterThan(2500);
  });
});

describe("a query that is made to be slow", () => {
  const LIMIT = 10_000;

  it.each([
    ["parentheses", "(", 'resource = "a"'],
    ["nots", "not ", 'resource = "a"'],
    ["nots and parentheses", "not(", 'resource = "a"'],
    ["parentheses behind each other", '(resource="a")and ', 'resource = "a"'],
    ["comparisons", 'resource="a"or ', 'resource = "a"'],
    ["quotes", 'resource="\\"', '"'],
    ["backslashes", "\\\\", ""],
    ["spaces", " ", ""],
    ["a long word", "r", ' = "a"'],
    ["a long list", '"a",', '"a")'],
  ])("%s, ten thousand characters of them, is answered at once", (_, repeated, end) => {
    const begin = repeated === '"a",' ? "resource in (" : "";
    const text = `${begin}${repeated.repeat((LIMIT - begin.length - end.length) / repeated.length)}${end}`;
    expect(text.length).toBeGreaterThan(LIMIT - 40);
    const startedAt = performance.now();
    const detail = refusalOf(text);
    // Tens of milliseconds at most, by far: what grows faster than the text takes hours.
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect((detail ?? "").length).toBeLessThan(500);
  });

  it("is nested fifty levels deep at most", () => {
    const nested = (levels: number) => `${"(".repeat(levels)}resource = "a"${")".repeat(levels)}`;
    expect(refusalOf(nested(50))).toBeUndefined();
    expect(refusalOf(nested(51))).toBe(
      'column 52: found more than 50 levels of parentheses and "not"; expected fewer',
    );
    expect(refusalOf(`${"not ".repeat(51)}resource = "a"`)).toContain("more than 50 levels");
    // Beside each other they are not within each other.
    expect(refusalOf(Array.from({ length: 60 }, () => nested(40)).join(" or "))).toBeUndefined();
  });

  it("has ten thousand characters at most", () => {
    const fits = `resource = "${"a".repeat(LIMIT - 13)}"`;
    expect(fits).toHaveLength(LIMIT);
    expect(refusalOf(fits)).toBeUndefined();
    expect(refusalOf(`${fits} `)).toBe("column 10001: found 10001 characters; expected at most 10000");
  });
});
