import { RemovalPolicy, type CfnResource } from "aws-cdk-lib";
import { PolicyDocument, Role, ServicePrincipal, type IRole } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import type { Permission } from "../permissions/permission.ts";
import { acknowledgeWildcards } from "./acknowledge.ts";
import { nameUnlistedActions } from "./unlisted-actions.ts";

export interface PermittedRoleProps {
  readonly logicalId: string;
  readonly roleName: string;
  /** The service that assumes it, such as `lambda.amazonaws.com`. */
  readonly service: string;
  readonly permissions: readonly Permission[];
  /** Whether it stays when the stack is destroyed. */
  readonly outlivesStack: boolean;
}

/** A role with exactly these permissions: no construct that uses it can add to them. */
export function permittedRole(scope: Construct, id: string, props: PermittedRoleProps): IRole {
  const role = new Role(scope, id, {
    roleName: props.roleName,
    description: `What ${props.roleName} may do`,
    assumedBy: new ServicePrincipal(props.service),
    // Inline, so that role and permissions are one resource: they are retained together, and nothing that uses the
    // role starts before it has them.
    inlinePolicies: {
      Permissions: new PolicyDocument({ statements: props.permissions.map(({ statement }) => statement) }),
    },
  });
  (role.node.defaultChild as CfnResource).overrideLogicalId(props.logicalId);
  if (props.outlivesStack) role.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
  acknowledgeWildcards(role, props.permissions);
  nameUnlistedActions(role, props.permissions);
  return role.withoutPolicyUpdates();
}
