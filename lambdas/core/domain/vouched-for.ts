import type { Ask, EvaluationContext } from "./ask.ts";
import { mayServe, type Confirmable } from "./configuration/confirmation.ts";
import { all, verdictOf, type Verdict } from "./rule.ts";

/* Whether what somebody changed may serve those whom it would serve: nobody gives themselves access by a change of their own. */

/** Whoever asks, and the user who would get it. */
export const servesThem = (
  item: Confirmable,
  ask: Ask,
  { secondAdministrator }: EvaluationContext,
): Verdict =>
  all([ask.requester, ask.beneficiary ?? ask.requester], (person) =>
    verdictOf(mayServe(item, person, secondAdministrator)),
  );

/** What a group gets everybody in it has: it is asked for by a colleague of the one who changed the flow, who need not know. */
export const servesTheGroup = (
  { unconfirmedEditors = [] }: Confirmable,
  { forGroup = false }: Ask,
  { secondAdministrator, editorsInGroup }: EvaluationContext,
): Verdict => {
  if (!forGroup || !secondAdministrator) return "met";
  return all(unconfirmedEditors, (editor) => {
    const isMember = editorsInGroup?.get(editor);
    return isMember === undefined ? "unknown" : verdictOf(!isMember);
  });
};
