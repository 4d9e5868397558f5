import type { Clock } from "../../lambdas/core/ports/clock.ts";
import { INSTANCE, type IdentityCenterDocuments } from "../identity-center/records.ts";
import type { IdentityStoreDocuments } from "../identity-store/records.ts";
import { accountEmail, type OrganizationFile } from "../organization-file.ts";
import { ORGANIZATION, type OrganizationsDocuments } from "../organizations/records.ts";
import { givenAndFamilyName } from "./person-name.ts";
import { attributesIn } from "./user-attributes.ts";
import {
  groupIdOf,
  identityStoreIdOf,
  instanceArnOf,
  membershipIdOf,
  organizationalUnitIdOf,
  organizationIdOf,
  permissionSetArnOf,
  rootIdOf,
  userIdOf,
} from "./ids.ts";

/** The documents that a seed fills. */
export interface SeedTarget {
  readonly organizations: OrganizationsDocuments;
  readonly directory: IdentityStoreDocuments;
  readonly center: IdentityCenterDocuments;
  readonly clock: Clock;
}

/** `/Workloads/Prod` → `/Workloads`, `/Workloads/Prod`. */
const pathsTo = (ou: string): string[] => {
  const names = ou.split("/").filter((name) => name !== "");
  return names.map((_, index) => `/${names.slice(0, index + 1).join("/")}`);
};

const seedOrganization = (file: OrganizationFile, { organizations, clock }: SeedTarget): void => {
  const { managementAccountId } = file;
  const rootId = rootIdOf(managementAccountId);
  const unitIdAt = (path: string) => (path === "/" ? rootId : organizationalUnitIdOf(rootId, path));
  organizations.organization.put(ORGANIZATION, {
    id: organizationIdOf(managementAccountId),
    rootId,
    managementAccountId,
    tags: {},
  });
  for (const path of new Set(file.accounts.flatMap(({ ou }) => pathsTo(ou)))) {
    const above = path.slice(0, path.lastIndexOf("/"));
    const name = path.slice(path.lastIndexOf("/") + 1);
    organizations.units.put(unitIdAt(path), {
      id: unitIdAt(path),
      name,
      parentId: unitIdAt(above === "" ? "/" : above),
      tags: {},
    });
  }
  for (const account of file.accounts)
    organizations.accounts.put(account.id, {
      id: account.id,
      name: account.name,
      email: accountEmail(account),
      parentId: unitIdAt(account.ou),
      state: account.state,
      joinedMethod: account.id === managementAccountId ? "INVITED" : "CREATED",
      joinedAt: clock.now().getTime(),
      tags: account.tags,
    });
};

const seedDirectory = (file: OrganizationFile, { directory, clock }: SeedTarget): void => {
  const now = clock.now().getTime() / 1000;
  const times = { CreatedAt: now, UpdatedAt: now };
  const displayNames = new Map(
    file.identityCenter.users.map(({ userName, displayName }) => [userName, displayName]),
  );
  const managerNamed = (userName: string) => ({
    value: userIdOf(userName),
    displayName: displayNames.get(userName) ?? userName,
  });
  for (const user of file.identityCenter.users) {
    const { plain, ofEnterprise } = attributesIn(user);
    const enterprise = {
      ...ofEnterprise,
      ...(user.manager === undefined ? {} : { manager: managerNamed(user.manager) }),
    };
    directory.users.put(userIdOf(user.userName), {
      UserId: userIdOf(user.userName),
      UserName: user.userName,
      DisplayName: user.displayName,
      UserStatus: user.status,
      Emails: [{ Value: user.email, Type: "work", Primary: true }],
      ...(user.externalIds.length === 0
        ? {}
        : { ExternalIds: user.externalIds.map(({ issuer, id }) => ({ Issuer: issuer, Id: id })) }),
      ...(Object.keys(enterprise).length === 0 ? {} : { enterprise }),
      ...times,
      attributes: { Name: { ...givenAndFamilyName(user.displayName) }, ...plain },
    });
  }
  for (const group of file.identityCenter.groups) {
    const GroupId = groupIdOf(group.displayName);
    directory.groups.put(GroupId, {
      GroupId,
      DisplayName: group.displayName,
      ...(group.description === undefined ? {} : { Description: group.description }),
      ...times,
    });
    for (const userName of group.members)
      directory.memberships.put({
        MembershipId: membershipIdOf(GroupId, userIdOf(userName)),
        GroupId,
        UserId: userIdOf(userName),
        ...times,
      });
  }
};

const seedIdentityCenter = (file: OrganizationFile, { center, clock }: SeedTarget): void => {
  const { managementAccountId, identityCenter } = file;
  const instanceArn = instanceArnOf(managementAccountId);
  const createdAt = clock.now().getTime();
  center.instance.put(INSTANCE, {
    instanceArn,
    identityStoreId: identityStoreIdOf(managementAccountId),
    ownerAccountId: managementAccountId,
    region: identityCenter.region,
    createdAt,
  });
  for (const set of identityCenter.permissionSets) {
    const arn = permissionSetArnOf(instanceArn, set.name);
    center.permissionSets.put(arn, {
      arn,
      name: set.name,
      ...(set.description === undefined ? {} : { description: set.description }),
      sessionDuration: set.sessionDuration,
      managedPolicies: set.managedPolicies,
      ...(set.customerManagedPolicies === undefined
        ? {}
        : { customerManagedPolicies: set.customerManagedPolicies }),
      inlinePolicy: set.inlinePolicy === undefined ? "" : JSON.stringify(set.inlinePolicy),
      tags: set.tags,
      createdAt,
    });
  }
  const accountIds = new Map(file.accounts.map(({ name, id }) => [name, id]));
  for (const { account, permissionSet, group, user } of identityCenter.assignments) {
    const assignment = {
      accountId: accountIds.get(account) ?? account,
      permissionSetArn: permissionSetArnOf(instanceArn, permissionSet),
      ...(group === undefined
        ? { principalType: "USER" as const, principalId: userIdOf(user ?? "") }
        : { principalType: "GROUP" as const, principalId: groupIdOf(group) }),
    };
    center.assignments.put(assignment);
    center.provisioned.put(assignment);
  }
};

/** Writes what `file` describes, with ids derived from the names in it. */
export const seedStore = (file: OrganizationFile, target: SeedTarget): void => {
  seedOrganization(file, target);
  seedDirectory(file, target);
  seedIdentityCenter(file, target);
};
