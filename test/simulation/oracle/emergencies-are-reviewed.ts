import { DISTURBED_BOUND } from "../bounds.ts";
import { people, userId } from "../cast.ts";
import { isReview, isReviewed, reviewBy, type Claim, type Tracked } from "../ledger.ts";
import { termsOf } from "./approved-first.ts";
import { isPartyTo } from "./deciders.ts";
import type { Invariant } from "./watcher.ts";

/** A conditional write takes so long at most, from when its function asked who somebody is. */
const LONGEST_CALL = 75_000;

/**
 * Access that nobody approved stays on the list until somebody else has said what they make of it, somebody who watches or
 * administers; and where that is late, the bus is told, and not before.
 */
export const emergenciesAreReviewed: Invariant = {
  number: 15,
  title: "every emergency is reviewed by somebody else, or known to be not",
  watch: ({ ledger, conditions, now, violated }) => {
    const emergencies = () =>
      [...ledger.requests.values()].filter(({ action }) => action.breakGlass === true);

    const judgeReview = (tracked: Tracked, { entry, at }: Claim): void => {
      const { n, action } = tracked;
      const actor = "userId" in entry.actor ? entry.actor.userId : undefined;
      const who = people.find((name) => userId(name) === actor);
      const span = { from: at - LONGEST_CALL, to: at };
      if (action.breakGlass !== true) violated(`request ${n} was no emergency, and is reviewed`);
      if (who === undefined || !ledger.reviews.some((said) => said.of === n && said.who === who)) {
        violated(`nobody reviewed request ${n}, and it is reviewed`);
        return;
      }
      const watchers = termsOf(ledger, tracked)?.breakGlass?.watchers ?? [];
      const watches = [...watchers, "admins" as const].some((group) =>
        ledger.wasIn(who, group, span.from, span.to),
      );
      if (!watches) violated(`${who} reviewed request ${n}, and watches nothing`);
      if (isPartyTo(ledger, action, { who, ...span })) violated(`${who} reviewed their own request ${n}`);
    };

    return {
      claimed: (tracked, claim) => {
        if (isReview(claim.entry)) judgeReview(tracked, claim);
      },
      toldOverdue: (id) => {
        const tracked = ledger.withId(id);
        const by = tracked === undefined ? undefined : reviewBy(ledger, tracked);
        ledger.toldOverdue.add(id);
        // Counted from when its function looked at its clock before it wrote that it was over.
        if (by === undefined || now() + 2 * conditions.furthestClockOff + LONGEST_CALL < by)
          violated(`the review of ${id} is said to be late, and is not`);
      },
      listedUnreviewed: (listed) => {
        for (const tracked of emergencies())
          if (listed.has(tracked.id) === isReviewed(tracked))
            violated(`request ${tracked.n} is ${isReviewed(tracked) ? "still" : "not"} on the list`);
        if (listed.size > emergencies().length) violated("the list has what was no emergency");
      },
      end: () => {
        for (const tracked of emergencies()) {
          const by = reviewBy(ledger, tracked);
          if (by === undefined || isReviewed(tracked) || ledger.toldOverdue.has(tracked.id)) continue;
          if (now() > conditions.deadlineOf(by, DISTURBED_BOUND))
            violated(`nobody has reviewed request ${tracked.n}, and nobody was told`);
        }
      },
    };
  },
};
