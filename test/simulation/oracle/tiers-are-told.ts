import type { AuditEntry } from "../../../lambdas/core/domain/audit.ts";
import { DISTURBED_BOUND } from "../bounds.ts";
import { isFault } from "../history.ts";
import { latestClaim, type Claim } from "../ledger.ts";
import type { Invariant } from "./watcher.ts";

const MINUTE = 60_000;

const TELLS: ReadonlySet<string> = new Set([
  "ApprovalEscalated",
  "ExtensionEscalated",
] satisfies AuditEntry["type"][]);

/**
 * More time waits beside an execution that sleeps until the expiry: the sweep's next look finds it, and what it starts has a minute
 * until it has written that the tier is told. A request's own execution wakes for the moment, and takes less.
 */
const UNDISTURBED = 5 * MINUTE + MINUTE;

/** Of a request as well as of more time on one. Once somebody has decided, or nobody may any more, there is nobody left to tell. */
export const tiersAreTold: Invariant = {
  number: 18,
  title: "whoever may decide in their turn is told when that comes",
  watch: ({ history, ledger, conditions, now, violated }) => {
    const bound = history.steps.some(({ what }) => isFault(what)) ? DISTURBED_BOUND : UNDISTURBED;

    /** Judges what was said of a request, which held until some moment. */
    const judge = (n: number, { untold }: Claim, heldUntil: number): void => {
      if (untold === undefined) return;
      const by = conditions.deadlineOf(untold.opens, bound) + conditions.furthestClockOff;
      if (by < Math.min(heldUntil, untold.deadline))
        violated(`nobody of the tier of request ${n} that opens at ${untold.opens} is told by ${by}`);
    };

    return {
      claimed: ({ n, claims }, { at, entry }) => {
        const before = claims.at(-2);
        if (before === undefined) return;
        judge(n, before, at);
        const opens = before.untold?.opens ?? Number.POSITIVE_INFINITY;
        if (TELLS.has(entry.type) && at + 2 * conditions.furthestClockOff < opens)
          violated(`request ${n} tells by ${entry.type} of a tier that is not open`);
      },
      end: () => {
        for (const tracked of ledger.requests.values()) {
          const last = latestClaim(tracked);
          if (last !== undefined) judge(tracked.n, last, now());
        }
      },
    };
  },
};
