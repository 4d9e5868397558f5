import { isHolding, type AssignmentKey } from "../ledger.ts";
import type { Invariant } from "./watcher.ts";

/** Access that somebody gave by hand, while no request had to do with it, is never taken away by Lockstep. */
export const standingStays: Invariant = {
  number: 2,
  title: "standing access is never removed",
  watch: ({ ledger, violated }) => {
    const standing = new Set<AssignmentKey>();
    return {
      assigned: ({ key, present, by }) => {
        if (present) {
          // What appears while a request holds the same cannot be told apart (docs/guarantees.md).
          if (by === "hand" && !ledger.askingFor(key).some(isHolding)) standing.add(key);
          return;
        }
        if (by === "lockstep" && standing.has(key)) violated(`${key} was there before Lockstep, and is gone`);
        standing.delete(key);
      },
    };
  },
};
