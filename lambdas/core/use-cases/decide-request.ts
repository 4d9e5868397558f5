import type { Decision, RequestIn } from "../domain/access-request.ts";
import { currentStep, isApproverOf, standingOf } from "../domain/approval.ts";
import { DomainError } from "../domain/errors.ts";
import { commonOf, evolve } from "../domain/evolve.ts";
import { secondsAfter, timestamp, type GroupId, type RequestId } from "../domain/ids.ts";
import type { AccessRequest } from "../domain/access-request.ts";
import type { TransitionName } from "../domain/transitions.ts";
import type { Person } from "../domain/principal.ts";
import type { Clock } from "../ports/clock.ts";
import type { AccessRequestStore, WakeupStore } from "../ports/stores.ts";
import type { Workflow } from "../ports/workflow.ts";
import { isReplay, withAnswered, type Idempotency } from "./idempotency.ts";
import { notFound, relevantMemberships, type PartyDependencies } from "./party-to-request.ts";
import { persistOrReread } from "./persist.ts";
import { wakeWorkflow } from "./wake-workflow.ts";

export interface DecideDependencies extends PartyDependencies {
  readonly requests: AccessRequestStore;
  readonly wakeups: Pick<WakeupStore, "get">;
  readonly workflow: Workflow;
  readonly clock: Clock;
}

interface DecideInput {
  readonly caller: Person;
  readonly requestId: RequestId;
  readonly decision: Decision["decision"];
  readonly reason?: string;
  readonly idempotency?: Idempotency;
}

/** Records one approver's word on the step that waits for it. Who may decide is asked of the directory now, not when the request was made. */
export const decideRequest =
  (dependencies: DecideDependencies) =>
  async (input: DecideInput): Promise<AccessRequest> => {
    const decided = await persistOrReread(dependencies.requests, input.requestId, async (request) => {
      if (request === undefined) throw notFound(input.requestId);
      const memberships = await relevantMemberships(dependencies.directory, request, input.caller);
      if (isReplay(request, input.idempotency)) return { done: request };
      const pending = await assertMayDecide(dependencies, request, input.caller, memberships);
      const [name, next] = decisionOf(pending, input, dependencies.clock.now());
      return { name, next };
    });
    await wakeWorkflow(dependencies, decided);
    return decided;
  };

const assertMayDecide = async (
  { isAdministrator, clock }: DecideDependencies,
  request: AccessRequest,
  caller: Person,
  memberships: ReadonlySet<GroupId>,
): Promise<RequestIn<"pending">> => {
  const isRequester = request.requester.userId === caller.userId;
  const isApprover = isApproverOf(request, caller.userId, memberships);
  const wasAsked = request.approval.asked.includes(caller.userId);
  if (!isRequester && !isApprover && !wasAsked && !(await isAdministrator(caller)))
    throw notFound(request.id);
  if (isRequester && !request.approval.requesterCanApproveSelf) {
    throw new DomainError(
      "self-approval",
      "You asked for this access, so somebody else has to decide on it.",
    );
  }
  if (request.approval.decisions.some(({ by }) => by.userId === caller.userId)) {
    throw new DomainError("already-decided", "You have decided on this request already.");
  }
  if (request.status !== "pending" || clock.now().toISOString() >= request.deadline) {
    const found = request.status === "pending" ? "past its deadline" : request.status;
    throw new DomainError("not-pending", `This request is ${found}; only a pending one can be decided.`);
  }
  switch (standingOf(request, caller.userId, memberships)) {
    case "approver":
      return request;
    case "beneficiary":
      throw new DomainError(
        "beneficiary-approval",
        "You would get this access, so somebody else has to decide on it.",
      );
    case "requester":
    case "none":
      throw new DomainError(
        "approver-no-longer-eligible",
        "You are not, or no longer, an approver of the step that this request waits for.",
      );
  }
};

const decisionOf = (
  request: RequestIn<"pending">,
  { caller, decision, reason, idempotency }: DecideInput,
  now: Date,
): readonly [TransitionName, AccessRequest] => {
  const step = request.approval.decisions.length;
  const said = {
    step,
    by: caller,
    decision,
    ...(reason === undefined ? {} : { reason }),
    at: timestamp(now),
  };
  const approval = { ...request.approval, decisions: [...request.approval.decisions, said] };
  const common = { ...commonOf(request), approval, answered: withAnswered(request, idempotency) };
  const occasion = {
    actor: { type: "user", userId: caller.userId } as const,
    now,
    details: { step, decision, ...(reason === undefined ? {} : { reason }) },
  };
  if (decision === "reject") {
    const ended = {
      reason: "rejected" as const,
      by: caller,
      at: timestamp(now),
      ...(reason === undefined ? {} : { message: reason }),
    };
    return ["RequestRejected", evolve("RequestRejected", request, { ...common, ended }, occasion)];
  }
  const next = currentStep({ ...request, approval });
  if (next === undefined) return ["RequestApproved", evolve("RequestApproved", request, common, occasion)];
  const deadline = secondsAfter(now, next.withinSeconds);
  return ["NextApprovalNeeded", evolve("NextApprovalNeeded", request, { ...common, deadline }, occasion)];
};
