import { latestClaim, principalOf, type AssignmentKey, type Tracked } from "../ledger.ts";
import type { AssignmentChange, Invariant, InventoryWrite } from "./watcher.ts";

const clockTime = (moment: number): string => new Date(moment).toISOString();

/**
 * What Lockstep itself does is nobody's drift: the inventory never says that it appeared or vanished by somebody else's
 * hand, and it never goes back behind a later look.
 */
export const noFalseDrift: Invariant = {
  number: 11,
  title: "the inventory never takes Lockstep's own doing for anybody else's",
  watch: ({ ledger, conditions, now, violated }) => {
    const came = new Map<AssignmentKey, AssignmentChange[]>();
    const changesOf = (key: AssignmentKey): readonly AssignmentChange[] => came.get(key) ?? [];

    /** Whether AWS had it all the time since the moment, or had not. */
    const wasThroughout = (key: AssignmentKey, present: boolean, since: number): boolean =>
      ledger.present.has(key) === present && !changesOf(key).some(({ at }) => at >= since);

    const byHand = (key: AssignmentKey, present: boolean): boolean =>
      changesOf(key).some((change) => change.by === "hand" && change.present === present);

    /** Whether the request had the access before the moment, and still has. */
    const heldSince = ({ claims, ...tracked }: Tracked, moment: number): boolean =>
      latestClaim({ claims, ...tracked })?.status === "active" &&
      claims.some(({ entry, at }) => entry.type === "AccessGranted" && at < moment);

    const judgeAppeared = ({ key, heldBy }: InventoryWrite, since: number): void => {
      if (wasThroughout(key, false, since))
        violated(`${key} is said to have appeared, and AWS did not have it`);
      const asking = ledger.askingFor(key);
      for (const id of heldBy) {
        if (!asking.some((tracked) => tracked.id === id))
          violated(`${id} is said to hold ${key}, and never asked`);
      }
      for (const tracked of asking) {
        if (!heldSince(tracked, since) || heldBy.includes(tracked.id)) continue;
        violated(`${key} appeared, held by ${heldBy.join() || "nobody"}, and request ${tracked.n} holds it`);
      }
      // AWS refuses to remove what belongs to nobody: it is there, nobody can use it, and no request holds it any more.
      if (heldBy.length === 0 && !byHand(key, true) && !ledger.gonePrincipals.has(principalOf(key)))
        violated(`${key} is said to be somebody else's, and nobody else ever made it`);
    };

    const judgeVanished = ({ key, heldBy }: InventoryWrite, since: number): void => {
      if (wasThroughout(key, true, since)) violated(`${key} is said to have vanished, and AWS had it`);
      if (heldBy.length > 0 && !byHand(key, false))
        violated(`${key} is said to have been taken from ${heldBy.join()}, and nobody else ever took it`);
    };

    return {
      assigned: (change) => {
        came.set(change.key, [...changesOf(change.key), change]);
      },
      inventoried: (write) => {
        const { key, change, observedAt, before } = write;
        if (before !== undefined && before > observedAt) {
          violated(`of ${key}, a look of ${clockTime(observedAt)} replaced one of ${clockTime(before)}`);
        }
        const since = Math.min(observedAt - conditions.furthestClockOff, now());
        if (change === "Appeared") judgeAppeared(write, since);
        if (change === "Vanished") judgeVanished(write, since);
      },
    };
  },
};
