import { SeersOfEveryRequest } from "../contracts/roles.ts";
import type { AccessRequest, Approval, RequestIn } from "../domain/access-request.ts";
import { isApproverOf, openApprovalOf, wasAsked } from "../domain/approval.ts";
import { DomainError } from "../domain/errors.ts";
import { totalSeconds } from "../domain/extension.ts";
import { frozenExtensionHash, frozenHash, isExtensionAsAsked } from "../domain/frozen.ts";
import { type GroupId } from "../domain/ids.ts";
import type { Person } from "../domain/principal.ts";
import { withdrawnExtension, withdrawnRequest, type Withdrawal } from "../domain/withdrawal.ts";
import type { Clock } from "../ports/clock.ts";
import type { AccessFlowStore, AccessRequestStore, WakeupStore } from "../ports/stores.ts";
import type { Workflow } from "../ports/workflow.ts";
import { endOfFlow } from "./end-of-flow.ts";
import { withFreshApprovers } from "./evaluation/fresh-approvers.ts";
import type { ApproverDependencies } from "./evaluation/load-approvers.ts";
import { isReplay } from "./idempotency.ts";
import { isBeneficiary, notFound, relevantMemberships, type PartyDependencies } from "./party-to-request.ts";
import { persistOrReread, type Decided } from "./persist.ts";
import { whyRuledOut, type GrantSettings } from "./ruled-out.ts";
import { wakeWorkflow } from "./wake-workflow.ts";
import { decisionOf, carriedOn } from "./decision-made.ts";
import {
  type DecideInput,
  assertIsOnWhatWaits,
  namesWhatWaits,
  stepThatWaits,
  assertIsOnCurrentStep,
  assertNamesStep,
  assertIsOnSameStep,
  mayCarryOn,
  assertMayDecide,
} from "./may-decide.ts";

export interface DecideDependencies extends PartyDependencies, ApproverDependencies, GrantSettings {
  readonly directory: PartyDependencies["directory"] & ApproverDependencies["directory"];
  readonly requests: AccessRequestStore;
  readonly flows: Pick<AccessFlowStore, "head">;
  readonly wakeups: Pick<WakeupStore, "get">;
  readonly workflow: Workflow;
  readonly clock: Clock;
}

/**
 * Records one approver's word on the step that waits for it: of a request, or of the more time that it names. Who may
 * decide is asked of the directory now, not when it was asked for; what is decided on is what the caller saw, and never
 * whatever else waits by the time of the write.
 */
export const decideRequest = (dependencies: DecideDependencies) => {
  const decide = async (input: DecideInput): Promise<AccessRequest> => {
    let step: number | undefined;
    let look: { carriesOn: boolean; withdrawal?: Withdrawal | undefined } = { carriesOn: false };
    const decided = await persistOrReread(dependencies.requests, input.requestId, async (stored) => {
      look = { carriesOn: false };
      if (stored === undefined) throw notFound(input.requestId);
      if (isReplay(stored, input.idempotency)) return { done: stored };
      const request = await withApproversOfNow(dependencies, stored, input.caller);
      const memberships = await relevantMemberships(dependencies.directory, request, input.caller);
      await assertKnows(dependencies, request, input.caller, memberships);
      const now = dependencies.clock.now();
      assertIsOnWhatWaits(request, input.extension);
      look.carriesOn = mayCarryOn(stored, request, input, { memberships, now });
      if (look.carriesOn) step ??= stepThatWaits(stored);
      else {
        assertIsOnCurrentStep(request, input.step);
        assertMayDecide(request, input, memberships, now);
        assertNamesStep(request, input);
        step = assertIsOnSameStep(request, step);
      }
      look.withdrawal = await whyNothingIsGiven(dependencies, request, input);
      if (look.withdrawal !== undefined) return withdrawn(stored, look.withdrawal, dependencies.clock.now());
      if (look.carriesOn) return carriedOn(stored, request, input, now);
      return decisionOf(request, input, { memberships, now });
    });
    // Nobody waits for a decision on more time: the timer of the old expiry looks at the item, and holds again.
    if (decided.status !== "active") await wakeWorkflow(dependencies, decided);
    if (look.withdrawal !== undefined) throw tooLate(decided, look.withdrawal);
    // The step that waits now is another than its sender may have seen: it is decided for who names it.
    return look.carriesOn && namesWhatWaits(decided, input) ? decide(input) : decided;
  };
  return decide;
};

