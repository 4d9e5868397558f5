import fc from "fast-check";
import { isKeyedField, FieldNames, type Field } from "../../lambdas/core/domain/query/fields.ts";
import { ListOperators, ValueOperators, type Query } from "../../lambdas/core/domain/query/query.ts";

const value = fc.string({ unit: "grapheme" }).filter((text) => !/[\u0000-\u001f\u007f\u2028\u2029]/.test(text));

const field: fc.Arbitrary<Field> = fc
  .record({ name: fc.constantFrom(...FieldNames), key: value })
  .map(({ name, key }) => (isKeyedField(name) ? { name, key } : { name }) as Field);

const comparison: fc.Arbitrary<Query> = fc.oneof(
  fc.record({ kind: fc.constant("comparison" as const), field, operator: fc.constantFrom(...ValueOperators), value }),
  fc.record({
    kind: fc.constant("among" as const),
    field,
    operator: fc.constantFrom(...ListOperators),
    values: fc.array(value, { minLength: 1, maxLength: 4 }) as unknown as fc.Arbitrary<[string, ...string[]]>,
  }),
);

const operandsOf = (kind: "and" | "or", operand: fc.Arbitrary<Query>): fc.Arbitrary<Query> =>
  fc
    .array(
      operand.filter((one) => one.kind !== kind),
      { minLength: 2, maxLength: 4 },
    )
    .map((operands) => ({ kind, operands: operands as [Query, Query, ...Query[]] }));

/** Any query that can be written. */
export const anyQuery: fc.Arbitrary<Query> = fc.letrec<{ query: Query }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    comparison,
    tie("query").map((operand): Query => ({ kind: "not", operand })),
    operandsOf("and", tie("query")),
    operandsOf("or", tie("query")),
  ),
})).query;
