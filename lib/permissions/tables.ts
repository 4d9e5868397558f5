import type { Table } from "aws-cdk-lib/aws-dynamodb";
import { permission, type Permission } from "./permission.ts";

type TableAction = "GetItem" | "BatchGetItem" | "Query" | "PutItem" | "DeleteItem";

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
