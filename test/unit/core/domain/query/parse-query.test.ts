import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { DomainError } from "../../../../../lambdas/core/domain/errors.ts";
import { parseQuery } from "../../../../../lambdas/core/domain/query/parse-query.ts";
import { printQuery } from "../../../../../lambdas/core/domain/query/print-query.ts";
import { anyQuery } from "../../../../support/queries.ts";

describe("what is understood", () => {
  test.each([
    ['not resource_name = "a" and resource_name = "b" or resource = "c"', '((not (resource_name = "a")) and resource_name = "b") or resource = "c"'],
    ['resource_name = "a" or resource_name = "b" and resource = "c"', 'resource_name = "a" or (resource_name = "b" and resource = "c")'],
    ['NOT resource = "a" AND resource = "b"', 'not resource = "a" and resource = "b"'],
    ['resource_tag [ "env" ]in("prod","stage")', 'resource_tag["env"] in ("prod", "stage")'],
    [String.raw`resource_name = "say \"hi\" \\ there"`, String.raw`(resource_name = "say \"hi\" \\ there")`],
  ])("%s is %s", (one, other) => {
    expect(parseQuery(one)).toEqual(parseQuery(other));
  });

  it("is what was printed", () => {
    fc.assert(
      fc.property(anyQuery, (query) => {
        expect(parseQuery(printQuery(query))).toEqual(query);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("what is wrong", () => {
  test.each([
    ["", 'column 1: found the end of the query; expected "(", a field or not'],
    ['resource_name = "a" and', 'column 24: found the end of the query; expected (, a field or not'],
    ["resource_name = 'a'", "column 17: found a single quote; expected a value in double quotes"],
    ['resource_name == "a"', 'column 15: found "=="; expected "="'],
    ['resource_nam = "a"', 'column 1: found "resource_nam", which is no field; did you mean resource_name?'],
    ['resource_name like "a"', 'column 15: found "like"; expected !=, =, [, contains, ends_with, in, not_contains, not_in or starts_with'],
    ['resource_name = "a\nb"', "line 1, column 19: found a line break or another control character in a value; expected none"],
    ['resource_tag = "a"', 'column 1: found resource_tag without a key; expected one, such as resource_tag["env"]'],
    ['resource_name in ("a",)', 'column 23: found ")"; expected a value in double quotes'],
  ])("%s", (text, words) => {
    expect(() => parseQuery(text)).toThrow(words);
  });

  it("is told in words, whatever it is", () => {
    const words = fc.constantFrom(
      "resource_name", 'resource_tag["a"]', "=", "!=", "in", "not_in", "(", ")", ",", '"a"', "and", "or", "not", "[", "]", '"', "\\", "\n", "x", "'", "💥", "contains",
    );
    const texts = fc.oneof(fc.string({ unit: "binary" }), fc.array(words).map((all) => all.join(" ")), fc.array(words).map((all) => all.join("")));
    fc.assert(
      fc.property(texts, (text) => {
        try {
          parseQuery(text);
        } catch (error) {
          expect(error).toBeInstanceOf(DomainError);
          expect(String(error)).toMatch(/^DomainError: The query: (?:line \d+, )?column \d+: .*; (?:expected .+|did you mean .+\?)\.$/su);
        }
      }),
      { numRuns: 5000 },
    );
  });
  it("may be nested as deeply as it likes", () => {
    for (const open of ["(", "not ", "not("]) expect(() => parseQuery(`${open.repeat(4000)}resource="a"`.slice(0, 9999))).toThrow(/50 levels|column/);
  });
});
