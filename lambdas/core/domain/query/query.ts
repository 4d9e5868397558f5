import type { Field } from "./fields.ts";

/** The longest query (characters): a list of 100 ARNs fits. */
export const LONGEST_QUERY = 10_000;

/** How a value of a field is compared. What is said with `not_` or `!` is true wherever its opposite is not. */
export const ValueOperators = ["=", "!=", "contains", "not_contains", "starts_with", "ends_with"] as const;
export type ValueOperator = (typeof ValueOperators)[number];

export const ListOperators = ["in", "not_in"] as const;
export type ListOperator = (typeof ListOperators)[number];

export interface Comparison {
  readonly kind: "comparison";
  readonly field: Field;
  readonly operator: ValueOperator;
  readonly value: string;
}

export interface Among {
  readonly kind: "among";
  readonly field: Field;
  readonly operator: ListOperator;
  readonly values: readonly [string, ...string[]];
}

/** A query as it is understood. The operands of an `and` are no `and`, and those of an `or` are no `or`. */
export type Query =
  | Comparison
  | Among
  | { readonly kind: "not"; readonly operand: Query }
  | { readonly kind: "and" | "or"; readonly operands: readonly [Query, Query, ...Query[]] };
