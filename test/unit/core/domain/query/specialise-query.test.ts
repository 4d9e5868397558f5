import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileQuery } from "../../../../../lambdas/core/domain/query/compile-query.ts";
import { isOfPermission, readerOf, type Field } from "../../../../../lambdas/core/domain/query/fields.ts";
import { printQuery } from "../../../../../lambdas/core/domain/query/print-query.ts";
import { specialiseQuery } from "../../../../../lambdas/core/domain/query/specialise-query.ts";
import { anyQueryOfFewValues, anySubject, queryOf } from "../../../../support/queries.ts";

const named = ({ name }: Field) => (name === "permission_name" ? { value: "ReadOnly" } : undefined);

describe("a query of which a part is known", () => {
  it.each([
    ['permission_name = "ReadOnly"', true],
    ['permission_name != "ReadOnly"', false],
    ['permission_name = "Admin" and resource = "a"', false],
    ['permission_name = "ReadOnly" or resource = "a"', true],
    ['permission_name = "ReadOnly" and resource = "a"', 'resource = "a"'],
    ['permission_name = "Admin" or resource = "a"', 'resource = "a"'],
    ['not (permission_name = "ReadOnly" and resource = "a")', 'not resource = "a"'],
    ['not permission_name in ("ReadOnly")', false],
    [
      'resource = "a" or permission_name = "ReadOnly" and (resource = "b" or resource = "c")',
      'resource = "a" or resource = "b" or resource = "c"',
    ],
    ['resource = "a" and resource = "b"', 'resource = "a" and resource = "b"'],
  ])("%s comes to %s", (text, expected) => {
    const left = specialiseQuery(queryOf(text), named);
    expect(typeof left === "boolean" ? left : printQuery(left)).toBe(expected);
  });

  it("says of every subject what the whole query says, and asks for nothing that is known", () => {
    fc.assert(
      fc.property(anyQueryOfFewValues, anySubject, (query, subject) => {
        const left = specialiseQuery(query, (field) =>
          isOfPermission(field.name) ? { value: readerOf(field)(subject) } : undefined,
        );
        const { permission: _permission, ...alone } = subject;
        const found = typeof left === "boolean" ? left : compileQuery(left)(alone);
        expect(found).toBe(compileQuery(query)(subject));
        // It is a query as any other, which can be printed and read again.
        if (typeof left !== "boolean") expect(queryOf(printQuery(left))).toEqual(left);
      }),
      { numRuns: 2000 },
    );
  });
});
