import type { AccessRequest, Ending } from "../access-request.ts";
import { secondsAfter, timestamp, type FlowName } from "../ids.ts";
import { targetKey, type TargetKey } from "../target-coverage.ts";
import { targetsOf } from "./live-request.ts";

/** What failed once is likely to fail again in five minutes, and each attempt is a request that people are told of. */
const RETRY_AFTER_SECONDS = 3600;

/**
 * What one person is not given now, by what became of the flow's earlier requests for them: what somebody ended by hand
 * (the person, who gave it up, or an administrator) stays away until its period would have been over; what could not be
 * granted is tried again after an hour.
 */
export const withheld = (
  earlier: readonly AccessRequest[],
  flow: FlowName,
  now: Date,
): ReadonlySet<TargetKey> =>
  new Set(
    earlier
      .filter((request) => request.flow.name === flow && isWithholding(request, now))
      .flatMap((request) => targetsOf(request).map(targetKey)),
  );

const isWithholding = (request: AccessRequest, now: Date): boolean => {
  if (request.automatic === undefined) return false;
  if (endingOf(request)?.by !== undefined) return request.automatic.until > timestamp(now);
  return (
    request.status === "failed" &&
    secondsAfter(new Date(request.ended.at), RETRY_AFTER_SECONDS) > timestamp(now)
  );
};

const endingOf = (request: AccessRequest): Ending | undefined => {
  if ("ended" in request) return request.ended;
  if ("ending" in request) return request.ending;
  return request.status === "granting" ? request.revocation : undefined;
};