/**
 * The request with the owners and managers of now in the step that waits. What a decision freezes is what it was made on:
 * unless somebody has changed what was frozen before, which the grant is to find.
 */
const withApproversOfNow = async (
  dependencies: DecideDependencies,
  request: AccessRequest,
  caller: Person,
): Promise<AccessRequest> => {
  const open = openApprovalOf(request);
  if (open === undefined) return request;
  const approval = await withFreshApprovers(
    dependencies,
    request,
    open.approval,
    dependencies.clock.now(),
  ).catch(async (error: unknown) => {
    // Why nobody may decide it is for those who know of the request.
    const memberships = await relevantMemberships(dependencies.directory, request, caller);
    await assertKnows(dependencies, request, caller, memberships);
    throw error;
  });
  if (approval === open.approval) return request;
  if (request.status === "active") return withExtensionDecidedBy(request, approval);
  const fresh = { ...request, approval };
  return frozenHash(request) === request.frozen ? { ...fresh, frozen: frozenHash(fresh) } : fresh;
};

const withExtensionDecidedBy = (request: RequestIn<"active">, approval: Approval): AccessRequest => {
  if (request.extension === undefined) throw new Error(`No more time waits on request ${request.id}`);
  const fresh = { ...request.extension, approval };
  const { frozen } = request.extension;
  if (frozen === undefined || !isExtensionAsAsked(request, request.extension))
    return { ...request, extension: fresh };
  const hash = frozenExtensionHash(request, fresh, frozen.flowVersion);
  return { ...request, extension: { ...fresh, frozen: { ...frozen, hash } } };
};

const assertKnows = async (
  { rolesOf }: Pick<DecideDependencies, "rolesOf">,
  request: AccessRequest,
  caller: Person,
  memberships: ReadonlySet<GroupId>,
): Promise<void> => {
  const { requester, principal } = request;
  if (requester.userId === caller.userId || isBeneficiary(principal, caller)) return;
  if (isApproverOf(request, caller.userId, memberships)) return;
  if (wasAsked(request, caller.userId)) return;
  if ((await rolesOf(caller, SeersOfEveryRequest)).size > 0) return;
  throw notFound(request.id);
};

/**
 * Why an approval gives nothing any more: the flow is gone, or, of more time, it is not what was asked for, or the deploy settings
 * rule it out, as they do for a request when it is granted. Read after everything else that is looked up, so that little can happen before the write.
 */
const whyNothingIsGiven = async (
  dependencies: Pick<DecideDependencies, "flows" | keyof GrantSettings>,
  request: AccessRequest,
  { decision }: DecideInput,
): Promise<Withdrawal | undefined> => {
  if (decision !== "approve") return undefined;
  const flowsEnd = await endOfFlow(dependencies, request.flow.name);
  if (flowsEnd !== undefined || request.status !== "active" || request.extension === undefined)
    return flowsEnd;
  if (!isExtensionAsAsked(request, request.extension))
    return { why: "what waited is not what was asked for" };
  const seconds = totalSeconds(request) + request.extension.durationSeconds;
  const why = whyRuledOut(dependencies, request, seconds);
  return why === undefined ? undefined : { why };
};

/** What waited ends in Lockstep's own name, whoever brought that to light. */
const withdrawn = (request: AccessRequest, withdrawal: Withdrawal, now: Date): Decided => {
  const look = { actor: { type: "lockstep", name: "api" } as const, now };
  switch (request.status) {
    case "pending":
      return { name: "RequestWithdrawn", next: withdrawnRequest(request, withdrawal, look) };
    case "active":
      return { name: "ExtensionWithdrawn", next: withdrawnExtension(request, withdrawal, look) };
    default:
      throw new Error(`Nothing of request ${request.id} waits for a decision`);
  }
};

/** To whoever approved it: what they meant to give has ended. */
const tooLate = ({ status }: AccessRequest, { why }: Withdrawal): DomainError =>
  new DomainError(
    "not-pending",
    status === "active"
      ? `Your approval gave no more time: ${why}. The access goes on until the expiry that it has.`
      : `Your approval gave nothing: ${why}, so that this request has ended.`,
  );
