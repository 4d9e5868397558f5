import {
  EntitlementRecordSchema,
  entitlementKey,
  type EntitlementRecord,
} from "../../core/domain/entitlement.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { EntitlementReader, EntitlementStore } from "../../core/ports/stores.ts";
import { follows } from "./conditions.ts";
import { accessKeys, entitlementAttributes, ttlAt } from "./keys.ts";
import { stored } from "./stored.ts";
import { table, type Item, type TableDeps } from "./table.ts";

/**
 * How long the record of what is gone stays, so that a late writer still meets its version: far longer than the
 * 16 minutes in which anything may be late, and than the few days by which TTL lags.
 */
const ABSENT_KEPT_MILLISECONDS = 30 * 24 * 3600 * 1000;

/** The record that an item of the Access table holds. */
export const entitlementRecordOf = (item: Item): EntitlementRecord => stored(EntitlementRecordSchema, item);

/** Many entitlement records of the Access table at once. */
export const entitlementReader = (deps: TableDeps): EntitlementReader => {
  const access = table(deps);
  return {
    getAll: async (keys) => {
      const items = await access.batchGet([...new Set(keys)].map((key) => accessKeys.entitlement(key)));
      return items.map(entitlementRecordOf);
    },
  };
};

/** Entitlement records in the Access table. */
export const entitlementStore = ({
  clock,
  ...deps
}: TableDeps & { readonly clock: Clock }): EntitlementStore => {
  const access = table(deps);
  return {
    get: async (key) => {
      const item = await access.get(accessKeys.entitlement(key));
      return item === undefined ? undefined : entitlementRecordOf(item);
    },
    put: (next) => {
      const now = clock.now();
      const item = {
        ...next,
        ...entitlementAttributes(entitlementKey(next.entitlement), next, now),
        ...(next.state === "absent" ? ttlAt(new Date(now.getTime() + ABSENT_KEPT_MILLISECONDS)) : {}),
      };
      return access.put(item, follows(next.version));
    },
  };
};
