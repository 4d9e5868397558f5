import { SyncIdSchema, SyncSchema, SyncSliceSchema, partsOfSyncId } from "../../core/domain/sync.ts";
import type { SyncStore } from "../../core/ports/sync.ts";
import { follows } from "./conditions.ts";
import { cursorCodec } from "./cursor.ts";
import { inventoryKeys, slicePartition, syncPartition, ttlAt, type InventoryItemKind } from "./keys.ts";
import { stored } from "./stored.ts";
import { table, type TableDeps } from "./table.ts";

const cursors = cursorCodec(SyncIdSchema);

/** How long the slices of a pass stay, which the pass itself sums up when it ends: longer than any pass takes. */
const SLICES_KEPT_MILLISECONDS = 7 * 24 * 3600 * 1000;

/** The passes in the Inventory table, each one item: an id ends with when the pass was begun, so that they are in order. */
export const syncStore = (deps: TableDeps): SyncStore => {
  const inventory = table(deps);
  return {
    get: async (id) => {
      const item = await inventory.get(inventoryKeys.sync(id));
      return item === undefined ? undefined : stored(SyncSchema, item);
    },
    put: (next) =>
      inventory.put(
        { ...next, ...inventoryKeys.sync(next.id), kind: "sync" satisfies InventoryItemKind },
        follows(next.version),
      ),
    list: async ({ integration, scope }, { limit, cursor }) => {
      const pk = syncPartition(integration, scope);
      // One more than asked for tells whether there is a next page, unless this one ends at a megabyte.
      const { items, next } = await inventory.queryPage(
        {
          KeyConditionExpression: "#pk = :pk",
          ExpressionAttributeNames: { "#pk": "pk" },
          ExpressionAttributeValues: { ":pk": pk },
          ScanIndexForward: false,
          // Whether a pass is under way decides whether another one begins.
          ConsistentRead: true,
          Limit: limit + 1,
        },
        cursor === undefined ? undefined : { pk, sk: cursors.decode(cursor) },
      );
      const shown = items.slice(0, limit).map((item) => stored(SyncSchema, item));
      const last = items.length > limit || next !== undefined ? shown.at(-1) : undefined;
      return { items: shown, ...(last === undefined ? {} : { cursor: cursors.encode(last.id) }) };
    },
    putSlice: async (id, slice) => {
      await inventory.put({
        ...slice,
        ...inventoryKeys.slice(id, slice.from),
        kind: "slice" satisfies InventoryItemKind,
        ...ttlAt(new Date(partsOfSyncId(id).begunAt.getTime() + SLICES_KEPT_MILLISECONDS)),
      });
    },
    slices: async (id) => {
      const items = await inventory.queryAll({
        KeyConditionExpression: "#pk = :pk",
        ExpressionAttributeNames: { "#pk": "pk" },
        ExpressionAttributeValues: { ":pk": slicePartition(id) },
        ConsistentRead: true,
      });
      return items.map((item) => stored(SyncSliceSchema, item));
    },
  };
};
