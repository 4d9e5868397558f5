import { fitsOf } from "./compile-query.ts";
import { NOT_KNOWN, type Field, type Text } from "./fields.ts";
import type { Query } from "./query.ts";

/** A field's value that is the same for all subjects that are asked about; undefined where it is not known beforehand. */
export type KnownValue = (field: Field) => { readonly value: Text } | undefined;

/**
 * What is left of a query to be asked where some fields are known: nothing more than `true` or `false`, often. It says of
 * every subject with those values what the query says.
 */
export const specialiseQuery = (query: Query, known: KnownValue): Query | boolean => {
  switch (query.kind) {
    case "comparison":
    case "among": {
      const found = known(query.field);
      return found === undefined || found.value === NOT_KNOWN ? query : fitsOf(query)(found.value);
    }
    case "not": {
      const operand = specialiseQuery(query.operand, known);
      return typeof operand === "boolean" ? !operand : { kind: "not", operand };
    }
    case "and":
    case "or":
      return joined(
        query.kind,
        query.operands.map((operand) => specialiseQuery(operand, known)),
      );
  }
};

const joined = (kind: "and" | "or", operands: readonly (Query | boolean)[]): Query | boolean => {
  const decisive = kind === "or";
  if (operands.includes(decisive)) return decisive;
  const [first, second, ...rest] = operands
    .filter((operand) => typeof operand !== "boolean")
    .flatMap((operand) => (operand.kind === kind ? operand.operands : [operand]));
  if (first === undefined) return !decisive;
  return second === undefined ? first : { kind, operands: [first, second, ...rest] };
};
