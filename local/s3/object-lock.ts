import type { ApplicationBucket } from "../template/buckets.ts";
import type { JsonObject } from "../wire/json.ts";
import { AwsError } from "../wire/service.ts";
import { optionalText } from "../wire/text-member.ts";
import type { ObjectLock } from "./objects.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html */

const DAY_MILLISECONDS = 86_400_000;

const isMode = (text: string): text is ObjectLock["mode"] => text === "GOVERNANCE" || text === "COMPLIANCE";

const askedLock = (input: JsonObject, now: Date): ObjectLock | undefined => {
  const mode = optionalText(input, "ObjectLockMode");
  const until = optionalText(input, "ObjectLockRetainUntilDate");
  if (mode === undefined && until === undefined) return undefined;
  const retainUntil = new Date(until ?? "");
  if (mode === undefined || !isMode(mode) || Number.isNaN(retainUntil.getTime()))
    throw new AwsError(
      "InvalidArgument",
      "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied",
    );
  if (retainUntil <= now)
    throw new AwsError("InvalidArgument", "The retain until date must be in the future!");
  return { mode, retainUntil: retainUntil.toISOString() };
};

/** The lock that a new version gets: the one that was asked for, or the bucket's default. */
export const lockOf = (bucket: ApplicationBucket, input: JsonObject, now: Date): ObjectLock | undefined => {
  const asked = askedLock(input, now);
  if (asked !== undefined && !bucket.objectLock)
    throw new AwsError("InvalidRequest", "Bucket is missing Object Lock Configuration");
  const { defaultRetention } = bucket;
  const byDefault: ObjectLock | undefined = defaultRetention && {
    mode: defaultRetention.mode,
    retainUntil: new Date(now.getTime() + defaultRetention.days * DAY_MILLISECONDS).toISOString(),
  };
  const lock = asked ?? byDefault;
  if (lock !== undefined && input["ContentMD5"] === undefined && input["ChecksumCRC32"] === undefined)
    throw new AwsError(
      "InvalidRequest",
      "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters",
    );
  return lock;
};

/** Throws AccessDenied while a version is locked; a governance lock can be bypassed by whoever may. */
export const refuseLocked = (lock: ObjectLock | undefined, bypass: boolean, now: Date): void => {
  if (lock === undefined || new Date(lock.retainUntil) <= now) return;
  if (lock.mode === "GOVERNANCE" && bypass) return;
  throw new AwsError("AccessDenied", "Access Denied because object protected by object lock.", 403);
};
