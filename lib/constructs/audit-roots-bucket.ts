import { Duration, RemovalPolicy, Stack, type CfnResource } from "aws-cdk-lib";
import { AnyPrincipal, Effect, PolicyStatement } from "aws-cdk-lib/aws-iam";
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  ObjectLockRetention,
  ObjectOwnership,
} from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import { auditRootsBucketName } from "../../lambdas/core/contracts/audit-storage.ts";
import type { Settings } from "../settings.ts";
import { acknowledge } from "./acknowledge.ts";

/**
 * Keeps the daily roots of the audit trail. Each object is locked by the bucket's default as it is written, so that the
 * writer needs no permission on locks. A lock protects versions; what is put over them the policy refuses to everybody.
 */
export function auditRootsBucket(scope: Construct, { mode, days }: Settings["audit"]["lock"]): Bucket {
  const retention = Duration.days(days);
  const bucket = new Bucket(scope, "AuditRootsBucket", {
    bucketName: auditRootsBucketName(Stack.of(scope)),
    versioned: true,
    objectLockEnabled: true,
    objectLockDefaultRetention:
      mode === "COMPLIANCE"
        ? ObjectLockRetention.compliance(retention)
        : ObjectLockRetention.governance(retention),
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    // Evidence outlives what it is evidence of.
    removalPolicy: RemovalPolicy.RETAIN,
  });
  (bucket.node.defaultChild as CfnResource).overrideLogicalId("AuditRootsBucket");
  bucket.addToResourcePolicy(
    new PolicyStatement({
      sid: "NeverOverwrite",
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: ["s3:PutObject"],
      resources: [bucket.arnForObjects("*")],
      // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
      conditions: { Null: { "s3:if-none-match": "true" } },
    }),
  );
  acknowledge(bucket, {
    id: "AwsSolutions-S1",
    reason:
      "One function writes one object a day. Who else touches one is CloudTrail's to tell (S3 data events); server " +
      "access logs are delivered on best effort and would need a bucket of their own.",
  });
  return bucket;
}
