import { isHolding, isOver, latestClaim, type AssignmentKey, type Tracked } from "../ledger.ts";
import type { Invariant } from "./watcher.ts";

/** What an active request was promised is there until its expiry, unless somebody asked for its end. */
export const neededStays: Invariant = {
  number: 3,
  title: "no entitlement is removed while a live holder needs it",
  watch: ({ ledger, conditions, now, violated }) => {
    const isPromised = (tracked: Tracked): boolean => {
      const claim = latestClaim(tracked);
      if (claim?.status !== "active" || claim.expiresAt === undefined) return false;
      return now() < claim.expiresAt - conditions.furthestClockOff;
    };
    // What somebody takes away while a request holds it is missing for whoever joins that one: the verdict that it was
    // there stands as long as anybody holds it.
    const takenByHand = new Set<AssignmentKey>();

    return {
      claimed: (tracked, claim) => {
        for (const key of isOver(tracked) ? tracked.keys : []) {
          if (!ledger.askingFor(key).some(isHolding)) takenByHand.delete(key);
        }
        if (claim.entry.type !== "AccessGranted") return;
        for (const key of tracked.keys) {
          if (ledger.present.has(key) || takenByHand.has(key)) continue;
          violated(`request ${tracked.n} is active, and AWS has no ${key}`);
        }
      },
      assigned: ({ key, present, by }) => {
        if (present) takenByHand.delete(key);
        else if (by === "hand" && ledger.askingFor(key).some(isHolding)) takenByHand.add(key);
        if (present || by === "hand") return;
        const holder = ledger.askingFor(key).find(isPromised);
        if (holder !== undefined) violated(`${key} is gone, and request ${holder.n} is active`);
      },
    };
  },
};
