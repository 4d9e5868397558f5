import type { Beneficiary } from "./access-flow.ts";
import { isApprovedBy, type AutomaticApprovalFacts } from "./automatic-approval.ts";
import { durationText } from "./duration.ts";
import { mayBeFor } from "./flow-conditions.ts";
import { isWhom, ruleWords } from "./person-rule.ts";
import { verdictOf, type Verdict } from "./rule.ts";
import type { StartConditions } from "./start-conditions.ts";

/** What is so when the access is to begin. */
export interface StartFacts extends AutomaticApprovalFacts {
  /** Who the access is for, as the requester sees them now. */
  readonly requestFor: Beneficiary;
}

/** Why the access must not begin, in words that follow the flow's name; undefined: all that was asked for is so. Pure. */
export const whyNotBegin = (conditions: StartConditions, facts: StartFacts): string | undefined => {
  const { requestors, automatic, maxSeconds } = conditions;
  const inTheWay = (verdict: Verdict, unmet: string, unknown: string): readonly string[] =>
    verdict === "met" ? [] : [verdict === "unmet" ? unmet : unknown];
  const reasons = [
    ...inTheWay(
      isWhom(requestors, facts.requester),
      `is for ${ruleWords(requestors)}, as its requester is not any more`,
      `is for ${ruleWords(requestors)}, and whether its requester still is that is not known`,
    ),
    ...inTheWay(
      verdictOf(mayBeFor(conditions, facts.requestFor)),
      "does not let its requester ask for whoever would get it any more",
      "",
    ),
    ...(automatic === undefined
      ? []
      : inTheWay(
          isApprovedBy(automatic, facts),
          `asked nobody as ${ruleWords(automatic)}, which is not so any more`,
          `asked nobody as ${ruleWords(automatic)}, and whether that is still so is not known`,
        )),
    ...(maxSeconds === undefined
      ? []
      : inTheWay(
          facts.seconds === undefined ? "unknown" : verdictOf(facts.seconds <= maxSeconds),
          `gives ${durationText(maxSeconds)} in one go at most, which it would be more than with what it follows`,
          `gives ${durationText(maxSeconds)} in one go at most, and how long it would be with what it follows is not known`,
        )),
  ];
  return reasons.length === 0 ? undefined : reasons.join(", and ");
};
