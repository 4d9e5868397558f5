import type { AccessRequest, RequestIn } from "../access-request.ts";
import type { Timestamp, UserId } from "../ids.ts";
import type { Target } from "../target-coverage.ts";

/** A request that an automatic flow made and whose access is there, or on its way. */
export type LiveRequest = RequestIn<"approved" | "scheduled" | "granting" | "active"> & {
  readonly automatic: NonNullable<AccessRequest["automatic"]>;
};

/** Such a request; undefined for any other, and for one that is on its way to its end already. */
export const liveRequest = (request: AccessRequest): LiveRequest | undefined => {
  const { automatic } = request;
  if (automatic === undefined) return undefined;
  switch (request.status) {
    case "granting":
      return request.revocation === undefined ? { ...request, automatic } : undefined;
    case "approved":
    case "scheduled":
    case "active":
      return { ...request, automatic };
    default:
      return undefined;
  }
};

/** Who has the access. */
export const holderOf = ({ requester }: Pick<AccessRequest, "requester">): UserId => requester.userId;

export const targetsOf = ({ entitlements }: Pick<AccessRequest, "entitlements">): readonly Target[] =>
  entitlements.map(({ entitlement: { accountId, permissionSetArn } }) => ({ accountId, permissionSetArn }));

/** When the access ends, at the latest. */
export const endOf = (request: LiveRequest): Timestamp =>
  "expiresAt" in request ? request.expiresAt : request.automatic.until;
