import { timestamp } from "../../core/domain/ids.ts";
import type { EntitlementIndex } from "../../core/ports/stores.ts";
import { dueItems } from "./due-items.ts";
import { entitlementRecordOf } from "./entitlement-store.ts";
import { DuePartition } from "./keys.ts";
import { table, type TableDeps } from "./table.ts";

/** Entitlement records that somebody has to act on, by the Access table's index `byDue`. */
export const entitlementIndex = (deps: TableDeps): EntitlementIndex => {
  const access = table(deps);
  return {
    removals: (now, limit, onUnreadable) => {
      const query = { partitions: [DuePartition.removals], until: timestamp(now), limit };
      return dueItems(access, query, { read: entitlementRecordOf, onUnreadable });
    },
    longestUnverified: (limit, onUnreadable) => {
      const query = { partitions: [DuePartition.observations], limit };
      return dueItems(access, query, { read: entitlementRecordOf, onUnreadable });
    },
  };
};
