import type { Settings } from "../settings.ts";
import { partitionOf, permissionOnAny, permissionWithoutResources, type Permission } from "./permission.ts";

type Organization = Pick<Settings, "identityCenter" | "organization">;

/**
 * What the ARNs of an organization's parts begin with. They hold the organization's id, which the settings do not know;
 * they belong to the management account, which they do.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html
 */
const arnsOf = ({ identityCenter, organization }: Organization): string =>
  `arn:${partitionOf(identityCenter.instanceArn)}:organizations::${organization.managementAccountId}`;

/** Reads an account's state and the organizational units above it. */
export function readAccountsInTree(settings: Organization): Permission {
  const prefix = arnsOf(settings);
  const reason =
    "Any account of the organization may be asked for, under any organizational unit. Reading only.";
  return permissionOnAny(
    {
      sid: "ReadAccountsInTree",
      actions: ["organizations:DescribeAccount", "organizations:ListParents"],
    },
    { [`${prefix}:account/*`]: reason, [`${prefix}:ou/*`]: reason },
  );
}

/** Finds organizational units by the path of their names, from the root down. */
export function findOrganizationalUnits(settings: Organization): readonly Permission[] {
  const prefix = arnsOf(settings);
  const reason = "Any organizational unit may be named. Reading only.";
  return [
    permissionOnAny(
      {
        sid: "FindOrganizationalUnits",
        actions: ["organizations:ListOrganizationalUnitsForParent"],
      },
      { [`${prefix}:ou/*`]: reason, [`${prefix}:root/*`]: reason },
    ),
    permissionWithoutResources({ sid: "ReadOrganizationRoot", actions: ["organizations:ListRoots"] }),
  ];
}

/** Lists the whole organization: its accounts with their tags, and its organizational units. */
export function readWholeOrganization(settings: Organization): readonly Permission[] {
  const prefix = arnsOf(settings);
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
