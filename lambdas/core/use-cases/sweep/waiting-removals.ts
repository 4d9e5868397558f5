import type { Clock } from "../../ports/clock.ts";
import type { EntitlementIndex } from "../../ports/stores.ts";
import type { Removals } from "../../ports/sweep.ts";
import { waitingRemovals } from "./findings.ts";
import type { Tally } from "./tally.ts";

interface Dependencies {
  readonly index: Pick<EntitlementIndex, "removals">;
  readonly removals: Removals;
  readonly clock: Pick<Clock, "now">;
}

/**
 * What waits longer than that to be removed, or to be removed once more, has perhaps nobody who comes for it. In a
 * burst it has: then somebody has the turn to remove, and one more invocation finds that out and ends.
 */
const WAITING_SECONDS = 120;

/** The oldest says enough, but what cannot be read may be behind it, and nobody else tells of that. */
const READ = 100;

/** Has removed what is queued when the oldest of it waits too long. The sweep itself can delete nothing. */
export const drainWaitingRemovals =
  ({ index, removals, clock }: Dependencies) =>
  async (tally: Tally): Promise<void> => {
    const latest = new Date(clock.now().getTime() - WAITING_SECONDS * 1000);
    const [oldest] = await index.removals(latest, READ, (defect) => {
      tally.failed(defect);
    });
    if (oldest === undefined) return;
    await removals.drain();
    tally.found(waitingRemovals(oldest.entitlement));
  };
