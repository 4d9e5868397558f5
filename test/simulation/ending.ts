import type { SimulatedIdentity } from "./aws/identity.ts";
import { DISTURBED_BOUND } from "./bounds.ts";
import type { Conditions } from "./conditions.ts";
import { isOver, isToBeTold, latestClaim, principalOf, reviewBy, type Ledger } from "./ledger.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** What has not come to an end by then never does: attempts that fail for ever move every deadline on. */
const LONGEST_HISTORY = 3 * 24 * 60 * 60_000;

export interface Ongoing {
  readonly time: VirtualTime;
  readonly start: number;
  readonly conditions: Conditions;
  readonly ledger: Ledger;
  readonly identity: SimulatedIdentity;
  /** When the last of the steps begins whose moment is known. */
  readonly lastStep: () => number;
  /** When Lockstep's last Create came into effect. */
  readonly lastMade: () => number;
  /** Something of Lockstep runs, or is on its way. */
  readonly isAtWork: () => boolean;
  readonly isViolated: () => boolean;
}

/** Lets time pass until nothing is going on any more, nothing has got on for too long, or something was not as it must be. */
export const runToEnd = async (ongoing: Ongoing): Promise<void> => {
  const { time, start, conditions, ledger, identity, lastStep, lastMade, isAtWork, isViolated } = ongoing;
  /** What Lockstep has made and can still take away. */
  const isAllGone = (): boolean =>
    [...ledger.made.keys()].every((key) => ledger.gonePrincipals.has(principalOf(key)));
  const isQuiet = (): boolean =>
    !isAtWork() &&
    time.milliseconds >= lastStep() &&
    [...ledger.requests.values()].every((tracked) => isOver(tracked) && !isToBeTold(ledger, tracked)) &&
    isAllGone() &&
    identity.center.operations.unfinished().length === 0;
  /** When everything must be over: nothing that is known now can excuse what is not. */
  const lastDeadline = (): number => {
    const moments = [...ledger.requests.values()].map((tracked) =>
      Math.max(
        latestClaim(tracked)?.next ?? start,
        isToBeTold(ledger, tracked) ? (reviewBy(ledger, tracked) ?? 0) : 0,
      ),
    );
    // A moment more: what is there at its deadline is not late yet.
    return conditions.deadlineOf(Math.max(lastStep(), lastMade(), ...moments), DISTURBED_BOUND) + 1;
  };
  const isDone = () => isViolated() || isQuiet();
  for (let end = lastDeadline(); ; end = lastDeadline()) {
    await time.run(isDone, end);
    if (isDone() || Math.min(lastDeadline(), start + LONGEST_HISTORY) <= time.milliseconds) break;
  }
};
