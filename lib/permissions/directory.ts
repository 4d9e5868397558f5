import type { Settings } from "../settings.ts";
import { partitionOf, permissionOnAny, type Permission } from "./permission.ts";

type IdentityStoreAction =
  | "DescribeGroup"
  | "DescribeUser"
  | "GetGroupId"
  | "GetGroupMembershipId"
  | "GetUserId"
  | "ListGroupMemberships"
  | "ListGroupMembershipsForMember"
  | "ListGroups"
  | "ListUsers";

/**
 * Reads people, groups and memberships of the one identity store. The store belongs to the management account; the
 * ARNs of users, groups and memberships name no store.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentitystore.html
 */
export function readDirectory(
  { identityCenter, organization }: Pick<Settings, "identityCenter" | "organization">,
  actions: readonly IdentityStoreAction[],
): Permission {
  const prefix = `arn:${partitionOf(identityCenter.instanceArn)}:identitystore:`;
  const reason =
    "Any person may ask or approve, and any group may be named. Reading only, in the one store beside it.";
  return permissionOnAny(
    {
      sid: "ReadDirectory",
      actions: actions.map((action) => `identitystore:${action}`),
      resources: [
        `${prefix}:${organization.managementAccountId}:identitystore/${identityCenter.identityStoreId}`,
      ],
    },
    { [`${prefix}::user/*`]: reason, [`${prefix}::group/*`]: reason, [`${prefix}::membership/*`]: reason },
  );
}

/** Lists everybody, every group and who belongs to it. */
export const listDirectory = (settings: Pick<Settings, "identityCenter" | "organization">): Permission =>
  readDirectory(settings, [
    "DescribeGroup",
    "DescribeUser",
    "ListGroupMemberships",
    "ListGroups",
    "ListUsers",
  ]);

/** The same, and whether one person belongs to one group. */
export const lookIntoDirectory = (settings: Pick<Settings, "identityCenter" | "organization">): Permission =>
  readDirectory(settings, [
    "DescribeGroup",
    "DescribeUser",
    "GetGroupMembershipId",
    "ListGroupMemberships",
    "ListGroups",
    "ListUsers",
  ]);
