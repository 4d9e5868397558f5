import type { BreakGlassUse } from "../../core/contracts/http/break-glass.ts";
import { isReviewOverdue, type BreakGlassRequest } from "../../core/domain/break-glass.ts";
import { breakGlassView, entitlementView } from "./request-view.ts";

/** A use of access in an emergency, as those see it who look after reviews, as of `now`. */
export const breakGlassUseView =
  (now: Date) =>
  (request: BreakGlassRequest): BreakGlassUse => {
    const { breakGlass, review } = breakGlassView(request);
    return {
      id: request.id,
      status: request.status,
      requester: request.requester,
      principal: request.principal,
      entitlements: request.entitlements.map(entitlementView),
      flow: request.flow.name,
      createdAt: request.createdAt,
      ...("expiresAt" in request && request.expiresAt !== undefined ? { expiresAt: request.expiresAt } : {}),
      ...("ended" in request ? { ended: { reason: request.ended.reason, at: request.ended.at } } : {}),
      ...breakGlass,
      overdue: isReviewOverdue(request, now),
      ...(review === undefined ? {} : { review }),
    };
  };
