import { NOT_KNOWN, readerOf, type QuerySubject } from "./fields.ts";
import type { Among, Comparison, Query } from "./query.ts";

/** Whether a query selects something; undefined where that depends on what nobody knows. */
export type Selects = (subject: QuerySubject) => boolean | undefined;

/**
 * Makes a function of a query, once for as many subjects as there are. Values are compared as they are, upper and lower
 * case too; what has no such value has none that is equal, and every comparison that says `not` is true of it. A value that
 * nobody knows makes the comparison neither true nor false (Kleene's logic of three values, as in domain/rule.ts).
 */
export const compileQuery = (query: Query): Selects => {
  switch (query.kind) {
    case "comparison":
    case "among": {
      const read = readerOf(query.field);
      const fits = fitsOf(query);
      return (subject) => {
        const value = read(subject);
        return value === NOT_KNOWN ? undefined : fits(value);
      };
    }
    case "not": {
      const selects = compileQuery(query.operand);
      return (subject) => {
        const found = selects(subject);
        return found === undefined ? undefined : !found;
      };
    }
    case "and":
      return joinedBy(query.operands.map(compileQuery), false);
    case "or":
      return joinedBy(query.operands.map(compileQuery), true);
  }
};

/** One operand that is `decisive` decides; else what one of them leaves open is open. */
const joinedBy =
  (operands: readonly Selects[], decisive: boolean): Selects =>
  (subject) => {
    let sum: boolean | undefined = !decisive;
    for (const selects of operands) {
      const found = selects(subject);
      if (found === decisive) return decisive;
      if (found === undefined) sum = undefined;
    }
    return sum;
  };

/** Whether the value of its field is as the comparison wants it; undefined where there is none. */
export const fitsOf = (comparison: Comparison | Among): ((value: string | undefined) => boolean) => {
  if (comparison.kind === "among") {
    const listed: ReadonlySet<string | undefined> = new Set(comparison.values);
    return comparison.operator === "in" ? (value) => listed.has(value) : (value) => !listed.has(value);
  }
  const { operator, value: wanted } = comparison;
  switch (operator) {
    case "=":
      return (value) => value === wanted;
    case "!=":
      return (value) => value !== wanted;
    case "contains":
      return (value) => value?.includes(wanted) === true;
    case "not_contains":
      return (value) => value?.includes(wanted) !== true;
    case "starts_with":
      return (value) => value?.startsWith(wanted) === true;
    case "ends_with":
      return (value) => value?.endsWith(wanted) === true;
  }
};
