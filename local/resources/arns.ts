import { createHash } from "node:crypto";
import type { ResourceType } from "../../lambdas/core/domain/inventory/facts.ts";

interface NamedResource {
  readonly accountId: string;
  readonly type: ResourceType;
  readonly region: string;
  readonly name: string;
}

/** Ids of seeded things are derived from their names, so that every run of the same file shows the same ids. */
const digest = (...parts: readonly string[]): string =>
  createHash("sha256").update(parts.join("\n")).digest("hex");

/** `i-` and 17 hex digits. */
const instanceIdOf = ({ accountId, region, name }: Omit<NamedResource, "type">): string =>
  `i-${digest("ec2-instance", accountId, region, name).slice(0, 17)}`;

/** The ARN that AWS would give the resource. */
export const resourceArn = (resource: NamedResource): string => {
  const { accountId, type, region, name } = resource;
  const inRegion = (service: string, rest: string) => `arn:aws:${service}:${region}:${accountId}:${rest}`;
  switch (type) {
    case "s3-bucket":
      return `arn:aws:s3:::${name}`;
    case "ec2-instance":
      return inRegion("ec2", `instance/${instanceIdOf(resource)}`);
    case "rds-instance":
      return inRegion("rds", `db:${name}`);
    case "rds-cluster":
      return inRegion("rds", `cluster:${name}`);
    case "redshift-cluster":
      return inRegion("redshift", `cluster:${name}`);
    case "eks-cluster":
      return inRegion("eks", `cluster/${name}`);
    case "lambda-function":
      return inRegion("lambda", `function:${name}`);
    case "sns-topic":
      return inRegion("sns", name);
    case "sqs-queue":
      return inRegion("sqs", name);
    case "secret":
      return inRegion(
        "secretsmanager",
        `secret:${name}-${digest("secret", accountId, region, name).slice(0, 6)}`,
      );
    case "dynamodb-table":
      return inRegion("dynamodb", `table/${name}`);
  }
};
