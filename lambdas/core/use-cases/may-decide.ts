import type { AccessRequest, Approval, Decision } from "../domain/access-request.ts";
import {
  currentStepIndex,
  hasDecided,
  isApproverOf,
  openApprovalOf,
  standingOf,
  wasAsked,
  type OpenApproval,
} from "../domain/approval.ts";
import { DomainError } from "../domain/errors.ts";
import { timestamp, type GroupId, type RequestId, type Timestamp } from "../domain/ids.ts";
import type { Person } from "../domain/principal.ts";
import { type Idempotency } from "./idempotency.ts";

/*
 * Who may say what on what waits: nobody decides what they did not see, what is theirs, or what is not theirs to decide.
 */

/** What an approver says. */
export interface DecideInput {
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

/** What a decision depends on besides what is said. */
export interface Circumstances {
  readonly memberships: ReadonlySet<GroupId>;
  readonly now: Date;
}

/** Throws DomainError `not-pending` when something else waits than what the decision is on. */
export const assertIsOnWhatWaits = (request: AccessRequest, named: Timestamp | undefined): void => {
  const open = openApprovalOf(request);
  if (open?.askedAt === named) return;
  throw new DomainError("not-pending", otherThanNamed(request, open, named));
};

/** Whether the decision names the very step that waits. */
export const namesWhatWaits = (request: AccessRequest, { step }: Pick<DecideInput, "step">): boolean => {
  const approval = openApprovalOf(request)?.approval;
  return approval !== undefined && step === currentStepIndex(approval) + 1;
};

/** Throws DomainError `not-pending` when another step waits than the decision names. */
export const assertIsOnCurrentStep = (request: AccessRequest, named: number | undefined): void => {
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
export const assertNamesStep = (request: AccessRequest, { caller, step }: DecideInput): void => {
  const approval = openApprovalOf(request)?.approval;
  if (step !== undefined || approval?.decisions.every(({ by }) => by.userId !== caller.userId)) return;
  const waits = approval === undefined ? "" : String(currentStepIndex(approval) + 1);
  const detail = `found no step; expected "step": ${waits}, which waits, as you have decided an earlier one already`;
  throw new DomainError("step-required", `The decision: ${detail}.`, [{ pointer: "/step", detail }]);
};

/** The place of the step that waits; undefined: none does. */
export const stepThatWaits = (request: AccessRequest): number | undefined => {
  const approval = openApprovalOf(request)?.approval;
  return approval && currentStepIndex(approval);
};

/** Throws DomainError `concurrent-modification` when, since the first look, somebody else has decided the step that was meant. */
export const assertIsOnSameStep = (request: AccessRequest, first: number | undefined): number | undefined => {
  const step = stepThatWaits(request);
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
 * on by their own hand, nor one under a rule that they wrote and nobody has confirmed, and nothing does after its deadline.
 */
export const mayCarryOn = (
  stored: AccessRequest,
  request: AccessRequest,
  { caller, decision }: DecideInput,
  { memberships, now }: Circumstances,
): boolean => {
  const before = openApprovalOf(stored);
  const open = openApprovalOf(request);
  if (before === undefined || open === undefined || decision !== "approve") return false;
  if (currentStepIndex(open.approval) === currentStepIndex(before.approval)) return false;
  if (open.approval.unconfirmedEditors?.includes(caller.userId) === true) return false;
  const standing = standingOf(request, open.approval, caller.userId, memberships, now);
  if (standing === "requester" || standing === "beneficiary") return false;
  if (timestamp(now) >= open.deadline) return false;
  return isApproverOf(request, caller.userId, memberships) || wasAsked(request, caller.userId);
};

export const assertMayDecide = (
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
