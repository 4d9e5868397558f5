import type { RequestCounts } from "../../core/ports/sweep.ts";
import { AccessIndex } from "./keys.ts";
import { table, type TableDeps } from "./table.ts";

/**
 * Beyond so many in one status the exact number says no more. A place in the index is some 200 bytes: counting 20,000 reads
 * 4 MB, half a read unit for each 4 KB.
 */
const ENOUGH = 20_000;

/** Requests by status, counted in the Access table's index `byStatus`. */
export const requestCounts = (deps: TableDeps): RequestCounts => {
  const access = table(deps);
  return {
    countOf: (status) =>
      access.count(
        {
          IndexName: AccessIndex.byStatus.name,
          KeyConditionExpression: "#partition = :partition",
          ExpressionAttributeNames: { "#partition": AccessIndex.byStatus.partition },
          ExpressionAttributeValues: { ":partition": status },
        },
        ENOUGH,
      ),
  };
};
