import { Aws } from "aws-cdk-lib";
import { AccountPrincipal, type PrincipalBase } from "aws-cdk-lib/aws-iam";

export interface Trust {
  readonly lockstepAccountId: string;
  /** Names of roles of that account, or a token that becomes such a list of ARNs. */
  readonly roleArns: readonly string[] | object;
  /** Absent for a probe, which may do nothing. */
  readonly externalId?: string;
}

/** The ARN of a function's role. */
export const functionRoleArn = (lockstepAccountId: string, roleName: string): string =>
  `arn:${Aws.PARTITION}:iam::${lockstepAccountId}:role/${roleName}`;

/**
 * Lets in exactly the named roles of Lockstep's account, by a condition: as principals they would have to exist before the
 * connector, and IAM would bind them to the roles' unique ids, so that every account's role had to be updated after Lockstep
 * was deployed anew (docs/adr/0014-connectors.md).
 */
export const trusting = ({ lockstepAccountId, roleArns, externalId }: Trust): PrincipalBase =>
  new AccountPrincipal(lockstepAccountId).withConditions({
    ArnEquals: { "aws:PrincipalArn": roleArns },
    ...(externalId === undefined ? {} : { StringEquals: { "sts:ExternalId": externalId } }),
  });
