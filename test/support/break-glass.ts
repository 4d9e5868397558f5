import type { BreakGlass } from "../../lambdas/core/domain/access-flow.ts";
import type { RequestIn, Review } from "../../lambdas/core/domain/access-request.ts";
import { begin, commonOf } from "../../lambdas/core/domain/evolve.ts";
import { frozenHash } from "../../lambdas/core/domain/frozen.ts";
import { timestamp } from "../../lambdas/core/domain/ids.ts";
import { aGroupId, aPendingRequest, aPerson, aUserId } from "./builders.ts";

const MIDNIGHT = new Date("2026-01-01T00:00:00.000Z");

/** Wendy and the security group watch, and somebody has a day to review it. */
const watched: BreakGlass = {
  reviewWithinSeconds: 24 * 3600,
  watchers: [
    { type: "user", id: aUserId("wendy"), name: "wendy" },
    { type: "group", id: aGroupId("security"), name: "security" },
  ],
};

/** Alice's use of an hour of PowerUser in account 2 in an emergency, made at `now`. */
export const aBreakGlassRequest = (
  overrides: Parameters<typeof aPendingRequest>[0] = {},
  now = MIDNIGHT,
): RequestIn<"approved"> & { readonly breakGlass: BreakGlass } => {
  const { frozen: _of, ...common } = commonOf(aPendingRequest(overrides, now));
  const approval = { steps: [], asked: [], requesterCanApproveSelf: false, decisions: [] };
  const content = { ...common, approval, breakGlass: watched };
  const occasion = { actor: { type: "user", userId: common.requester.userId } as const, now };
  const request = begin("BreakGlassUsed", { ...content, frozen: frozenHash(content) }, occasion);
  return { ...request, breakGlass: watched };
};

/** The word of somebody who found the use justified. */
export const aReview = (by: string): Review => ({
  by: aPerson(by),
  at: timestamp(MIDNIGHT),
  outcome: "justified",
  comment: "the payments were down",
});
