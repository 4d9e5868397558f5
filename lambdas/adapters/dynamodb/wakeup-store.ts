import * as z from "zod/mini";
import type { WakeupStore } from "../../core/ports/stores.ts";
import { ttlAt, wakeupKey } from "./keys.ts";
import { stored } from "./stored.ts";
import { table, type TableDeps } from "./table.ts";

const WakeupSchema = z.strictObject({ taskToken: z.string() });

/** Task tokens in the Wakeups table. A token replaces the one before it: only the newest wait can still be woken. */
export const wakeupStore = (deps: TableDeps): WakeupStore => {
  const wakeups = table(deps);
  return {
    put: async ({ requestId, taskToken, expiresAt }) => {
      await wakeups.put({ ...wakeupKey(requestId), taskToken, ...ttlAt(new Date(expiresAt)) });
    },
    get: async (requestId) => {
      const item = await wakeups.get(wakeupKey(requestId));
      return item === undefined ? undefined : stored(WakeupSchema, item).taskToken;
    },
  };
};
