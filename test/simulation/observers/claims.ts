import type { AccessRequest } from "../../../lambdas/core/domain/access-request.ts";
import { currentStepIndex, openApprovalOf } from "../../../lambdas/core/domain/approval.ts";
import type { Claim } from "../ledger.ts";

/** When the request itself says that it goes on. */
const nextMoment = (request: AccessRequest, now: number): number => {
  switch (request.status) {
    case "pending":
      return Date.parse(request.deadline);
    case "scheduled":
      return Date.parse(request.startAt);
    case "granting":
    case "active":
      return Date.parse(request.expiresAt);
    default:
      return now;
  }
};

/** The next tier that nobody was told of, of the step that waits, if it has one. */
const untoldOf = (request: AccessRequest): Claim["untold"] => {
  const open = openApprovalOf(request);
  if (open === undefined) return undefined;
  const { steps, since, tiersAnnounced: told = 0 } = open.approval;
  const escalation = steps[currentStepIndex(open.approval)]?.escalation;
  if (escalation === undefined || since === undefined || told >= escalation.tiers.length) return undefined;
  const opens = Date.parse(since) + (told + 1) * escalation.afterSeconds * 1_000;
  return { opens, deadline: Date.parse(open.deadline) };
};

/** What Lockstep claims about a request with what it writes now. */
export const claimOf = (request: AccessRequest, now: number): Claim => {
  const entry = request.trail.at(-1);
  if (entry === undefined) throw new Error("A request without a trail");
  const expiresAt = "expiresAt" in request ? request.expiresAt : undefined;
  const untold = untoldOf(request);
  return {
    status: request.status,
    version: request.version,
    ...(expiresAt === undefined ? {} : { expiresAt: Date.parse(expiresAt) }),
    next: nextMoment(request, now),
    ...(untold === undefined ? {} : { untold }),
    entry,
    at: now,
    flow: request.flow,
  };
};
