import { resourceDocuments } from "../resources/records.ts";
import type { LocalStore } from "../store.ts";
import type { ApplicationBucket } from "../template/buckets.ts";
import type { JsonObject } from "../wire/json.ts";
import { AwsError } from "../wire/service.ts";
import type { Operation } from "../wire/service.ts";

/** Every bucket is encrypted: https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html */
const WITH_KEYS_OF_S3 = { SSEAlgorithm: "AES256" };

const encryptedWith = (defaults: JsonObject): JsonObject => ({
  Rule: [{ ApplyServerSideEncryptionByDefault: defaults, BucketKeyEnabled: false }],
});

/** GetBucketEncryption, of the application's own buckets and of those that the organization file gives its accounts. */
export const bucketEncryption = (store: LocalStore, buckets: readonly ApplicationBucket[]): Operation => {
  const documents = resourceDocuments(store);
  return ({ Bucket: name, ExpectedBucketOwner: owner }, caller) => {
    if (buckets.some((bucket) => bucket.name === name)) return encryptedWith(WITH_KEYS_OF_S3);
    const bucket = typeof name === "string" ? documents.bucket(name) : undefined;
    if (bucket === undefined) throw new AwsError("NoSuchBucket", "The specified bucket does not exist", 404);
    // Nobody reads another account's bucket, nor one whose owner is not whom they expect.
    if (bucket.accountId !== caller.accountId || (owner !== undefined && owner !== bucket.accountId))
      throw new AwsError("AccessDenied", "Access Denied", 403);
    return encryptedWith(
      bucket.kmsKey === undefined
        ? WITH_KEYS_OF_S3
        : { SSEAlgorithm: "aws:kms", KMSMasterKeyID: bucket.kmsKey },
    );
  };
};
