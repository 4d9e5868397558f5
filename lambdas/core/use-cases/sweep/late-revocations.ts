import { revokeLagMilliseconds } from "../../domain/due.ts";
import type { Clock } from "../../ports/clock.ts";
import type { AccessRequestStore } from "../../ports/stores.ts";
import type { Tally } from "./tally.ts";

interface Dependencies {
  readonly requests: Pick<AccessRequestStore, "listByStatus">;
  readonly clock: Pick<Clock, "now">;
}

const PAGE = 100;

/** Of each status so many are read: in a burst of thousands the age of these says enough. */
const MOST_PAGES = 5;

/**
 * Looks for how long access is still there that should be gone, so that the alarm comes while it is, and stays until it
 * is not. Active requests past their expiry are due requests, and are measured there.
 */
export const measureLateRevocations =
  ({ requests, clock }: Dependencies) =>
  async (tally: Tally): Promise<void> => {
    for (const status of ["stuck", "revoking"] as const) {
      let cursor: string | undefined;
      for (let read = 0; read < MOST_PAGES; read += 1) {
        const at = cursor === undefined ? {} : { cursor };
        const page = await requests.listByStatus(status, { limit: PAGE, ...at });
        for (const request of page.items) tally.lags(revokeLagMilliseconds(request, clock.now()));
        cursor = page.cursor;
        if (cursor === undefined) break;
      }
    }
  };
