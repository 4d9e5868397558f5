import type { Clock } from "../../ports/clock.ts";
import type { EventOutcome } from "./look-again.ts";

/** What came of an event of a batch; `failed`: a delivery later may heal it. */
export type BatchOutcome = EventOutcome | { readonly outcome: "failed"; readonly error: unknown };

/**
 * Waits before what is still changing is looked at once more (seconds). Assignments take AWS some seconds, and Lockstep's
 * own until they are confirmed: 1 + 2 + 3 + 4 = 10 seconds, in which nobody holds up the other events of the batch.
 */
const WAITS_SECONDS = [1, 2, 3, 4] as const;

/**
 * Looks at what the events of a batch tell of, one after the other: of two events about one pair, the second's look finds
 * what the first's wrote. Who is not done in the first round is looked at again in the next one, after a wait that all share.
 */
export const lookAgainInRounds =
  ({ look, clock }: { readonly look: (event: unknown) => Promise<EventOutcome>; readonly clock: Clock }) =>
  async (events: readonly unknown[]): Promise<readonly BatchOutcome[]> => {
    const outcomes: BatchOutcome[] = [];
    for (const event of events) outcomes.push(await tried(look, event));
    for (const seconds of WAITS_SECONDS) {
      if (!outcomes.some(({ outcome }) => outcome === "later")) break;
      await clock.sleep(seconds * 1000);
      for (const [place, event] of events.entries()) {
        if (outcomes[place]?.outcome === "later") outcomes[place] = await tried(look, event);
      }
    }
    return outcomes;
  };

const tried = async (
  look: (event: unknown) => Promise<EventOutcome>,
  event: unknown,
): Promise<BatchOutcome> => {
  try {
    return await look(event);
  } catch (error) {
    return { outcome: "failed", error };
  }
};
