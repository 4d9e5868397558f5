import type { AutomaticApprovalCondition } from "./access-flow.ts";
import { conditionOf, type PersonFacts } from "./person-rule.ts";
import { all, decide, verdictOf, type Rule, type Verdict } from "./rule.ts";
import { hasTag, type LocatedAccount, type Target } from "./target-coverage.ts";

/** What the conditions look at under which nobody is asked. */
export interface AutomaticApprovalFacts {
  readonly requester: PersonFacts;
  readonly targets: readonly Target[];
  readonly accounts: ReadonlyMap<Target["accountId"], LocatedAccount>;
  /** How long the access lasts, with the same access before and after it; undefined: nobody knows. */
  readonly seconds: number | undefined;
}

/**
 * Whether the conditions for doing without approval are met: by each target, as if it had been asked for alone. Of a rule with
 * `not` that is another thing than a condition that all of them meet: who asks for a sandbox beside what the rule leaves out
 * would make it true of both.
 */
export const isApprovedBy = (
  rule: Rule<AutomaticApprovalCondition>,
  { requester, targets, accounts, seconds }: AutomaticApprovalFacts,
): Verdict =>
  all(targets, ({ accountId }) =>
    decide(rule, (condition: AutomaticApprovalCondition) => {
      switch (condition.type) {
        case "target-tag":
          return hasTag(condition, accounts.get(accountId)?.tags);
        case "duration-below":
          return seconds === undefined ? "unknown" : verdictOf(seconds < condition.seconds);
        default:
          return conditionOf(condition, requester);
      }
    }),
  );
