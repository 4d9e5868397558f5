import { DISTURBED_BOUND, UNDISTURBED_BOUND } from "../bounds.ts";
import { isFault } from "../history.ts";
import { principalOf, type AssignmentKey, type Claim, type Tracked } from "../ledger.ts";
import type { Invariant } from "./watcher.ts";

const clockTime = (moment: number): string => new Date(moment).toISOString();

/** Every grant is gone by its expiry plus the bound, counted anew from the end of whatever went wrong meanwhile. */
export const endsInTime: Invariant = {
  number: 1,
  title: "every grant is gone by its expiry plus the bound",
  watch: ({ history, ledger, conditions, now, violated }) => {
    const bound = history.steps.some(({ what }) => isFault(what)) ? DISTURBED_BOUND : UNDISTURBED_BOUND;
    const madeAt = new Map<AssignmentKey, number>();
    const expiries = new Map<number, number>();

    const deadlineOf = (key: AssignmentKey, made: number): number => {
      const needs = ledger.askingFor(key).map(({ need }) => need?.until ?? 0);
      return conditions.deadlineOf(Math.max(made, ...needs), bound);
    };

    const judge = (key: AssignmentKey, made: number): void => {
      const deadline = deadlineOf(key, made);
      if (now() > deadline) violated(`${key} was there at ${clockTime(now())}, after ${clockTime(deadline)}`);
    };

    /** An expiry moves by what its requester asked for, from where it was, and by nothing else. */
    const judgeMove = ({ n, action }: Tracked, { entry, expiresAt = 0, at }: Claim, before: number): void => {
      const asked = ledger.extensions.some(
        ({ of, who, seconds, from }) =>
          of === n && who === action.who && from <= at && expiresAt === before + seconds * 1_000,
      );
      if (entry.type === "AccessExtended" && asked) return;
      violated(
        `the expiry of request ${n} moved from ${clockTime(before)} to ${clockTime(expiresAt)} by ${entry.type}`,
      );
    };

    return {
      claimed: (tracked, claim) => {
        const { type } = claim.entry;
        if (claim.expiresAt === undefined) return;
        const before = expiries.get(tracked.n);
        expiries.set(tracked.n, claim.expiresAt);
        if (before !== undefined && claim.expiresAt !== before) judgeMove(tracked, claim, before);
        if (type !== "GrantStarted") return;
        // The expiry is counted from before the write, by the function's clock: a second more for rounding up.
        const latest = claim.at + (tracked.action.seconds + 1) * 1_000 + conditions.furthestClockOff;
        if (claim.expiresAt > latest) {
          violated(`request ${tracked.n} expires at ${clockTime(claim.expiresAt)}, later than it asked for`);
        }
      },
      assigned: ({ key, present, by }) => {
        const made = madeAt.get(key);
        if (present) {
          if (by === "lockstep") madeAt.set(key, now());
        } else if (made !== undefined) {
          judge(key, made);
          madeAt.delete(key);
        }
      },
      end: () => {
        for (const [key, made] of madeAt) {
          // AWS refuses to delete what belongs to nobody: it dangles.
          if (!ledger.gonePrincipals.has(principalOf(key))) judge(key, made);
        }
      },
    };
  },
};
