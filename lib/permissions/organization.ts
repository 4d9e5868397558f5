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

/** Lists the whole organization: its accounts with their tags, and its organizational units. */
export function readWholeOrganization(
  settings: Pick<Settings, "identityCenter" | "organization">,
): readonly Permission[] {
  const { identityCenter, organization } = settings;
  const prefix = `arn:${partitionOf(identityCenter.instanceArn)}:organizations::${organization.managementAccountId}`;
  const reason = "The inventory holds every account and every organizational unit. Reading only.";
  return [
    permissionOnAny(
      {
        sid: "ReadWholeOrganization",
        actions: [
          "organizations:DescribeAccount",
          "organizations:ListAccountsForParent",
          "organizations:ListOrganizationalUnitsForParent",
          "organizations:ListParents",
          "organizations:ListTagsForResource",
        ],
      },
      { [`${prefix}:account/*`]: reason, [`${prefix}:ou/*`]: reason, [`${prefix}:root/*`]: reason },
    ),
    permissionWithoutResources({
      sid: "ListOrganization",
      actions: ["organizations:ListAccounts", "organizations:ListRoots"],
    }),
  ];
}
