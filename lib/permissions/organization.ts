import type { Settings } from "../settings.ts";
import { partitionOf, permissionOnAny, permissionWithoutResources, type Permission } from "./permission.ts";

/**
 * Reads an account's state and the organizational units above it. These ARNs hold the organization's id, which the
 * settings do not know; they belong to the management account, which they do.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html
 */
export function readOrganizationTree({
  identityCenter,
  organization,
}: Pick<Settings, "identityCenter" | "organization">): readonly Permission[] {
  const prefix = `arn:${partitionOf(identityCenter.instanceArn)}:organizations::${organization.managementAccountId}`;
  const reason =
    "Any account of the organization may be asked for, under any organizational unit. Reading only.";
  return [
    permissionOnAny(
      {
        sid: "ReadOrganizationTree",
        actions: [
          "organizations:DescribeAccount",
          "organizations:ListOrganizationalUnitsForParent",
          "organizations:ListParents",
        ],
      },
      { [`${prefix}:account/*`]: reason, [`${prefix}:ou/*`]: reason, [`${prefix}:root/*`]: reason },
    ),
    permissionWithoutResources({ sid: "ReadOrganizationRoot", actions: ["organizations:ListRoots"] }),
  ];
}

/** Lists the organization's accounts. */
export const listOrganizationAccounts = (): Permission =>
  permissionWithoutResources({ sid: "ListAccounts", actions: ["organizations:ListAccounts"] });
