import { CfnOutput, Stack, type CfnResource } from "aws-cdk-lib";
import { ManagedPolicy } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { MEMBER_ROLE, probeOf } from "../../lambdas/core/contracts/connector-roles.ts";
import { acknowledgeWildcards } from "../constructs/acknowledge.ts";
import { nameUnlistedActions } from "../constructs/unlisted-actions.ts";
import { connectedRole } from "./connected-role.ts";
import { MEMBER_READING } from "./connector-actions.ts";
import { permissionsFor } from "./connector-policies.ts";
import { CHANGING_SERVICES, forwardChanges, lockstepBusArn } from "./forward-changes.ts";
import { connectorNames, trustedRoles } from "./names.ts";
import { externalId, lockstepAccountId, lockstepRegion } from "./parameters.ts";
import { functionRoleArn, trusting } from "./trust.ts";
import { templateAlone } from "./template-alone.ts";

/**
 * The template that a StackSet brings into every member account, in us-east-1 alone: roles are the same in all regions, and
 * CloudTrail tells of IAM's changes there. The role reads IAM and resources. Its permissions boundary says the same again:
 * whatever else is attached to the role in an account, it can do no more.
 */
export class MemberStack extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      description:
        "Lockstep: lets it look into this account, in us-east-1; by a StackSet in every member account, or as a stack in one",
      synthesizer: templateAlone(),
    });
    const lockstepAccount = lockstepAccountId(this).valueAsString;
    const region = lockstepRegion(this).valueAsString;
    const roleArns = trustedRoles.members.map((role) => functionRoleArn(lockstepAccount, role));
    const reading = permissionsFor(MEMBER_READING);

    const permissionsBoundary = new ManagedPolicy(this, "MemberBoundary", {
      managedPolicyName: connectorNames.memberBoundary,
      path: connectorNames.path,
      description: "The most that Lockstep's role may do in this account, whatever is attached to it",
      statements: permissionsFor(MEMBER_READING).map(({ statement }) => statement),
    });
    (permissionsBoundary.node.defaultChild as CfnResource).overrideLogicalId("MemberBoundary");
    acknowledgeWildcards(permissionsBoundary, reading);
    nameUnlistedActions(permissionsBoundary, reading);

    const role = connectedRole(this, "MemberRole", {
      pathAndName: MEMBER_ROLE,
      description: "Lets Lockstep look into this account",
      assumedBy: trusting({
        lockstepAccountId: lockstepAccount,
        roleArns,
        externalId: externalId(this).valueAsString,
      }),
      permissions: reading,
      permissionsBoundary,
    });
    connectedRole(this, "MemberProbeRole", {
      pathAndName: probeOf(MEMBER_ROLE),
      description: "May do nothing: tells Lockstep an ExternalId that is refused from a role that is missing",
      assumedBy: trusting({ lockstepAccountId: lockstepAccount, roleArns }),
      permissions: [],
      permissionsBoundary,
    });

    forwardChanges(this, {
      busArn: lockstepBusArn(region, lockstepAccount),
      services: CHANGING_SERVICES.member,
      ruleName: connectorNames.forwarding.ofMember,
      roleName: connectorNames.forwarding.ofMember,
    });

    new CfnOutput(this, "RoleArn", {
      value: role.roleArn,
      description: "The connector.roleArn of an integration of this account alone",
    });
  }
}
