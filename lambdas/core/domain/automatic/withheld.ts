import type { AccessRequest, Ending } from "../access-request.ts";
import { secondsAfter, timestamp, type FlowName, type Timestamp } from "../ids.ts";
import { targetKey, type TargetKey } from "../target-coverage.ts";
import { targetsOf } from "./live-request.ts";
import type { Rhythm } from "./period.ts";

/** What failed once is likely to fail again in five minutes, and each attempt is a request that people are told of. */
const RETRY_AFTER_SECONDS = 3600;

/** How the periods go of a flow that may withhold something. */
export type Withholding = Pick<Rhythm, "durationSeconds"> & { readonly flow: FlowName };

/**
 * Since when requests that withhold anything now were made: no period that began earlier goes on, if periods are as long as
 * the flow says now, and no request is granted an hour after its period.
 */
export const withholdsSince = ({ durationSeconds }: Withholding, now: Date): Timestamp =>
  secondsAfter(now, -(durationSeconds + RETRY_AFTER_SECONDS));

/**
 * What one person is not given now, by what became of the flow's earlier requests for them: what somebody ended by hand
 * (the person, who gave it up, or an administrator) stays away until its period would have been over, which is never longer
 * than the flow's periods are now; what could not be granted is tried again after an hour.
 */
export const withheld = (
  earlier: readonly AccessRequest[],
  by: Withholding,
  now: Date,
): ReadonlySet<TargetKey> =>
  new Set(
    earlier
      .filter((request) => request.flow.name === by.flow && isWithholding(request, by, now))
      .flatMap((request) => targetsOf(request).map(targetKey)),
  );

const isWithholding = (request: AccessRequest, { durationSeconds }: Withholding, now: Date): boolean => {
  if (request.automatic === undefined) return false;
  if (endingOf(request)?.by !== undefined) {
    const periodEnd = secondsAfter(new Date(request.createdAt), durationSeconds);
    return request.automatic.until > timestamp(now) && periodEnd > timestamp(now);
  }
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
