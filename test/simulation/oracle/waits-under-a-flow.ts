import { DISTURBED_BOUND } from "../bounds.ts";
import type { AuditEntry } from "../../../lambdas/core/domain/audit.ts";
import { isFault } from "../history.ts";
import { isExtensionWaiting, type Claim, type Tracked } from "../ledger.ts";
import { DECIDE_WITHIN_MINUTES } from "../policy.ts";
import { LONGEST_LOOK } from "./served.ts";
import type { Invariant } from "./watcher.ts";

const MINUTE = 60_000;

/** The sweep's next look at what waits, and what it takes until the machine has written what came of it. */
const UNDISTURBED = 5 * MINUTE + MINUTE;

/** From when a function looks at a flow to when what it then writes is there. */
const LONGEST_CALL = 75_000;

/** An approval counts by what the request read of its flow that much before, when it was asked for (decide-request.ts). */
const FLOW_COUNTS = 10_000;

/** What somebody's approval of what waited leads to. */
const CARRIED_ON: ReadonlySet<string> = new Set([
  "ApprovalGiven",
  "NextApprovalNeeded",
  "RequestApproved",
  "ExtensionApprovalGiven",
  "NextExtensionApprovalNeeded",
  "AccessExtended",
] satisfies AuditEntry["type"][]);

const isWaiting = (claim: Claim): boolean => claim.status === "pending" || isExtensionWaiting(claim);

/** Whether what waited after this was said may wait at some moment: nobody decides on it after its deadline. */
const mayWaitUntil = ({ at, next }: Claim, moment: number): boolean =>
  moment < Math.min(next, at + DECIDE_WITHIN_MINUTES * MINUTE);

/** The newest thing that was said of the request by some moment. */
const claimAt = ({ claims }: Tracked, moment: number): Claim | undefined =>
  claims.findLast(({ at }) => at <= moment);

/** What waits under a flow that was taken out of service ends soon, and with its flow in service it goes on waiting. */
export const waitsUnderAFlow: Invariant = {
  number: 17,
  title: "what waits for approval ends with its flow, and not before",
  watch: ({ history, ledger, conditions, now, violated }) => {
    const bound = history.steps.some(({ what }) => isFault(what)) ? DISTURBED_BOUND : UNDISTURBED;

    /** From when to when a flow served nobody. */
    const outOfService = (name: string) => {
      const versions = [...ledger.flows.values()]
        .filter((flow) => flow.name === name)
        .toSorted((a, b) => a.at - b.at);
      return versions.flatMap(({ terms, at: from }, index) =>
        terms.inactive === true ? [{ from, to: versions[index + 1]?.at ?? Number.POSITIVE_INFINITY }] : [],
      );
    };

    const judgeWaiting = (tracked: Tracked): void => {
      for (const { from, to } of outOfService(tracked.claims[0]?.flow.name ?? "")) {
        const begins = Math.max(from, tracked.madeAt);
        const by = conditions.deadlineOf(begins, bound) + conditions.furthestClockOff;
        const [first, last] = [claimAt(tracked, begins), claimAt(tracked, by)];
        if (by >= to || by > now() || first === undefined || last === undefined) continue;
        if (isWaiting(first) && isWaiting(last) && mayWaitUntil(last, by))
          violated(`request ${tracked.n} still waits at ${new Date(by).toISOString()}, and its flow is gone`);
      }
    };

    const judgeWithdrawn = ({ n }: Tracked, { at, flow: { name } }: Claim): void => {
      const versions = ledger.newestFlows(name, at - LONGEST_LOOK, at);
      if (!versions.some(({ terms }) => terms.inactive === true))
        violated(`request ${n} is withdrawn, and its flow serves people`);
    };

    const judgeCarriedOn = ({ n }: Tracked, { at, entry, flow: { name } }: Claim): void => {
      const since = at - LONGEST_CALL - FLOW_COUNTS - 2 * conditions.furthestClockOff;
      if (ledger.newestFlows(name, since, at).every(({ terms }) => terms.inactive === true))
        violated(`request ${n} is carried on by ${entry.type}, and its flow is gone`);
    };

    return {
      claimed: (tracked, claim) => {
        const before = tracked.claims.at(-2);
        if (claim.entry.type === "RequestWithdrawn") judgeWithdrawn(tracked, claim);
        if (before !== undefined && isWaiting(before) && CARRIED_ON.has(claim.entry.type))
          judgeCarriedOn(tracked, claim);
      },
      end: () => {
        for (const tracked of ledger.requests.values()) judgeWaiting(tracked);
      },
    };
  },
};
