import type { IdentityCenterSettings } from "../contracts/environment.ts";
import type { RequestAsk } from "../contracts/http/requests.ts";
import type { AccessRequest, Approval } from "../domain/access-request.ts";
import { beginStep } from "../domain/approval.ts";
import { MEMBERS_KEPT } from "../domain/break-glass.ts";
import { durationText, parseDuration } from "../domain/duration.ts";
import { entitlementKey } from "../domain/entitlement.ts";
import { begin } from "../domain/evolve.ts";
import { frozenHash } from "../domain/frozen.ts";
import type { Guardrails } from "../domain/guardrails.ts";
import { secondsAfter, timestamp, wholeSecondAfter, type RequestId, type UserId } from "../domain/ids.ts";
import type { Person, Principal } from "../domain/principal.ts";
import { startConditionsOf } from "../domain/start-conditions.ts";
import type { Clock } from "../ports/clock.ts";
import type { AccessFlowStore } from "../ports/stores.ts";
import { assertStart, targetsOf, wantedBy } from "./asked.ts";
import { assertWithinGuardrails } from "./assert-within-guardrails.ts";
import { askedOf } from "./evaluation/eligible-approvers.ts";
import { type Idempotency } from "./idempotency.ts";
import { beneficiaryOf } from "./principal-of.ts";
import { requestedEntitlement } from "./requested-entitlement.ts";
import type { Names } from "./resolve-names.ts";
import {
  assertAccountsActive,
  assertGrantable,
  evaluateRequest,
  type EligibilityDependencies,
} from "./evaluation/eligibility.ts";

export interface ComposeDependencies extends EligibilityDependencies {
  readonly guardrails: Guardrails;
  readonly flows: Pick<AccessFlowStore, "list">;
  readonly names: Names;
  readonly clock: Clock;
  readonly identityCenter: IdentityCenterSettings;
}

export interface SubmitInput {
  readonly caller: Person;
  readonly ask: RequestAsk;
  /** Whether the caller's token says that they signed in with more than a password. */
  readonly mfa?: boolean;
  readonly idempotency?: Idempotency;
}

/** What a person asks for, as a request that may be written; throws DomainError with the reason why not. */
export const composeRequest = async (
  dependencies: ComposeDependencies,
  id: RequestId,
  { caller, ask, mfa = false, idempotency }: SubmitInput,
): Promise<AccessRequest> => {
  const { clock } = dependencies;
  const begun = clock.now();
  assertStart(ask, begun);
  const targets = await targetsOf(dependencies, ask);
  assertGrantable(dependencies, targets);
  const durationSeconds = ask.duration === undefined ? undefined : parseDuration(ask.duration);
  assertWithinGuardrails(dependencies, targets, durationSeconds ?? 0);
  const { principal, requestFor } = await beneficiaryOf(dependencies, caller, ask.principal);
  // What a flow gives to whoever says nothing is bound by them, too.
  const longestSeconds = dependencies.guardrails.maxDurationSeconds;
  const { flow, steps, approvers, automatically, limits, unconfirmedEditors } = await evaluateRequest(
    dependencies,
    await dependencies.flows.list(),
    { caller, principal, requestFor, targets, mfa, now: begun, longestSeconds, ...wantedBy(ask) },
  );
  await assertAccountsActive(dependencies, targets);
  const { requesterCanApproveSelf } = flow.settings;
  const { sameApproverInSeveralSteps } = flow.approval;
  const now = clock.now();
  const duration = ask.duration ?? durationText(limits.durationSeconds);
  const approval: Approval = {
    steps: [...steps],
    asked: askedOf(approvers),
    requesterCanApproveSelf,
    ...(sameApproverInSeveralSteps === undefined ? {} : { sameApproverInSeveralSteps }),
    ...(unconfirmedEditors === undefined ? {} : { unconfirmedEditors: [...unconfirmedEditors] }),
    ...(automatically === undefined ? {} : { automatically }),
    ...(flow.settings.approverReasonRequired === true ? { reasonRequired: true } : {}),
    decisions: [],
  };
  const [first] = steps;
  // Whatever asks somebody is no emergency, whatever a stored flow says.
  const breakGlass = first === undefined ? flow.breakGlass : undefined;
  const content = {
    id,
    requester: caller,
    principal,
    entitlements: targets.map((target) =>
      requestedEntitlement(dependencies.identityCenter, target, principal),
    ),
    flow: { name: flow.name, version: flow.version },
    duration,
    durationSeconds: limits.durationSeconds,
    justification: ask.justification ?? "",
    ...(ask.ticket === undefined ? {} : { ticket: ask.ticket }),
    ...(flow.timeframe === undefined ? {} : { timeframe: flow.timeframe }),
    createdAt: timestamp(now),
    ...(ask.startAt === undefined
      ? {}
      : {
          startAt: timestamp(wholeSecondAfter(new Date(ask.startAt))),
          atStart: startConditionsOf(flow, {
            automatically,
            approvedByNobody: steps.length === 0,
            asked: targets.map(({ account, permissionSet }) => ({
              accountId: account.id,
              permissionSetArn: permissionSet.arn,
            })),
          }),
        }),
    approval: beginStep(approval, now),
    ...(breakGlass === undefined
      ? {}
      : { breakGlass: { ...breakGlass, ...(await membersKept(dependencies, principal)) } }),
    answered: idempotency === undefined ? [] : [{ ...idempotency }],
  };
  const draft = { ...content, frozen: frozenHash(content) };
  const occasion = {
    actor: { type: "user", userId: caller.userId } as const,
    now,
    details: {
      flow: flow.name,
      duration,
      ...(automatically === undefined ? {} : { automatically }),
      entitlements: content.entitlements.map(({ entitlement }) => entitlementKey(entitlement)),
    },
  };
  if (first !== undefined) {
    return begin("ApprovalNeeded", { ...draft, deadline: secondsAfter(now, first.withinSeconds) }, occasion);
  }
  return begin(breakGlass === undefined ? "AutomaticallyApproved" : "BreakGlassUsed", draft, occasion);
};

/** Of a group, who its members are now: none of them reviews what they got. */
const membersKept = async (
  { directory }: Pick<ComposeDependencies, "directory">,
  principal: Principal,
): Promise<{ readonly members?: UserId[] }> =>
  principal.type === "GROUP"
    ? { members: (await directory.members(principal.id)).slice(0, MEMBERS_KEPT) }
    : {};
