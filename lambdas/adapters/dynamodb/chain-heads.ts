import { ChainHeadSchema, type ChainHead } from "../../core/domain/audit-root.ts";
import { ownerOf } from "../../core/domain/chain.ts";
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
      for (const { pk: chain, sk: sequence, hash } of entries) {
        const head = ChainHeadSchema.parse({ ...ownerOf(String(chain)), sequence, hash });
        if (head.sequence > (heads.get(String(chain))?.sequence ?? 0)) heads.set(String(chain), head);
      }
      return [...heads.values()];
    },
  };
};
