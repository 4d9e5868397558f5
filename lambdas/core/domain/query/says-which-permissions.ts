import { isOfPermission } from "./fields.ts";
import type { Query } from "./query.ts";

/**
 * Whether a query, wherever it is true, has asked something of the permission. Where it has not, as in one branch of an `or`,
 * it selects every permission on what it finds, those that are made tomorrow too.
 */
export const saysWhichPermissions = (query: Query): boolean => says(query, false);

/** What is not both is not the one or not the other: under a `not`, `and` and `or` change places. */
const says = (query: Query, isNegated: boolean): boolean => {
  switch (query.kind) {
    case "comparison":
    case "among":
      return isOfPermission(query.field.name);
    case "not":
      return says(query.operand, !isNegated);
    case "and":
    case "or": {
      const everyBranch = (query.kind === "or") !== isNegated;
      const operands = query.operands.map((operand) => says(operand, isNegated));
      return everyBranch ? operands.every(Boolean) : operands.some(Boolean);
    }
  }
};
