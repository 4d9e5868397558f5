import type { Field } from "./fields.ts";
import type { Query } from "./query.ts";

/** The query as somebody would write it, with the fewest parentheses. What is parsed of it is the same query again. */
export const printQuery = (query: Query): string => {
  switch (query.kind) {
    case "comparison":
      return `${printField(query.field)} ${query.operator} ${printValue(query.value)}`;
    case "among":
      return `${printField(query.field)} ${query.operator} (${query.values.map(printValue).join(", ")})`;
    case "not":
      return `not ${printWithin(query.operand, "not")}`;
    case "and":
    case "or":
      return query.operands.map((operand) => printWithin(operand, query.kind)).join(` ${query.kind} `);
  }
};

/** How tightly each kind binds what is around it. */
const TIGHTNESS: Readonly<Record<Query["kind"], number>> = { or: 0, and: 1, not: 2, comparison: 3, among: 3 };

const printWithin = (operand: Query, around: Query["kind"]): string =>
  TIGHTNESS[operand.kind] < TIGHTNESS[around] ? `(${printQuery(operand)})` : printQuery(operand);

const printField = (field: Field): string =>
  "key" in field ? `${field.name}[${printValue(field.key)}]` : field.name;

const printValue = (value: string): string => `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
