import { readerOf, type QuerySubject } from "./fields.ts";
import type { Among, Comparison, Query } from "./query.ts";

/** Whether a query selects something. */
export type Selects = (subject: QuerySubject) => boolean;

/**
 * Makes a function of a query, once for as many subjects as there are. Values are compared as they are, upper and lower
 * case too; what has no such value has none that is equal, and every comparison that says `not` is true of it.
 */
export const compileQuery = (query: Query): Selects => {
  switch (query.kind) {
    case "comparison":
    case "among": {
      const read = readerOf(query.field);
      const fits = fitsOf(query);
      return (subject) => fits(read(subject));
    }
    case "not": {
      const selects = compileQuery(query.operand);
      return (subject) => !selects(subject);
    }
    case "and": {
      const all = query.operands.map(compileQuery);
      return (subject) => all.every((selects) => selects(subject));
    }
    case "or": {
      const any = query.operands.map(compileQuery);
      return (subject) => any.some((selects) => selects(subject));
    }
  }
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
