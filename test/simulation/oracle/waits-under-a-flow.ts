import { DISTURBED_BOUND } from "../bounds.ts";
import { isFault } from "../history.ts";
import type { Claim, Tracked } from "../ledger.ts";
import type { Invariant } from "./watcher.ts";

const MINUTE = 60_000;

/** The sweep's next look at what waits, and what it takes until the machine has written what came of it. */
const UNDISTURBED = 5 * MINUTE + MINUTE;

/** From when a function looks at a flow to when what it then writes is there. */
const LONGEST_CALL = 75_000;

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
        if (by >= to || by > now() || claimAt(tracked, begins)?.status !== "pending") continue;
        if (claimAt(tracked, by)?.status === "pending")
          violated(`request ${tracked.n} still waits at ${new Date(by).toISOString()}, and its flow is gone`);
      }
    };

    return {
      claimed: ({ n }, { entry, at, flow: { name } }) => {
        if (entry.type !== "RequestWithdrawn") return;
        const versions = ledger.newestFlows(name, at - LONGEST_CALL, at);
        if (!versions.some(({ terms }) => terms.inactive === true))
          violated(`request ${n} is withdrawn, and its flow serves people`);
      },
      end: () => {
        for (const tracked of ledger.requests.values()) judgeWaiting(tracked);
      },
    };
  },
};
