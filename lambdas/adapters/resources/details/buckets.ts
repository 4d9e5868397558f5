import { GetBucketEncryptionCommand, S3Client } from "@aws-sdk/client-s3";
import { keyArnOf } from "../../../core/domain/inventory/resource-arns.ts";
import { isNamed } from "../../aws-errors.ts";
import type { AccountConnection } from "../connection.ts";
import type { FoundResource } from "../found-resource.ts";
import { localProblemOf } from "../refusals.ts";
import type { Described, Describes } from "./description.ts";

/** Every bucket is asked for by itself, and S3 documents no rate for it: ten at a time is what a person's tools do. */
const AT_A_TIME = 10;

/** Buckets with the KMS keys that their contents are encrypted with: who may read the bucket needs the key too. */
export const describeBuckets: Describes = async (connection, buckets) => {
  const described = new Map<string, Described>();
  for (let begin = 0; begin < buckets.length; begin += AT_A_TIME) {
    const some = buckets.slice(begin, begin + AT_A_TIME);
    const answers = await Promise.all(some.map((bucket) => describeBucket(connection, bucket)));
    for (const [at, bucket] of some.entries()) described.set(bucket.arn, answers[at] ?? "gone");
  }
  return described;
};

const describeBucket = async (
  { clients, callsIn, account }: AccountConnection,
  bucket: FoundResource,
): Promise<Described> => {
  const { name, region } = bucket;
  const client = clients.client(S3Client, { region });
  // Asked with its owner, so that a bucket of the same name that is somebody else's by now does not answer.
  const input = { Bucket: name, ExpectedBucketOwner: account };
  try {
    const answer = await callsIn(region)("s3:GetEncryptionConfiguration", () =>
      client.send(new GetBucketEncryptionCommand(input)),
    );
    const defaults = (answer.ServerSideEncryptionConfiguration?.Rules ?? []).flatMap(
      ({ ApplyServerSideEncryptionByDefault }) => ApplyServerSideEncryptionByDefault ?? [],
    );
    const keys = defaults.flatMap(({ KMSMasterKeyID }) => KMSMasterKeyID ?? []);
    const [encryption] = defaults.flatMap(({ SSEAlgorithm }) => SSEAlgorithm ?? []);
    return {
      details: {
        ...(encryption === undefined ? {} : { encryption }),
        ...(keys.length === 0 ? {} : { kmsKeys: keys.map((key) => keyArnOf(key, bucket)) }),
      },
    };
  } catch (error) {
    if (isNamed(error, "NoSuchBucket")) return "gone";
    // No rules of its own: nobody needs a key.
    if (isNamed(error, "ServerSideEncryptionConfigurationNotFoundError")) return { details: {} };
    return { refused: localProblemOf(error) };
  }
};
