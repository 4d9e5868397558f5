import { DomainError } from "../domain/errors.ts";
import { brokenGuardrails, type GuardedTarget, type Guardrails } from "../domain/guardrails.ts";
import type { Target } from "./evaluation/eligibility.ts";

/** What guardrails look at. */
export const guardedTarget = ({ account, permissionSet }: Target): GuardedTarget => ({
  accountId: account.id,
  permissionSetArn: permissionSet.arn,
  permissionSetName: permissionSet.name,
});

/** Throws DomainError `never-grantable` or `duration-above-maximum` where the deploy settings rule it out, whatever a flow says. */
export const assertWithinGuardrails = (
  { guardrails }: { readonly guardrails: Guardrails },
  targets: readonly Target[],
  durationSeconds: number,
): void => {
  const broken = brokenGuardrails(guardrails, { targets: targets.map(guardedTarget), durationSeconds });
  const [first] = broken;
  if (first === undefined) return;
  const detail = `A guardrail refuses this: ${broken.map(({ reason }) => reason).join("; ")}.`;
  throw new DomainError(
    first.code,
    detail,
    first.code === "duration-above-maximum" ? [{ pointer: "/duration", detail: first.reason }] : [],
  );
};
