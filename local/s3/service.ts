import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { LocalStore } from "../store.ts";
import type { ApplicationBucket } from "../template/buckets.ts";
import type { JsonObject } from "../wire/json.ts";
import { AwsError } from "../wire/service.ts";
import type { ServiceDefinition } from "../wire/service.ts";
import { optionalText, textMember } from "../wire/text-member.ts";
import { bucketEncryption } from "./bucket-encryption.ts";
import { listBuckets, listObjects, listVersions } from "./lists.ts";
import { lockOf, refuseLocked } from "./object-lock.ts";
import { createObjects } from "./objects.ts";
import type { ObjectVersion } from "./objects.ts";
import { s3Rest } from "./rest.ts";

/** What the embedded S3 is made of. */
export interface S3Options {
  readonly buckets: readonly ApplicationBucket[];
  readonly store: LocalStore;
  readonly clock: Pick<Clock, "now">;
  readonly newId: () => string;
}

const noSuchKey = () => new AwsError("NoSuchKey", "The specified key does not exist.", 404);

/** Refuses a body that is not what its checksum says. */
const checkBody = (body: Buffer, input: JsonObject) => {
  const md5 = optionalText(input, "ContentMD5");
  const crc = optionalText(input, "ChecksumCRC32");
  const crcOfBody = Buffer.alloc(4);
  crcOfBody.writeUInt32BE(crc32(body));
  if (
    (md5 !== undefined && md5 !== createHash("md5").update(body).digest("base64")) ||
    (crc !== undefined && crc !== crcOfBody.toString("base64"))
  )
    throw new AwsError("BadDigest", "The checksum you specified did not match what we received.");
};

/** What AWS checks an operation against; beside the operation's own action, a lock needs one of its own. */
const actionsOf = (operation: string, input: JsonObject): readonly string[] => {
  const version = input["VersionId"] === undefined ? "" : "Version";
  switch (operation) {
    case "GetBucketEncryption":
      return ["s3:GetEncryptionConfiguration"];
    case "ListBuckets":
      return ["s3:ListAllMyBuckets"];
    case "ListObjectsV2":
      return ["s3:ListBucket"];
    case "ListObjectVersions":
      return ["s3:ListBucketVersions"];
    case "HeadObject":
      return [`s3:GetObject${version}`];
    case "PutObject":
      return ["s3:PutObject", ...(input["ObjectLockMode"] === undefined ? [] : ["s3:PutObjectRetention"])];
    case "DeleteObject":
      return [
        `s3:DeleteObject${version}`,
        ...(input["BypassGovernanceRetention"] === "true" ? ["s3:BypassGovernanceRetention"] : []),
      ];
    default:
      return [`s3:${operation}${version}`];
  }
};

/** The condition keys of a call: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html */
const contextOf = (operation: string, input: JsonObject): Readonly<Record<string, string>> => {
  const { Prefix, IfNoneMatch } = input;
  if (operation.startsWith("ListObject")) return typeof Prefix === "string" ? { "s3:prefix": Prefix } : {};
  return operation === "PutObject" && typeof IfNoneMatch === "string"
    ? { "s3:if-none-match": IfNoneMatch }
    : {};
};

const headersOf = ({ versionId, lastModified, content, lock }: ObjectVersion): JsonObject => ({
  VersionId: versionId,
  LastModified: new Date(lastModified).toUTCString(),
  ...(content !== undefined && { ETag: content.etag, ContentType: content.contentType }),
  ...(lock !== undefined && { ObjectLockMode: lock.mode, ObjectLockRetainUntilDate: lock.retainUntil }),
});

