import {
  paginateListGroupMemberships,
  paginateListGroups,
  paginateListUsers,
} from "@aws-sdk/client-identitystore";
import type { IdentitystoreClient, User } from "@aws-sdk/client-identitystore";
import type { DirectoryRole } from "../../lambdas/core/contracts/roles.ts";
import type { Directory } from "../../lambdas/core/ports/directory.ts";
import type { Person } from "../issuer/issuer.ts";

/** Somebody in the directory. */
export interface DirectoryPerson extends Person {
  readonly displayName: string;
  readonly enabled: boolean;
}

/** The ids of those who have each role. */
export type RoleHolders = Readonly<Record<DirectoryRole, ReadonlySet<string>>>;

/** A directory and how to ask it. */
export interface PeopleSource {
  readonly client: IdentitystoreClient;
  readonly identityStoreId: string;
}

const emailOf = ({ Emails: emails = [] }: User) =>
  (emails.find(({ Primary }) => Primary) ?? emails[0])?.Value;

/** Everybody in the directory who has an email address, as it answers now; by user name. */
export const peopleIn = async ({
  client,
  identityStoreId,
}: PeopleSource): Promise<readonly DirectoryPerson[]> => {
  const people: DirectoryPerson[] = [];
  for await (const page of paginateListUsers({ client }, { IdentityStoreId: identityStoreId })) {
    for (const user of page.Users ?? []) {
      const { UserId: userId = "", UserName: userName = "", DisplayName: displayName = userName } = user;
      const email = emailOf(user);
      if (email === undefined) continue;
      people.push({ userId, userName, displayName, email, enabled: user.UserStatus !== "DISABLED" });
    }
  }
  return people.toSorted((a, b) => (a.userName < b.userName ? -1 : 1));
};

/** The names of everybody's groups, by user id. */
export const groupNamesIn = async (source: PeopleSource): Promise<ReadonlyMap<string, readonly string[]>> => {
  const { client, identityStoreId: IdentityStoreId } = source;
  const names = new Map<string, string[]>();
  for await (const page of paginateListGroups({ client }, { IdentityStoreId })) {
    for (const { GroupId, DisplayName = "" } of page.Groups ?? []) {
      for await (const { GroupMemberships = [] } of paginateListGroupMemberships(
        { client },
        { IdentityStoreId, GroupId },
      )) {
        for (const { MemberId } of GroupMemberships) {
          const userId = MemberId?.UserId ?? "";
          names.set(userId, [...(names.get(userId) ?? []), DisplayName].toSorted());
        }
      }
    }
  }
  return names;
};

/** The ids of those who have a role: the members of the groups that the settings name, which the API looks at too. */
const membersIn = async (
  directory: Pick<Directory, "groupByName" | "members">,
  groupNames: readonly string[],
): Promise<ReadonlySet<string>> => {
  const groups = await Promise.all(groupNames.map((name) => directory.groupByName(name)));
  const ids = groups.flatMap((group) => (group === undefined ? [] : [group.groupId]));
  const members = await Promise.all(ids.map((id) => directory.members(id)));
  return new Set(members.flat());
};

/** The ids of those who have each role. */
export const roleHoldersIn = async (
  directory: Pick<Directory, "groupByName" | "members">,
  roleGroups: Readonly<Record<DirectoryRole, readonly string[]>>,
): Promise<RoleHolders> => ({
  administrator: await membersIn(directory, roleGroups.administrator),
  "policy-author": await membersIn(directory, roleGroups["policy-author"]),
  auditor: await membersIn(directory, roleGroups.auditor),
});

/** The person with this email (whatever its case) or user name. */
export const personNamed = (
  people: readonly DirectoryPerson[],
  emailOrUserName: string,
): DirectoryPerson | undefined =>
  people.find(({ email }) => email.toLowerCase() === emailOrUserName.toLowerCase()) ??
  people.find(({ userName }) => userName === emailOrUserName);
