import * as z from "zod/mini";
import type { Wakeup, WakeupStore } from "../../core/ports/stores.ts";
import { isNewOrLater } from "./conditions.ts";
import { ttlAt, wakeupKey } from "./keys.ts";
import { stored } from "./stored.ts";
import { table, type TableDeps } from "./table.ts";

const WakeupSchema = z.strictObject({ taskToken: z.string(), wait: z.string() });

/** Which wait a token belongs to, as text whose order is theirs: a state is retried 20 times at most. */
const waitOf = ({ enteredAt, retryCount }: Wakeup): string =>
  `${enteredAt}#${String(retryCount).padStart(4, "0")}`;

/** Task tokens in the Wakeups table. A later wait's token replaces an earlier one's, in whatever order they are written. */
export const wakeupStore = (deps: TableDeps): WakeupStore => {
  const wakeups = table(deps);
  return {
    put: (wakeup) => {
      const { requestId, taskToken, expiresAt } = wakeup;
      const wait = waitOf(wakeup);
      return wakeups.put(
        { ...wakeupKey(requestId), taskToken, wait, ...ttlAt(new Date(expiresAt)) },
        isNewOrLater("wait", wait),
      );
    },
    get: async (requestId) => {
      const item = await wakeups.get(wakeupKey(requestId));
      return item === undefined ? undefined : stored(WakeupSchema, item).taskToken;
    },
  };
};