/** Versioned buckets with Object Lock, as far as keeping, reading and listing objects needs them; the rest is refused. */
export const createS3 = ({ buckets, store, clock, newId }: S3Options): ServiceDefinition => {
  const objects = createObjects(store);

  const bucketOf = (input: JsonObject): ApplicationBucket => {
    const bucket = buckets.find(({ name }) => name === input["Bucket"]);
    if (bucket !== undefined) return bucket;
    throw new AwsError("NoSuchBucket", "The specified bucket does not exist", 404);
  };

  const find = (input: JsonObject) => {
    const versions = objects.versions(bucketOf(input).name, textMember(input, "Key"));
    const wanted = optionalText(input, "VersionId");
    const found = wanted === undefined ? versions[0] : versions.find(({ versionId }) => versionId === wanted);
    if (found === undefined) {
      throw wanted === undefined
        ? noSuchKey()
        : new AwsError("NoSuchVersion", "The specified version does not exist.", 404);
    }
    if (found.content !== undefined) return { version: found, content: found.content };
    if (wanted === undefined) throw noSuchKey();
    throw new AwsError("MethodNotAllowed", "The specified method is not allowed against this resource.", 405);
  };

  const get = (input: JsonObject): JsonObject => {
    const { version, content } = find(input);
    return { ...headersOf(version), Body: content.base64 };
  };

  const put = (input: JsonObject): JsonObject => {
    const bucket = bucketOf(input);
    const key = textMember(input, "Key");
    const body = Buffer.from(textMember(input, "Body"), "base64");
    const [current] = objects.versions(bucket.name, key);
    const onlyWhenNew = optionalText(input, "IfNoneMatch");
    if (onlyWhenNew !== undefined && onlyWhenNew !== "*")
      throw new AwsError("NotImplemented", "If-None-Match takes only *", 501);
    if (onlyWhenNew === "*" && current?.content !== undefined)
      throw new AwsError(
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold",
        412,
      );
    checkBody(body, input);
    const lock = lockOf(bucket, input, clock.now());
    const etag = `"${createHash("md5").update(body).digest("hex")}"`;
    const version: ObjectVersion = {
      versionId: newId(),
      lastModified: clock.now().toISOString(),
      content: {
        base64: body.toString("base64"),
        size: body.byteLength,
        etag,
        contentType: optionalText(input, "ContentType") ?? "binary/octet-stream",
      },
      ...(lock !== undefined && { lock }),
    };
    objects.add(bucket.name, key, version);
    return { ETag: etag, VersionId: version.versionId };
  };

  const remove = (input: JsonObject): JsonObject => {
    const bucket = bucketOf(input);
    const key = textMember(input, "Key");
    const wanted = optionalText(input, "VersionId");
    if (wanted === undefined) {
      // A marker hides the object and touches no version of it.
      const marker = { versionId: newId(), lastModified: clock.now().toISOString() };
      objects.add(bucket.name, key, marker);
      return { VersionId: marker.versionId, DeleteMarker: "true" };
    }
    const version = objects.versions(bucket.name, key).find(({ versionId }) => versionId === wanted);
    refuseLocked(version?.lock, input["BypassGovernanceRetention"] === "true", clock.now());
    objects.remove(bucket.name, key, wanted);
    return { VersionId: wanted };
  };

  return {
    signingName: "s3",
    protocol: "rest-xml",
    rest: s3Rest,
    iamPrefix: "s3",
    actionsOf,
    contextOf,
    resourcesOf: (operation, input) => {
      const bucket = `arn:aws:s3:::${textMember(input, "Bucket")}`;
      if (operation === "ListBuckets") return ["*"];
      return operation.startsWith("List") || operation === "GetBucketEncryption"
        ? [bucket]
        : [`${bucket}/${textMember(input, "Key")}`];
    },
    operations: {
      PutObject: put,
      GetObject: get,
      // HTTP leaves the body of such an answer out and keeps its length.
      HeadObject: get,
      DeleteObject: remove,
      GetBucketEncryption: bucketEncryption(store, buckets),
      ListBuckets: () => listBuckets(buckets),
      ListObjectsV2: (input) => listObjects(objects.all(bucketOf(input).name), input),
      ListObjectVersions: (input) => listVersions(objects.all(bucketOf(input).name), input),
    },
  };
};
