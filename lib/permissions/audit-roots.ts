import type { IBucket } from "aws-cdk-lib/aws-s3";
import { permissionOnAny, permission, type Permission } from "./permission.ts";

/** Where the roots are in their bucket. */
const PREFIX = "roots/";

/**
 * Writes roots and reads them back. Nothing here deletes, unlocks or sets a lock: the bucket's own default locks each object.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
 */
export const keepAuditRoots = (bucket: IBucket): readonly Permission[] => [
  permissionOnAny(
    { sid: "KeepRoots", actions: ["s3:GetObjectVersion", "s3:PutObject"] },
    { [bucket.arnForObjects(`${PREFIX}*`)]: "One object a day, under this prefix of the one bucket." },
  ),
  permission({
    sid: "ListRoots",
    actions: ["s3:ListBucketVersions"],
    resources: [bucket.bucketArn],
    conditions: { StringEquals: { "s3:prefix": PREFIX } },
  }),
];
