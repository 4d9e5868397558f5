import { Aws } from "aws-cdk-lib";
import { CONNECTOR_ROLE, MEMBER_ROLE, probeOf } from "../../lambdas/core/contracts/connector-roles.ts";
import { permission, permissionOnAny, type Permission } from "./permission.ts";

const REASON =
  "The connected accounts are configuration. The role's name and path are pinned, and its trust policy has the last word.";

const inAnyAccount = (...roles: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(roles.map((role) => [`arn:${Aws.PARTITION}:iam::*:role/${role}`, REASON]));

/** Assumes the connector's role in a management account, or its probe, which tells why that is refused. */
export const assumeConnector = (): Permission =>
  permissionOnAny(
    { sid: "AssumeConnector", actions: ["sts:AssumeRole"] },
    inAnyAccount(CONNECTOR_ROLE, probeOf(CONNECTOR_ROLE)),
  );

/** Assumes this one connector's role, or its probe. */
export const assumeThisConnector = (roleArn: string): Permission =>
  permission({
    sid: "AssumeOwnConnector",
    actions: ["sts:AssumeRole"],
    resources: [roleArn, probeOf(roleArn)],
  });

/** Assumes the member role in an account, or its probe. */
export const assumeMemberRole = (): Permission =>
  permissionOnAny(
    { sid: "AssumeMemberRole", actions: ["sts:AssumeRole"] },
    inAnyAccount(MEMBER_ROLE, probeOf(MEMBER_ROLE)),
  );
