import { ChainHeadSchema, type ChainHead } from "../../core/domain/audit-root.ts";
import type { ChainHeads } from "../../core/ports/audit-roots.ts";
import { AUDIT_BY_DAY } from "./keys.ts";
import { table, type TableDeps } from "./table.ts";

/** The heads of chains, from the Audit table's index by day: the entries themselves are not read. */
export const chainHeads = (deps: TableDeps): ChainHeads => {
  const audit = table(deps);
  return {
    changedOn: async (day) => {
      const entries = await audit.queryAll({
        IndexName: AUDIT_BY_DAY.name,
        KeyConditionExpression: "#day = :day",
        ExpressionAttributeNames: { "#day": AUDIT_BY_DAY.partition },
        ExpressionAttributeValues: { ":day": day },
      });
      const heads = new Map<string, ChainHead>();
      for (const { pk: requestId, sk: sequence, hash } of entries) {
        const head = ChainHeadSchema.parse({ requestId, sequence, hash });
        if (head.sequence > (heads.get(head.requestId)?.sequence ?? 0)) heads.set(head.requestId, head);
      }
      return [...heads.values()];
    },
  };
};
