import type { RequestView } from "../../core/contracts/http/requests.ts";
import type { AccessRequest, RequestIn } from "../../core/domain/access-request.ts";
import { TimestampSchema, type Timestamp } from "../../core/domain/ids.ts";
import { plainReason } from "../../core/domain/plain-reason.ts";

type Removal = NonNullable<RequestView["removal"]>;

/** How the end of an access is getting on that is not over yet: why not, since when, and what happens next. */
export const removalView = (request: AccessRequest): Pick<RequestView, "removal"> => {
  if (request.status === "stuck") return { removal: stuckView(request) };
  if (request.status === "revoking") return { removal: revokingView(request) };
  return {};
};

const stuckView = (request: RequestIn<"stuck">): Removal => ({
  since: request.since ?? request.expiresAt,
  lastError: plainReason(request.lastError),
  // Its sweep's longest pause: lambdas/core/domain/due.ts.
  next: "An alarm was raised. Lockstep tries again by itself, within an hour at the latest; POST …/revoke tries at once.",
});

const revokingView = (request: RequestIn<"revoking">): Removal => {
  const { delay } = request;
  const began = lastOf(request, "RevocationStarted", "RevocationRetried")?.at ?? request.trail[0]?.at;
  const since = delay?.since ?? began ?? request.expiresAt;
  const until = verifyingUntil(request);
  if (until !== undefined) {
    return {
      since,
      verifyingUntil: until,
      next: `AWS shows the access no more. An attempt to grant it, whose end nobody saw, may still take effect until ${until}: then Lockstep removes it once more, and the request ends.`,
    };
  }
  if (delay === undefined) return { since, next: "Lockstep is removing the access." };
  return {
    since,
    lastError: plainReason(delay.lastError),
    next: "Lockstep goes on trying by itself, with growing pauses. After 24 hours an alarm is raised, and it goes on.",
  };
};

/** The newest entry of these types, as far as the item remembers. */
const lastOf = ({ trail }: AccessRequest, ...types: readonly string[]) =>
  trail.findLast(({ type }) => types.includes(type));

/** Only the entry that began it says until when. */
const verifyingUntil = (request: RequestIn<"revoking">): Timestamp | undefined => {
  if (!request.entitlements.some(({ status }) => status === "verifying")) return undefined;
  return TimestampSchema.safeParse(lastOf(request, "VerificationStarted")?.details["until"]).data;
};
