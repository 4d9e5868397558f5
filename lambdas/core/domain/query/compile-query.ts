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
      return compileComparison(query);
    case "among":
      return compileAmong(query);
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

const compileComparison = ({ field, operator, value }: Comparison): Selects => {
  const read = readerOf(field);
  switch (operator) {
    case "=":
      return (subject) => read(subject) === value;
    case "!=":
      return (subject) => read(subject) !== value;
    case "contains":
      return (subject) => read(subject)?.includes(value) ?? false;
    case "not_contains":
      return (subject) => !(read(subject)?.includes(value) ?? false);
    case "starts_with":
      return (subject) => read(subject)?.startsWith(value) ?? false;
    case "ends_with":
      return (subject) => read(subject)?.endsWith(value) ?? false;
  }
};

const compileAmong = ({ field, operator, values }: Among): Selects => {
  const read = readerOf(field);
  const listed = new Set<string | undefined>(values);
  return operator === "in"
    ? (subject) => listed.has(read(subject))
    : (subject) => !listed.has(read(subject));
};
