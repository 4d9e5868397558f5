import {
  CreateGroupCommand,
  CreateGroupMembershipCommand,
  CreateUserCommand,
  DescribeUserCommand,
  GetGroupIdCommand,
  GetUserIdCommand,
  paginateListGroupMemberships,
  UpdateUserCommand,
  type IdentitystoreClient,
} from "@aws-sdk/client-identitystore";
import { attributesIn } from "../identity/user-attributes.ts";
import { givenAndFamilyName } from "../identity/person-name.ts";
import type { OrganizationFile, OrganizationUser } from "../organization-file.ts";
import { reasonOf, required, unless, type SeedLog } from "./report.ts";

export interface DirectorySeed {
  readonly client: IdentitystoreClient;
  readonly identityStoreId: string;
  readonly file: OrganizationFile;
  readonly log: SeedLog;
}

const seedUser = async ({ client, identityStoreId, log }: DirectorySeed, user: OrganizationUser) => {
  const IdentityStoreId = identityStoreId;
  const { plain, ofEnterprise } = attributesIn(user);
  const found = await unless("ResourceNotFoundException", () =>
    client.send(
      new GetUserIdCommand({
        IdentityStoreId,
        AlternateIdentifier: {
          UniqueAttribute: { AttributePath: "userName", AttributeValue: user.userName },
        },
      }),
    ),
  );
  const answer =
    found ??
    (await client.send(
      new CreateUserCommand({
        IdentityStoreId,
        UserName: user.userName,
        DisplayName: user.displayName,
        Name: givenAndFamilyName(user.displayName),
        Emails: [{ Value: user.email, Type: "work", Primary: true }],
        ...plain,
      }),
    ));
  const UserId = required(answer.UserId, "a user's id");
  log.seeded("user", user.userName, UserId, found === undefined);
  if (Object.keys(ofEnterprise).length > 0)
    log.inexpressible(
      `The ${Object.keys(ofEnterprise).join(", ")} of ${user.userName}: only a local organization keeps them.`,
    );
  if (user.status === "DISABLED") await disable({ client, identityStoreId, log }, user, UserId);
  if (user.externalIds.length > 0)
    log.inexpressible(
      `The external ids of ${user.userName}: no call sets them, only provisioning over SCIM does.`,
    );
};

const disable = async (
  { client, identityStoreId, log }: Omit<DirectorySeed, "file">,
  user: OrganizationUser,
  UserId: string,
) => {
  const IdentityStoreId = identityStoreId;
  try {
    await client.send(
      new UpdateUserCommand({
        IdentityStoreId,
        UserId,
        Operations: [{ AttributePath: "userStatus", AttributeValue: "DISABLED" }],
      }),
    );
  } catch (error) {
    log.inexpressible(`The user ${user.userName} cannot be disabled (UpdateUser: ${reasonOf(error)}).`);
    return;
  }
  const { UserStatus: status } = await client.send(new DescribeUserCommand({ IdentityStoreId, UserId }));
  if (status !== "DISABLED") log.inexpressible(`The user ${user.userName} cannot be disabled.`);
};

const seedGroups = async ({ client, identityStoreId, file, log }: DirectorySeed): Promise<void> => {
  const IdentityStoreId = identityStoreId;
  for (const group of file.identityCenter.groups) {
    const found = await unless("ResourceNotFoundException", () =>
      client.send(
        new GetGroupIdCommand({
          IdentityStoreId,
          AlternateIdentifier: {
            UniqueAttribute: { AttributePath: "displayName", AttributeValue: group.displayName },
          },
        }),
      ),
    );
    const answer =
      found ??
      (await client.send(
        new CreateGroupCommand({
          IdentityStoreId,
          DisplayName: group.displayName,
          ...(group.description === undefined ? {} : { Description: group.description }),
        }),
      ));
    const GroupId = required(answer.GroupId, "a group's id");
    log.seeded("group", group.displayName, GroupId, found === undefined);
    const members = new Set<string | undefined>();
    for await (const page of paginateListGroupMemberships({ client }, { IdentityStoreId, GroupId }))
      for (const membership of page.GroupMemberships ?? []) members.add(membership.MemberId?.UserId);
    for (const userName of group.members) {
      const UserId = log.idOf("user", userName);
      if (!members.has(UserId))
        await client.send(
          new CreateGroupMembershipCommand({ IdentityStoreId, GroupId, MemberId: { UserId } }),
        );
    }
  }
};

/** Makes the users, groups and memberships of the file that are missing. */
export const seedDirectory = async (seed: DirectorySeed): Promise<void> => {
  const { users } = seed.file.identityCenter;
  for (const user of users) await seedUser(seed, user);
  const managed = users.filter(({ manager }) => manager !== undefined).length;
  if (managed > 0)
    seed.log.inexpressible(
      `The managers of ${String(managed)} people: only a local organization keeps managers.`,
    );
  await seedGroups(seed);
};
