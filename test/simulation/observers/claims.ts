import type { AccessRequest } from "../../../lambdas/core/domain/access-request.ts";
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

/** What Lockstep claims about a request with what it writes now. */
export const claimOf = (request: AccessRequest, now: number): Claim => {
  const entry = request.trail.at(-1);
  if (entry === undefined) throw new Error("A request without a trail");
  const expiresAt = "expiresAt" in request ? request.expiresAt : undefined;
  return {
    status: request.status,
    version: request.version,
    ...(expiresAt === undefined ? {} : { expiresAt: Date.parse(expiresAt) }),
    next: nextMoment(request, now),
    entry,
    at: now,
    flow: request.flow,
  };
};
