import type { GrantAccessOutput } from "../contracts/workflow.ts";
import type { RequestIn } from "../domain/access-request.ts";
import { currentStepIndex, nextLook, partiesAdded, tiersOpen } from "../domain/approval.ts";
import type { Actor } from "../domain/audit.ts";
import { commonOf, evolve } from "../domain/evolve.ts";
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
  const tiers = tiersOpen(request.approval, now);
  const added = partiesAdded(request.approval, tiers).map(({ type, id }) => ({ type, id }));
  const escalated = evolve(
    "ApprovalEscalated",
    request,
    {
      ...commonOf(request),
      approval: { ...request.approval, tiersAnnounced: tiers },
      deadline: request.deadline,
    },
    { actor: workflow, now, details: { step: currentStepIndex(request.approval), tiers, added } },
  );
  await persistOrRetry(dependencies.requests, "ApprovalEscalated", escalated);
  return { next: "approval", until: nextLook(escalated) };
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
 * The access is there until its expiry. More time that waits ends with the flow that would have allowed it: whoever is told that
 * the flow has changed, or finds it gone, has this look made (use-cases/sweep/requests-without-flow.ts).
 */
export const holdUntilExpiry = async (
  dependencies: WaitingDependencies,
  request: RequestIn<"active">,
  now: Date,
): Promise<GrantAccessOutput> => {
  if (request.extension !== undefined) {
    const flowsEnd = await endOfFlow(dependencies, request.flow.name);
    if (flowsEnd !== undefined) {
      const withdrawn = withdrawnExtension(request, flowsEnd, { actor: workflow, now });
      await persistOrRetry(dependencies.requests, "ExtensionWithdrawn", withdrawn);
    }
  }
  return { next: "hold", until: request.expiresAt };
};
