import { SeersOfEveryRequest } from "../contracts/roles.ts";
import type {
  AccessRequest,
  Approval,
  AskedExtension,
  Decision,
  RequestIn,
} from "../domain/access-request.ts";
import { isPlain, standsFor } from "../domain/approval-step.ts";
import {
  beginStep,
  currentStep,
  currentStepIndex,
  hasDecided,
  isApproverOf,
  openApprovalOf,
  speaksAs,
  standingOf,
  tiersOpen,
  wasAsked,
  type OpenApproval,
} from "../domain/approval.ts";
import { DomainError } from "../domain/errors.ts";
import { commonOf, evolve, type Occasion } from "../domain/evolve.ts";
import { atNextStep, totalSeconds, unextended, withMoreTime } from "../domain/extension.ts";
import { frozenHash } from "../domain/frozen.ts";
import { secondsAfter, timestamp, type GroupId, type RequestId, type Timestamp } from "../domain/ids.ts";
import type { Person } from "../domain/principal.ts";
import { withdrawnExtension, withdrawnRequest, type Withdrawal } from "../domain/withdrawal.ts";
import type { Clock } from "../ports/clock.ts";
import type { AccessFlowStore, AccessRequestStore, WakeupStore } from "../ports/stores.ts";
import type { Workflow } from "../ports/workflow.ts";
import { endOfFlow } from "./end-of-flow.ts";
import { withFreshApprovers } from "./evaluation/fresh-approvers.ts";
import type { ApproverDependencies } from "./evaluation/load-approvers.ts";
import { isReplay, withAnswered, type Idempotency } from "./idempotency.ts";
import { isBeneficiary, notFound, relevantMemberships, type PartyDependencies } from "./party-to-request.ts";
import { persistOrReread, type Decided } from "./persist.ts";
import { whyRuledOut, type GrantSettings } from "./ruled-out.ts";
import { wakeWorkflow } from "./wake-workflow.ts";

export interface DecideDependencies extends PartyDependencies, ApproverDependencies, GrantSettings {
  readonly directory: PartyDependencies["directory"] & ApproverDependencies["directory"];
  readonly requests: AccessRequestStore;
  readonly flows: Pick<AccessFlowStore, "head">;
  readonly wakeups: Pick<WakeupStore, "get">;
  readonly workflow: Workflow;
  readonly clock: Clock;
}

