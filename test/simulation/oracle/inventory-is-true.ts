import type { Invariant } from "./watcher.ts";

/** When nothing moves any more and a whole sync has passed, the inventory says of assignments what AWS has. */
export const inventoryIsTrue: Invariant = {
  number: 12,
  title: "after a sync that nothing else moved beside, the inventory's assignments are AWS's",
  watch: ({ ledger, violated }) => ({
    synced: (inventory, unsettled) => {
      for (const key of ledger.present)
        if (!inventory.has(key) && !unsettled.has(key)) violated(`the inventory does not know ${key}`);
      for (const key of inventory)
        if (!ledger.present.has(key) && !unsettled.has(key)) violated(`the inventory still has ${key}`);
    },
  }),
};
