import fc from "fast-check";
import {
  FieldNames,
  isKeyedField,
  type Field,
  type QueryPermission,
  type QueryResource,
  type QuerySubject,
} from "../../lambdas/core/domain/query/fields.ts";
import { parseQuery } from "../../lambdas/core/domain/query/parse-query.ts";
import { ListOperators, ValueOperators, type Query } from "../../lambdas/core/domain/query/query.ts";

/** Reads a query of resources and the permissions on them. */
export const queryOf = (text: string): Query => parseQuery(text, { about: "permissions on resources" });

const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f\u2028\u2029]/;

const anyValue = fc.string({ unit: "grapheme" }).filter((text) => !CONTROL_CHARACTERS.test(text));

/** So few values, that comparisons of them come out either way; among them what every object inherits. */
const oneOfFewValues = fc.constantFrom("", "a", "b", "ab", "ba", "A", "constructor", "__proto__");

const fieldWith = (key: fc.Arbitrary<string>): fc.Arbitrary<Field> =>
  fc
    .record({ name: fc.constantFrom(...FieldNames), key })
    .map(({ name, key }) => (isKeyedField(name) ? { name, key } : { name }) as Field);

const comparisonWith = (value: fc.Arbitrary<string>): fc.Arbitrary<Query> =>
  fc.oneof(
    fc.record({
      kind: fc.constant("comparison" as const),
      field: fieldWith(value),
      operator: fc.constantFrom(...ValueOperators),
      value,
    }),
    fc.record({
      kind: fc.constant("among" as const),
      field: fieldWith(value),
      operator: fc.constantFrom(...ListOperators),
      values: fc
        .tuple(value, fc.array(value, { maxLength: 3 }))
        .map(([first, rest]) => [first, ...rest] as const),
    }),
  );

const operandsOf = (kind: "and" | "or", operand: fc.Arbitrary<Query>): fc.Arbitrary<Query> => {
  const other = operand.filter((one) => one.kind !== kind);
  return fc
    .tuple(other, other, fc.array(other, { maxLength: 2 }))
    .map(([first, second, rest]) => ({ kind, operands: [first, second, ...rest] }));
};

const queryWith = (value: fc.Arbitrary<string>): fc.Arbitrary<Query> =>
  fc.letrec<{ query: Query }>((tie) => ({
    query: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      comparisonWith(value),
      tie("query").map((operand): Query => ({ kind: "not", operand })),
      operandsOf("and", tie("query")),
      operandsOf("or", tie("query")),
    ),
  })).query;

/** Any query that can be written. */
export const anyQuery = queryWith(anyValue);

/** A query over subjects of {@link anySubject}, of which it selects some. */
export const anyQueryOfFewValues = queryWith(oneOfFewValues);

const texts = fc.dictionary(oneOfFewValues, oneOfFewValues, { maxKeys: 3, noNullPrototype: true });

const anyResource: fc.Arbitrary<QueryResource> = fc.record(
  {
    type: oneOfFewValues,
    id: oneOfFewValues,
    name: oneOfFewValues,
    path: oneOfFewValues,
    status: oneOfFewValues,
    riskLevel: oneOfFewValues,
    tags: texts,
    context: texts,
  },
  { requiredKeys: ["type", "id", "name", "path", "status", "tags", "context"] },
);

const anyPermission: fc.Arbitrary<QueryPermission> = fc.record({
  id: oneOfFewValues,
  name: oneOfFewValues,
  riskLevel: oneOfFewValues,
  tags: texts,
  context: texts,
});

export const anySubject: fc.Arbitrary<QuerySubject> = fc.record(
  { resource: anyResource, permission: anyPermission, integration: oneOfFewValues },
  { requiredKeys: ["resource", "integration"] },
);
