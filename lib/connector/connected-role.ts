import type { CfnResource } from "aws-cdk-lib";
import { PolicyDocument, Role, type IManagedPolicy, type PrincipalBase } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { acknowledgeWildcards } from "../constructs/acknowledge.ts";
import { nameUnlistedActions } from "../constructs/unlisted-actions.ts";
import type { Permission } from "../permissions/permission.ts";

export interface ConnectedRoleProps {
  /** As lambdas/core/contracts/connector-roles.ts has it: with its path, without a slash before it. */
  readonly pathAndName: string;
  readonly description: string;
  readonly assumedBy: PrincipalBase;
  readonly permissions: readonly Permission[];
  readonly permissionsBoundary?: IManagedPolicy;
}

/** A role that Lockstep assumes from its own account. */
export const connectedRole = (scope: Construct, id: string, props: ConnectedRoleProps): Role => {
  const { pathAndName, description, assumedBy, permissions, permissionsBoundary } = props;
  const slash = pathAndName.lastIndexOf("/");
  const role = new Role(scope, id, {
    roleName: pathAndName.slice(slash + 1),
    path: slash === -1 ? "/" : `/${pathAndName.slice(0, slash + 1)}`,
    description,
    assumedBy,
    ...(permissions.length === 0
      ? {}
      : {
          inlinePolicies: {
            Permissions: new PolicyDocument({ statements: permissions.map(({ statement }) => statement) }),
          },
        }),
    ...(permissionsBoundary === undefined ? {} : { permissionsBoundary }),
  });
  (role.node.defaultChild as CfnResource).overrideLogicalId(id);
  acknowledgeWildcards(role, permissions);
  nameUnlistedActions(role, permissions);
  return role;
};
