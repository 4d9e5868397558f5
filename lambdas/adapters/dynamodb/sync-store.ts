import { randomUUID } from "node:crypto";
import { RetryableError } from "../../core/domain/errors.ts";
import {
  SyncSchema,
  SyncedAccountSchema,
  partsOfSyncId,
  type SyncId,
  type SyncedAccount,
} from "../../core/domain/sync.ts";
import type { AccountRange, SyncStore } from "../../core/ports/sync.ts";
import { follows, type Condition } from "./conditions.ts";
import {
  WRITE,
  inventoryKeys,
  syncPartition,
  syncedAccountPartition,
  ttlAt,
  type InventoryItemKind,
} from "./keys.ts";
import { stored } from "./stored.ts";
import { table, type Key, type Table, type TableDeps } from "./table.ts";

/** How long the accounts of a pass stay, which the pass itself sums up when it ends: longer than any pass takes. */
const ACCOUNTS_KEPT_MILLISECONDS = 7 * 24 * 3600 * 1000;

/** The passes in the Inventory table, each one item: an id ends with when the pass was begun, so that they are in order. */
export const syncStore = (deps: TableDeps): SyncStore => {
  const inventory = table(deps);
  return {
    get: async (id) => {
      const item = await inventory.get(inventoryKeys.sync(id));
      return item === undefined ? undefined : stored(SyncSchema, item);
    },
    put: async (next) => {
      const key = inventoryKeys.sync(next.id);
      const write = randomUUID();
      const item = { ...next, ...key, kind: "sync" satisfies InventoryItemKind, [WRITE]: write };
      try {
        return await inventory.put(item, follows(next.version));
      } catch (error) {
        if (!(error instanceof RetryableError)) throw error;
        // It may have been written, and only the answer was lost: whoever wrote a pass has to work on it.
        const there = await inventory.get(key);
        if (there?.[WRITE] !== write) throw error;
        return "written";
      }
    },
    list: async ({ integration, scope }, { limit, before }) => {
      const pk = syncPartition(integration, scope);
      // One more than asked for tells whether there is a next page, unless this one ends at a megabyte.
      const { items, next } = await inventory.queryPage({
        KeyConditionExpression: before === undefined ? "#pk = :pk" : "#pk = :pk AND #sk < :before",
        ExpressionAttributeNames: { "#pk": "pk", ...(before === undefined ? {} : { "#sk": "sk" }) },
        ExpressionAttributeValues: { ":pk": pk, ...(before === undefined ? {} : { ":before": before }) },
        ScanIndexForward: false,
        // Whether a pass is under way decides whether another one begins.
        ConsistentRead: true,
        Limit: limit + 1,
      });
      const shown = items.slice(0, limit).map((item) => stored(SyncSchema, item));
      return { items: shown, more: items.length > limit || next !== undefined };
    },
    putAccount: (id, account) =>
      inventory.put(
        {
          ...account,
          ...inventoryKeys.syncedAccount(id, account.accountId),
          kind: "synced-account" satisfies InventoryItemKind,
          ...ttlAt(new Date(partsOfSyncId(id).begunAt.getTime() + ACCOUNTS_KEPT_MILLISECONDS)),
        },
        account.status === "done" ? undefined : isNotDone,
      ),
    accounts: async function* (id, range) {
      let from: Key | undefined;
      do {
        const { items, next } = await inventory.queryPage(accountsOf(id, range), from);
        yield items.map((item) => stored(SyncedAccountSchema, item));
        from = next;
      } while (from !== undefined);
    },
  };
};

/** No attempt is done with the account: a note that arrives late takes nothing back. */
const isNotDone: Condition = {
  ConditionExpression: "attribute_not_exists(#pk) OR #status <> :done",
  ExpressionAttributeNames: { "#pk": "pk", "#status": "status" },
  ExpressionAttributeValues: { ":done": "done" satisfies SyncedAccount["status"] },
};

/** All of them, or those of a range. */
const accountsOf = (id: SyncId, range: AccountRange | undefined): Parameters<Table["queryPage"]>[0] => ({
  KeyConditionExpression: range === undefined ? "#pk = :pk" : "#pk = :pk AND #sk BETWEEN :from AND :through",
  ExpressionAttributeNames: { "#pk": "pk", ...(range === undefined ? {} : { "#sk": "sk" }) },
  ExpressionAttributeValues: {
    ":pk": syncedAccountPartition(id),
    ...(range === undefined ? {} : { ":from": range.from, ":through": range.through }),
  },
  // What another attempt noted a moment ago is not done again.
  ConsistentRead: true,
});
