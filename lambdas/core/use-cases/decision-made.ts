import type { AccessRequest, Approval, AskedExtension, RequestIn } from "../domain/access-request.ts";
import { isPlain, standsFor } from "../domain/approval-step.ts";
import {
  beginStep,
  currentStep,
  currentStepIndex,
  openApprovalOf,
  speaksAs,
  tiersOpen,
  type OpenApproval,
} from "../domain/approval.ts";
import { commonOf, evolve, type Occasion } from "../domain/evolve.ts";
import { atNextStep, unextended, withMoreTime } from "../domain/extension.ts";
import { secondsAfter, timestamp } from "../domain/ids.ts";
import { withAnswered } from "./idempotency.ts";
import { type Decided } from "./persist.ts";
import { type DecideInput, type Circumstances, namesWhatWaits } from "./may-decide.ts";

/** What was said of the step that waits: the approval with it, whether the step is over, and what the audit entry says. */
interface Said {
  readonly approval: Approval;
  readonly isStepOver: boolean;
  readonly occasion: (details?: Occasion["details"]) => Occasion;
}

export const decisionOf = (
  request: AccessRequest,
  input: DecideInput,
  circumstances: Circumstances,
): Decided => {
  const said = decided(waitingOf(request).approval, input, circumstances);
  const answered = withAnswered(request, input.idempotency);
  return input.decision === "reject"
    ? rejected(request, input, said, answered)
    : approved(request, said, circumstances.now, answered);
};

/** What follows when the step is over without anybody's word: told in Lockstep's own name. */
export const carriedOn = (
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
    const { duration, frozen } = extension;
    const details = {
      duration,
      expiresAt: more.expiresAt,
      ...(frozen === undefined ? {} : { flowVersion: frozen.flowVersion, frozen: frozen.hash }),
    };
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
