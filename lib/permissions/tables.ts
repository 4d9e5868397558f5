import type { Table } from "aws-cdk-lib/aws-dynamodb";
import type { PolicyStatementProps } from "aws-cdk-lib/aws-iam";
import { permission, type Permission } from "./permission.ts";

type TableAction = "GetItem" | "BatchGetItem" | "Query" | "PutItem" | "UpdateItem" | "DeleteItem";

/** The named actions on a table and, for Query, on the named indexes. Nobody may scan. */
export function onTable(
  sid: string,
  table: Pick<Table, "tableArn">,
  actions: readonly TableAction[],
  indexes: readonly string[] = [],
): Permission {
  return permission({
    sid,
    actions: actions.map((action) => `dynamodb:${action}`),
    resources: [table.tableArn, ...indexes.map((index) => `${table.tableArn}/index/${index}`)],
  });
}

/** Queries on the named indexes of a table, and nothing on the table itself. */
export function onIndexes(
  sid: string,
  table: Pick<Table, "tableArn">,
  indexes: readonly string[],
): Permission {
  return permission({
    sid,
    actions: ["dynamodb:Query"],
    resources: indexes.map((index) => `${table.tableArn}/index/${index}`),
  });
}

/** The named actions on items with one of these partition keys, and on no others. */
export function onItems(
  sid: string,
  table: Pick<Table, "tableArn">,
  actions: readonly TableAction[],
  partitionKeys: readonly string[],
): Permission {
  return permission(statementOnItems(sid, table, actions, partitionKeys));
}

/** Puts items whose partition key begins with `prefix`, and no others. */
export function puttingItems(sid: string, table: Pick<Table, "tableArn">, prefix: string): Permission {
  return onItems(sid, table, ["PutItem"], [`${prefix}*`]);
}

/** Gets items whose partition key begins with `prefix`, and no others. */
export function gettingItems(sid: string, table: Pick<Table, "tableArn">, prefix: string): Permission {
  return onItems(sid, table, ["GetItem"], [`${prefix}*`]);
}

/** Updates items whose partition key begins with `prefix`, and no others. */
export function updatingItems(sid: string, table: Pick<Table, "tableArn">, prefix: string): Permission {
  return onItems(sid, table, ["UpdateItem"], [`${prefix}*`]);
}

/**
 * Updates the named attributes, and no others, of items whose partition key begins with `prefix`, and returns nothing of
 * them. The attributes that a condition compares and the keys count as named as well: what a call may compare, it may
 * also write (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html).
 */
export function updatingAttributes(
  sid: string,
  table: Pick<Table, "tableArn">,
  prefix: string,
  attributes: readonly string[],
): Permission {
  const onAttributes = statementOnItems(sid, table, ["UpdateItem"], [`${prefix}*`]);
  return permission({
    ...onAttributes,
    conditions: {
      ...onAttributes.conditions,
      "ForAllValues:StringEquals": { "dynamodb:Attributes": attributes },
      StringEqualsIfExists: { "dynamodb:ReturnValues": "NONE" },
    },
  });
}

/**
 * Null: ForAllValues alone would also let a call through that names no key
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html).
 */
function statementOnItems(
  sid: string,
  table: Pick<Table, "tableArn">,
  actions: readonly TableAction[],
  partitionKeys: readonly string[],
): PolicyStatementProps & { readonly conditions: Readonly<Record<string, unknown>> } {
  return {
    sid,
    actions: actions.map((action) => `dynamodb:${action}`),
    resources: [table.tableArn],
    conditions: {
      "ForAllValues:StringLike": { "dynamodb:LeadingKeys": partitionKeys },
      Null: { "dynamodb:LeadingKeys": "false" },
    },
  };
}
