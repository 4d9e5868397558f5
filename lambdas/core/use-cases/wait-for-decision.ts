import type { GrantAccessOutput } from "../contracts/workflow.ts";
import type { Approval, AskedExtension, RequestIn } from "../domain/access-request.ts";
import { currentStepIndex, isEscalationDue, nextLook, partiesAdded, tiersOpen } from "../domain/approval.ts";
import type { Actor } from "../domain/audit.ts";
import { commonOf, evolve } from "../domain/evolve.ts";
import { unextended } from "../domain/extension.ts";
import { timestamp } from "../domain/ids.ts";
import { withdrawnExtension, withdrawnRequest, type Withdrawal } from "../domain/withdrawal.ts";
import type { AccessFlowStore, AccessRequestStore } from "../ports/stores.ts";
import { endOfFlow } from "./end-of-flow.ts";
import { persistOrRetry } from "./persist.ts";

/*
 * The workflow's look at what waits for somebody's decision: a request, or more time on one. More people may decide when their
 * time has come; what nobody may give any more ends.
 */

export interface WaitingDependencies {
  readonly requests: AccessRequestStore;
  /** Read for what waits for approval alone: what people approved keeps what it was promised. */
  readonly flows: Pick<AccessFlowStore, "head">;
}

const workflow: Actor = { type: "lockstep", name: "workflow" };

/** Nobody has decided yet: it waits on, for more people when their time has come, or is over. */
export const waitForDecision = async (
  dependencies: WaitingDependencies,
  request: RequestIn<"pending">,
  now: Date,
): Promise<GrantAccessOutput> => {
  if (timestamp(now) >= request.deadline) return lapse(dependencies, request, now);
  const flowsEnd = await endOfFlow(dependencies, request.flow.name);
  if (flowsEnd !== undefined) return withdraw(dependencies, request, flowsEnd, now);
  if (timestamp(now) < nextLook(request)) return { next: "approval", until: nextLook(request) };
  const { approval, details } = escalated(request.approval, now);
  const next = evolve(
    "ApprovalEscalated",
    request,
    { ...commonOf(request), approval, deadline: request.deadline },
    { actor: workflow, now, details },
  );
  await persistOrRetry(dependencies.requests, "ApprovalEscalated", next);
  return { next: "approval", until: nextLook(next) };
};

/** The approval with the tiers that are open told of, and what the audit entry and the event say of that. */
const escalated = (approval: Approval, now: Date) => {
  const tiers = tiersOpen(approval, now);
  const added = partiesAdded(approval, tiers).map(({ type, id }) => ({ type, id }));
  return {
    approval: { ...approval, tiersAnnounced: tiers },
    details: { step: currentStepIndex(approval), tiers, added },
  };
};

const withdraw = async (
  { requests }: WaitingDependencies,
  request: RequestIn<"pending">,
  withdrawal: Withdrawal,
  now: Date,
): Promise<GrantAccessOutput> => {
  const withdrawn = withdrawnRequest(request, withdrawal, { actor: workflow, now });
  await persistOrRetry(requests, "RequestWithdrawn", withdrawn);
  return { next: "end", until: withdrawn.ended.at };
};

const lapse = async (
  { requests }: WaitingDependencies,
  request: RequestIn<"pending">,
  now: Date,
): Promise<GrantAccessOutput> => {
  const ended = { reason: "lapsed", at: timestamp(now), message: "nobody decided in time" } as const;
  const lapsed = evolve("RequestLapsed", request, { ...commonOf(request), ended }, { actor: workflow, now });
  await persistOrRetry(requests, "RequestLapsed", lapsed);
  return { next: "end", until: ended.at };
};

/**
 * The access is there until its expiry. More time that waits ends with the flow that would have allowed it, and is put before more
 * people when their time has come: the execution sleeps until the expiry, so that it is the sweep that has this look made, and
 * whoever is told that the flow has changed (use-cases/sweep/requests-without-flow.ts).
 */
export const holdUntilExpiry = async (
  dependencies: WaitingDependencies,
  request: RequestIn<"active">,
  now: Date,
): Promise<GrantAccessOutput> => {
  if (request.extension !== undefined) await lookAtMoreTime(dependencies, request, request.extension, now);
  return { next: "hold", until: request.expiresAt };
};

const lookAtMoreTime = async (
  dependencies: WaitingDependencies,
  request: RequestIn<"active">,
  extension: AskedExtension,
  now: Date,
): Promise<void> => {
  const { requests } = dependencies;
  const flowsEnd = await endOfFlow(dependencies, request.flow.name);
  if (flowsEnd !== undefined) {
    const withdrawn = withdrawnExtension(request, flowsEnd, { actor: workflow, now });
    await persistOrRetry(requests, "ExtensionWithdrawn", withdrawn);
  } else if (isEscalationDue(extension, now)) {
    const { approval, details } = escalated(extension.approval, now);
    const waiting = { ...unextended(request), extension: { ...extension, approval } };
    const next = evolve("ExtensionEscalated", request, waiting, { actor: workflow, now, details });
    await persistOrRetry(requests, "ExtensionEscalated", next);
  }
};
