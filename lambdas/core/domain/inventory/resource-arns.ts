import type { ResourceType } from "./facts.ts";

/**
 * How the ARN of each type of resource goes on after the service's name, account and region
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html,
 * "Resource types" of each service). The first group is what people call it.
 */
const SHAPES: Readonly<Record<ResourceType, { readonly service: string; readonly resource: RegExp }>> = {
  "s3-bucket": { service: "s3", resource: /^([^:/]+)$/ },
  "ec2-instance": { service: "ec2", resource: /^instance\/(i-[0-9a-f]+)$/ },
  "rds-instance": { service: "rds", resource: /^db:([^:]+)$/ },
  "rds-cluster": { service: "rds", resource: /^cluster:([^:]+)$/ },
  "redshift-cluster": { service: "redshift", resource: /^cluster:([^:]+)$/ },
  "eks-cluster": { service: "eks", resource: /^cluster\/([^/]+)$/ },
  // A version or alias of a function has its own ARN, with one more part: access is to the function.
  "lambda-function": { service: "lambda", resource: /^function:([^:]+)$/ },
  // A subscription has its own ARN too, with one more part.
  "sns-topic": { service: "sns", resource: /^([^:]+)$/ },
  "sqs-queue": { service: "sqs", resource: /^([^:]+)$/ },
  // Secrets Manager adds a hyphen and six characters to the name
  // (https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html).
  secret: { service: "secretsmanager", resource: /^secret:(.+)-[A-Za-z0-9]{6}$/ },
  // Not its indexes and streams, whose ARNs go on.
  "dynamodb-table": { service: "dynamodb", resource: /^table\/([^/]+)$/ },
};

/** What a resource's ARN says of it. */
export interface ParsedResourceArn {
  readonly type: ResourceType;
  readonly name: string;
  /** Absent in a bucket's ARN. */
  readonly region?: string;
}

const ARN = /^arn:[a-z-]+:([a-z0-9-]+):([a-z0-9-]*):(?:\d{12})?:(.+)$/;

/** Undefined for anything that is not one of the resources that a sync looks for. */
export const parseResourceArn = (arn: string): ParsedResourceArn | undefined => {
  const [, service = "", region = "", resource = ""] = ARN.exec(arn) ?? [];
  for (const [type, shape] of Object.entries(SHAPES) as [ResourceType, (typeof SHAPES)[ResourceType]][]) {
    const name = shape.service === service ? shape.resource.exec(resource)?.[1] : undefined;
    if (name === undefined) continue;
    return {
      type,
      name,
      ...(region === "" ? {} : { region }),
    };
  }
  return undefined;
};

/**
 * The ARN of a KMS key as a bucket's default encryption names it: an ARN already, or the id or alias of a key in the
 * bucket's own account and region (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ServerSideEncryptionByDefault.html).
 */
export const keyArnOf = (
  key: string,
  bucket: { readonly arn: string; readonly accountId: string; readonly region: string },
): string => {
  if (key.startsWith("arn:")) return key;
  const [, partition = "aws"] = bucket.arn.split(":");
  const resource = key.startsWith("alias/") ? key : `key/${key}`;
  return `arn:${partition}:kms:${bucket.region}:${bucket.accountId}:${resource}`;
};