interface DecideInput {
  readonly caller: Person;
  readonly requestId: RequestId;
  readonly decision: Decision["decision"];
  readonly reason?: string;
  /** The step that the decision is on, from 1; without it, whichever waits. */
  readonly step?: number;
  /** The extension that the decision is on, by its `askedAt`; without it the decision is on the request itself. */
  readonly extension?: Timestamp;
  readonly idempotency?: Idempotency;
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
      if (!look.carriesOn) {
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
  if (request.status === "active" && request.extension !== undefined) {
    return { ...request, extension: { ...request.extension, approval } };
  }
  const fresh = { ...request, approval };
  return frozenHash(request) === request.frozen ? { ...fresh, frozen: frozenHash(fresh) } : fresh;
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

/** Throws DomainError `not-pending` when something else waits than what the decision is on. */
const assertIsOnWhatWaits = (request: AccessRequest, named: Timestamp | undefined): void => {
  const open = openApprovalOf(request);
  if (open?.askedAt === named) return;
  throw new DomainError("not-pending", otherThanNamed(request, open, named));
};

/** Whether the decision names the very step that waits. */
const namesWhatWaits = (request: AccessRequest, { step }: Pick<DecideInput, "step">): boolean => {
  const approval = openApprovalOf(request)?.approval;
  return approval !== undefined && step === currentStepIndex(approval) + 1;
};

/** Throws DomainError `not-pending` when another step waits than the decision names. */
const assertIsOnCurrentStep = (request: AccessRequest, named: number | undefined): void => {
  const open = openApprovalOf(request);
  if (named === undefined || open === undefined) return;
  const waits = currentStepIndex(open.approval) + 1;
  if (named === waits) return;
  throw new DomainError(
    "not-pending",
    `The decision is on step ${String(named)} of the approval; step ${String(waits)} of ${String(open.approval.steps.length)} waits.`,
  );
};

/**
 * Throws DomainError `step-required`: where one person may decide several steps, the same call made twice must not decide two.
 */
const assertNamesStep = (request: AccessRequest, { caller, step }: DecideInput): void => {
  const approval = openApprovalOf(request)?.approval;
  if (step !== undefined || approval?.decisions.every(({ by }) => by.userId !== caller.userId)) return;
  const waits = approval === undefined ? "" : String(currentStepIndex(approval) + 1);
  const detail = `found no step; expected "step": ${waits}, which waits, as you have decided an earlier one already`;
  throw new DomainError("step-required", `The decision: ${detail}.`, [{ pointer: "/step", detail }]);
};

/** Throws DomainError `concurrent-modification` when, since the first look, somebody else has decided the step that was meant. */
const assertIsOnSameStep = (request: AccessRequest, first: number | undefined): number | undefined => {
  const approval = openApprovalOf(request)?.approval;
  const step = approval && currentStepIndex(approval);
  if (first === undefined || step === undefined || step === first) return step;
  throw new DomainError(
    "concurrent-modification",
    `Somebody else has decided step ${String(first + 1)} of the approval meanwhile, and step ${String(step + 1)} waits now. Look at the request, and decide again if that is yours, too.`,
  );
};

const otherThanNamed = (
  { status }: AccessRequest,
  open: OpenApproval | undefined,
  named: Timestamp | undefined,
): string => {
  if (named === undefined) {
    return `This request is ${status}, so that it was decided; what waits is more time on it. A decision on that names it by its askedAt: {"extension": "…"}. See with GET /requests/{id} what it asks for.`;
  }
  const found =
    open === undefined
      ? `this request is ${status}, and nothing of it waits for a decision`
      : open.askedAt === undefined
        ? "the request itself waits, and a decision on it names no extension"
        : `what waits is more time that was asked for at ${open.askedAt}`;
  return `No more time that was asked for at ${named} waits for a decision: ${found}.`;
};

/**
 * Whether what was said before is enough for the step that waited, now that others have to agree to it: then nobody can add
 * anything to it, and the next approval by anybody who was asked, or is to be, carries the request on. Nobody's own request goes
 * on by their own hand, and nothing does after its deadline.
 */
const mayCarryOn = (
  stored: AccessRequest,
  request: AccessRequest,
  { caller, decision }: DecideInput,
  { memberships, now }: Circumstances,
): boolean => {
  const before = openApprovalOf(stored);
  const open = openApprovalOf(request);
  if (before === undefined || open === undefined || decision !== "approve") return false;
  if (currentStepIndex(open.approval) === currentStepIndex(before.approval)) return false;
  const standing = standingOf(request, open.approval, caller.userId, memberships, now);
  if (standing === "requester" || standing === "beneficiary" || standing === "editor") return false;
  if (timestamp(now) >= open.deadline) return false;
  return isApproverOf(request, caller.userId, memberships) || wasAsked(request, caller.userId);
};

const assertMayDecide = (
  request: AccessRequest,
  { caller, reason }: Pick<DecideInput, "caller" | "reason">,
  memberships: ReadonlySet<GroupId>,
  now: Date,
): void => {
  const open = openApprovalOf(request);
  const approval = open?.approval ?? request.approval;
  if (request.requester.userId === caller.userId && !approval.requesterCanApproveSelf) {
    throw new DomainError(
      "self-approval",
      "You asked for this access, so somebody else has to decide on it.",
    );
  }
  if (hasDecided(approval, caller.userId)) {
    throw new DomainError("already-decided", "You have decided on this already.");
  }
  if (open === undefined || timestamp(now) >= open.deadline) throw notPending(request, open);
  switch (standingOf(request, approval, caller.userId, memberships, now)) {
    case "approver": {
      assertReason(approval, reason);
      return;
    }
    case "beneficiary":
      throw new DomainError(
        "beneficiary-approval",
        "You would get this access, so somebody else has to decide on it.",
      );
    case "editor":
      throw new DomainError(
        "flow-unconfirmed",
        "You had changed the access flow of this request, or what it names, when it was asked for, and no other administrator had confirmed that: somebody else has to decide on it.",
      );
    case "requester":
    case "none":
      throw new DomainError(
        "approver-no-longer-eligible",
        "You are not, or no longer, an approver of the step that waits.",
      );
  }
};

/** Throws DomainError `reason-required`. */
const assertReason = ({ reasonRequired }: Approval, reason: string | undefined): void => {
  if (reasonRequired !== true || reason !== undefined) return;
  const detail = "found no reason; expected one, as the access flow asks for";
  throw new DomainError("reason-required", `The decision: ${detail}.`, [{ pointer: "/reason", detail }]);
};

const notPending = (request: AccessRequest, open: OpenApproval | undefined): DomainError => {
  const found =
    open === undefined
      ? `This request is ${request.status}, and nothing of it waits for a decision`
      : `The deadline of this ${open.of} (${open.deadline}) has passed`;
  return new DomainError(
    "not-pending",
    `${found}; a request can be decided while it is pending, and more time while the access is active, each until its deadline.`,
  );
};

/**
 * Why an approval gives nothing any more: the flow is gone, or, of more time, the deploy settings rule it out, as they do for a
 * request when it is granted. Read after everything else that is looked up, so that little can happen before the write.
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

/** What a decision depends on besides what is said. */
interface Circumstances {
  readonly memberships: ReadonlySet<GroupId>;
  readonly now: Date;
}

/** What was said of the step that waits: the approval with it, whether the step is over, and what the audit entry says. */
interface Said {
  readonly approval: Approval;
  readonly isStepOver: boolean;
  readonly occasion: (details?: Occasion["details"]) => Occasion;
}

const decisionOf = (request: AccessRequest, input: DecideInput, circumstances: Circumstances): Decided => {
  const said = decided(waitingOf(request).approval, input, circumstances);
  const answered = withAnswered(request, input.idempotency);
  return input.decision === "reject"
    ? rejected(request, input, said, answered)
    : approved(request, said, circumstances.now, answered);
};

/** What follows when the step is over without anybody's word: told in Lockstep's own name. */
const carriedOn = (
  stored: AccessRequest,
  request: AccessRequest,
  input: Pick<DecideInput, "idempotency" | "step">,
  now: Date,
): Decided => {
  const { approval } = waitingOf(request);
  const details = {
    step: currentStepIndex(waitingOf(stored).approval),
    because: "who has to agree has changed, and what was said before is enough",
  };
  const said: Said = {
    approval,
    isStepOver: true,
    occasion: (more = {}) => ({
      actor: { type: "lockstep", name: "api" },
      now,
      details: { ...details, ...more },
    }),
  };
  // Where the decision names the next step, it is still to be made on that one, and the key is answered by it.
  const isAnswer = !namesWhatWaits(request, input);
  return approved(request, said, now, isAnswer ? withAnswered(request, input.idempotency) : request.answered);
};

const waitingOf = (request: AccessRequest): OpenApproval => {
  const open = openApprovalOf(request);
  if (open === undefined) throw new Error(`Nothing of request ${request.id} waits for a decision`);
  return open;
};

/** The approval with this decision, and what its audit entry says of it. */
const decided = (
  approval: Approval,
  { caller, decision, reason }: DecideInput,
  { memberships, now }: Circumstances,
): Said => {
  const step = currentStepIndex(approval);
  const waiting = currentStep(approval);
  const because = reason === undefined ? {} : { reason };
  const open = tiersOpen(approval, now);
  const as = {
    as: [...speaksAs(approval, caller.userId, memberships, now)],
    ...(open === 0 ? {} : { tiersOpen: open }),
  };
  // One approval of anybody's decides a plain step, so that only the trail has to say as whom they gave it.
  const kept = waiting === undefined || isPlain(waiting) ? {} : as;
  const said = { step, by: caller, decision, ...because, ...kept, at: timestamp(now) };
  return {
    approval: { ...approval, decisions: [...approval.decisions, said] },
    isStepOver: currentStepIndex({ ...approval, decisions: [...approval.decisions, said] }) > step,
    occasion: (details: Occasion["details"] = {}): Occasion => ({
      actor: { type: "user", userId: caller.userId },
      now,
      details: {
        step,
        decision,
        ...because,
        ...as,
        standsFor: waiting === undefined ? [] : [...standsFor(waiting, new Set(as.as), open)],
        ...details,
      },
    }),
  };
};

type Answered = AccessRequest["answered"];

const rejected = (
  request: AccessRequest,
  { caller, reason }: DecideInput,
  { approval, occasion }: Said,
  answered: Answered,
): Decided => {
  if (request.status === "active" && request.extension !== undefined) {
    const { duration } = request.extension;
    const unchanged = { ...unextended(request), answered };
    return {
      name: "ExtensionRejected",
      next: evolve("ExtensionRejected", request, unchanged, occasion({ duration })),
    };
  }
  if (request.status !== "pending") throw new Error(`Request ${request.id} does not wait`);
  const { now } = occasion();
  const ended = {
    reason: "rejected" as const,
    by: caller,
    at: timestamp(now),
    ...(reason === undefined ? {} : { message: reason }),
  };
  return {
    name: "RequestRejected",
    next: evolve("RequestRejected", request, { ...commonOf(request), approval, answered, ended }, occasion()),
  };
};

const approved = (request: AccessRequest, said: Said, now: Date, answered: Answered): Decided => {
  if (request.status === "pending") return requestApproved(request, said, now, answered);
  if (request.status === "active" && request.extension !== undefined)
    return extensionApproved(request, request.extension, said, now, answered);
  throw new Error(`Nothing of request ${request.id} waits for a decision`);
};

const requestApproved = (
  request: RequestIn<"pending">,
  { approval, isStepOver, occasion }: Said,
  now: Date,
  answered: Answered,
): Decided => {
  const common = { ...commonOf(request), approval, answered };
  const step = currentStep(approval);
  if (step === undefined) {
    return { name: "RequestApproved", next: evolve("RequestApproved", request, common, occasion()) };
  }
  if (!isStepOver) {
    const waiting = { ...common, deadline: request.deadline };
    return { name: "ApprovalGiven", next: evolve("ApprovalGiven", request, waiting, occasion()) };
  }
  const deadline = secondsAfter(now, step.withinSeconds);
  const next = { ...common, approval: beginStep(approval, now), deadline };
  return { name: "NextApprovalNeeded", next: evolve("NextApprovalNeeded", request, next, occasion()) };
};

const extensionApproved = (
  request: RequestIn<"active">,
  extension: AskedExtension,
  { approval, isStepOver, occasion }: Said,
  now: Date,
  answered: Answered,
): Decided => {
  const unchanged = { ...unextended(request), answered };
  const step = currentStep(approval);
  if (step === undefined) {
    const more = withMoreTime(request, extension, approval.decisions, now);
    const extended = { ...unchanged, ...more };
    const details = { duration: extension.duration, expiresAt: more.expiresAt };
    return {
      name: "AccessExtended",
      next: evolve("AccessExtended", request, extended, occasion(details)),
    };
  }
  if (!isStepOver) {
    const given = { ...unchanged, extension: { ...extension, approval } };
    return {
      name: "ExtensionApprovalGiven",
      next: evolve("ExtensionApprovalGiven", request, given, occasion()),
    };
  }
  const waiting = { ...unchanged, extension: atNextStep(request, extension, approval, step, now) };
  return {
    name: "NextExtensionApprovalNeeded",
    next: evolve("NextExtensionApprovalNeeded", request, waiting, occasion()),
  };
};
