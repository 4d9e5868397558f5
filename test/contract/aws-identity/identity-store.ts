import {
  CreateGroupCommand,
  CreateGroupMembershipCommand,
  CreateUserCommand,
  DeleteGroupCommand,
  DeleteGroupMembershipCommand,
  DeleteUserCommand,
  DescribeGroupCommand,
  DescribeGroupMembershipCommand,
  DescribeUserCommand,
  GetGroupMembershipIdCommand,
  GetUserIdCommand,
  IsMemberInGroupsCommand,
  ListGroupMembershipsCommand,
  ListGroupMembershipsForMemberCommand,
  ListGroupsCommand,
  ListUsersCommand,
  UpdateGroupCommand,
  UpdateUserCommand,
} from "@aws-sdk/client-identitystore";
import { expect } from "vitest";
import type { Contract } from "./contract.ts";
import { aName, groupId, newGroup, newUser, present, userId } from "./cast.ts";
import type { World } from "./world.ts";

const ENTERPRISE = "aws:identitystore:enterprise";

const UNKNOWN = "00000000-0000-4000-8000-000000000000";

const join = async ({ identityStore, identityStoreId }: World, group: string, user: string) => {
  const answer = await identityStore.send(
    new CreateGroupMembershipCommand({
      IdentityStoreId: identityStoreId,
      GroupId: group,
      MemberId: { UserId: user },
    }),
  );
  return present(answer.MembershipId);
};

const membersOf = async ({ identityStore, identityStoreId }: World, group: string) => {
  const answer = await identityStore.send(
    new ListGroupMembershipsCommand({ IdentityStoreId: identityStoreId, GroupId: group }),
  );
  return (answer.GroupMemberships ?? []).map(({ MemberId }) => MemberId?.UserId);
};

const userSuite = ({ shows, unlikeMoto }: Contract): void => {
  shows("finds a person by user name and by email address", async (world) => {
    const { identityStore, identityStoreId } = world;
    const byEmail = await identityStore.send(
      new GetUserIdCommand({
        IdentityStoreId: identityStoreId,
        AlternateIdentifier: {
          UniqueAttribute: { AttributePath: "emails.value", AttributeValue: "alice@example.com" },
        },
      }),
    );
    expect(byEmail.UserId).toBe(await userId(world, "alice"));
    const alice = await identityStore.send(
      new DescribeUserCommand({ IdentityStoreId: identityStoreId, UserId: byEmail.UserId }),
    );
    expect(alice).toMatchObject({
      UserName: "alice",
      DisplayName: "Alice Ng",
      Name: { GivenName: "Alice", FamilyName: "Ng" },
      Emails: [{ Value: "alice@example.com", Primary: true }],
    });
  });

  shows("does not find whom it does not know", async ({ identityStore, identityStoreId }) => {
    const unknown = { name: "ResourceNotFoundException", ResourceType: "USER" };
    const IdentityStoreId = identityStoreId;
    await expect(
      identityStore.send(new DescribeUserCommand({ IdentityStoreId, UserId: UNKNOWN })),
    ).rejects.toMatchObject(unknown);
    await expect(
      identityStore.send(
        new GetUserIdCommand({
          IdentityStoreId,
          AlternateIdentifier: { UniqueAttribute: { AttributePath: "userName", AttributeValue: "nobody" } },
        }),
      ),
    ).rejects.toMatchObject(unknown);
  });

  shows("looks people up by unique attributes only", async ({ identityStore, identityStoreId }) => {
    await expect(
      identityStore.send(
        new GetUserIdCommand({
          IdentityStoreId: identityStoreId,
          AlternateIdentifier: {
            UniqueAttribute: { AttributePath: "displayName", AttributeValue: "Alice Ng" },
          },
        }),
      ),
    ).rejects.toMatchObject({ name: "ValidationException" });
  });

  unlikeMoto("says who is enabled", "its users have no UserStatus", async (world) => {
    const statusOf = async (userName: string) => {
      const UserId = await userId(world, userName);
      const user = await world.identityStore.send(
        new DescribeUserCommand({ IdentityStoreId: world.identityStoreId, UserId }),
      );
      return user.UserStatus;
    };
    expect(await statusOf("alice")).toBe("ENABLED");
    expect(await statusOf("mallory")).toBe("DISABLED");
  });

  unlikeMoto(
    "tells a person's manager to whom asks for the enterprise attributes",
    "its users have no Extensions",
    async (world) => {
      const { identityStore, identityStoreId } = world;
      const { UserId } = await identityStore.send(
        new CreateUserCommand({
          IdentityStoreId: identityStoreId,
          UserName: aName("user"),
          DisplayName: "Test Person",
          Name: { GivenName: "Test", FamilyName: "Person" },
          // moto answers every look for an email address with a 500 while somebody has none.
          Emails: [{ Value: `${aName("managed")}@example.com`, Primary: true }],
          Extensions: { [ENTERPRISE]: { department: "Ledger", manager: { value: "manager-1" } } },
        }),
      );
      const place = { IdentityStoreId: identityStoreId, UserId: present(UserId) };
      const described = async (asked: { readonly Extensions?: string[] }) =>
        (await identityStore.send(new DescribeUserCommand({ ...place, ...asked }))).Extensions;
      expect(await described({})).toBeUndefined();
      expect(await described({ Extensions: [ENTERPRISE] })).toEqual({
        [ENTERPRISE]: { department: "Ledger", manager: { value: "manager-1" } },
      });

      await identityStore.send(
        new UpdateUserCommand({
          ...place,
          Operations: [{ AttributePath: `${ENTERPRISE}.manager.value`, AttributeValue: "manager-2" }],
        }),
      );
      const listed = await identityStore.send(
        new ListUsersCommand({ IdentityStoreId: identityStoreId, Extensions: [ENTERPRISE] }),
      );
      expect(listed.Users?.find((user) => user.UserId === UserId)?.Extensions).toEqual({
        [ENTERPRISE]: { department: "Ledger", manager: { value: "manager-2" } },
      });
    },
  );

  unlikeMoto("knows no other extension", "it takes any", async ({ identityStore, identityStoreId }) => {
    await expect(
      identityStore.send(
        new ListUsersCommand({ IdentityStoreId: identityStoreId, Extensions: ["aws:identitystore:other"] }),
      ),
    ).rejects.toMatchObject({ name: "ValidationException" });
  });

  unlikeMoto("disables and renames a person", "UpdateUser is not implemented", async (world) => {
    const UserId = await newUser(world);
    const place = { IdentityStoreId: world.identityStoreId, UserId };
    await world.identityStore.send(
      new UpdateUserCommand({
        ...place,
        Operations: [
          { AttributePath: "userStatus", AttributeValue: "DISABLED" },
          { AttributePath: "name.familyName", AttributeValue: "Married" },
          { AttributePath: "title", AttributeValue: "Engineer" },
        ],
      }),
    );
    expect(await world.identityStore.send(new DescribeUserCommand(place))).toMatchObject({
      UserStatus: "DISABLED",
      Name: { GivenName: "Test", FamilyName: "Married" },
      Title: "Engineer",
    });
    await expect(
      world.identityStore.send(
        new UpdateUserCommand({
          ...place,
          Operations: [{ AttributePath: "userStatus", AttributeValue: "GONE" }],
        }),
      ),
    ).rejects.toMatchObject({ name: "ValidationException" });
  });

  shows("refuses a second user of the same name", async (world) => {
    const name = aName("twin");
    await newUser(world, name);
    await expect(newUser(world, name)).rejects.toMatchObject({
      name: "ConflictException",
      Reason: "UNIQUENESS_CONSTRAINT_VIOLATION",
    });
  });

  unlikeMoto(
    "refuses a second user of the same email address",
    "it compares user names only",
    async (world) => {
      await expect(
        world.identityStore.send(
          new CreateUserCommand({
            IdentityStoreId: world.identityStoreId,
            UserName: aName("impostor"),
            DisplayName: "Alice Again",
            Name: { GivenName: "Alice", FamilyName: "Again" },
            Emails: [{ Value: "alice@example.com" }],
          }),
        ),
      ).rejects.toMatchObject({ name: "ConflictException" });
    },
  );

  shows("asks for a display name, a given name and a family name", async (world) => {
    await expect(
      world.identityStore.send(
        new CreateUserCommand({ IdentityStoreId: world.identityStoreId, UserName: aName("nameless") }),
      ),
    ).rejects.toMatchObject({ name: "ValidationException" });
  });

  shows("lists users by name and by page", async ({ identityStore, identityStoreId }) => {
    const IdentityStoreId = identityStoreId;
    const named = await identityStore.send(
      new ListUsersCommand({
        IdentityStoreId,
        // Deprecated, and what the AWS CLI's examples still show.
        // eslint-disable-next-line @typescript-eslint/no-deprecated
        Filters: [{ AttributePath: "UserName", AttributeValue: "tara" }],
      }),
    );
    expect(named.Users?.map(({ DisplayName }) => DisplayName)).toEqual(["Tara Singh"]);
    const first = await identityStore.send(new ListUsersCommand({ IdentityStoreId, MaxResults: 25 }));
    const second = await identityStore.send(
      new ListUsersCommand({ IdentityStoreId, MaxResults: 25, NextToken: first.NextToken }),
    );
    const ids = [...(first.Users ?? []), ...(second.Users ?? [])].map(({ UserId }) => UserId);
    expect(first.Users).toHaveLength(25);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThanOrEqual(40);
  });

  unlikeMoto(
    "knows no other identity store",
    "any id is an empty identity store",
    async ({ identityStore }) => {
      await expect(
        identityStore.send(new ListUsersCommand({ IdentityStoreId: "d-0000000000" })),
      ).rejects.toMatchObject({ name: "ResourceNotFoundException", ResourceType: "IDENTITY_STORE" });
    },
  );
};

const groupSuite = ({ shows, unlikeMoto }: Contract): void => {
  shows("finds a group by its display name", async (world) => {
    const GroupId = await groupId(world, "platform-admins");
    const group = await world.identityStore.send(
      new DescribeGroupCommand({ IdentityStoreId: world.identityStoreId, GroupId }),
    );
    expect(group.DisplayName).toBe("platform-admins");
    const listed = await world.identityStore.send(
      new ListGroupsCommand({
        IdentityStoreId: world.identityStoreId,
        // eslint-disable-next-line @typescript-eslint/no-deprecated
        Filters: [{ AttributePath: "DisplayName", AttributeValue: "platform-admins" }],
      }),
    );
    expect(listed.Groups?.map((item) => item.GroupId)).toEqual([GroupId]);
  });

  shows("refuses a second group of the same name, and forgets a deleted one", async (world) => {
    const name = aName("group");
    const place = { IdentityStoreId: world.identityStoreId, GroupId: await newGroup(world, name) };
    await expect(newGroup(world, name)).rejects.toMatchObject({ name: "ConflictException" });
    await world.identityStore.send(new DeleteGroupCommand(place));
    await expect(world.identityStore.send(new DescribeGroupCommand(place))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      ResourceType: "GROUP",
    });
  });

  unlikeMoto("renames a group", "UpdateGroup is not implemented", async (world) => {
    const before = aName("group");
    const GroupId = await newGroup(world, before);
    const name = aName("renamed");
    await world.identityStore.send(
      new UpdateGroupCommand({
        IdentityStoreId: world.identityStoreId,
        GroupId,
        Operations: [{ AttributePath: "displayName", AttributeValue: name }],
      }),
    );
    expect(await groupId(world, name)).toBe(GroupId);
    const successor = await newGroup(world, before);
    expect(await groupId(world, before)).toBe(successor);
  });

  unlikeMoto(
    "asks for a display name",
    "it makes a nameless group",
    async ({ identityStore, identityStoreId }) => {
      await expect(
        identityStore.send(new CreateGroupCommand({ IdentityStoreId: identityStoreId })),
      ).rejects.toMatchObject({ name: "ValidationException" });
    },
  );
};

const membershipSuite = ({ shows, unlikeMoto }: Contract): void => {
  shows("lists the members of a group and the groups of a member", async (world) => {
    const leads = await groupId(world, "payments-leads");
    const [grace, hiro] = [await userId(world, "grace"), await userId(world, "hiro")];
    expect((await membersOf(world, leads)).toSorted()).toEqual([grace, hiro].toSorted());
    const answer = await world.identityStore.send(
      new ListGroupMembershipsForMemberCommand({
        IdentityStoreId: world.identityStoreId,
        MemberId: { UserId: grace },
      }),
    );
    expect(answer.GroupMemberships?.map(({ GroupId }) => GroupId)).toEqual([leads]);
  });

  shows("ends a membership", async (world) => {
    const [group, user] = [await newGroup(world), await newUser(world)];
    const MembershipId = await join(world, group, user);
    expect(await membersOf(world, group)).toEqual([user]);
    await world.identityStore.send(
      new DeleteGroupMembershipCommand({ IdentityStoreId: world.identityStoreId, MembershipId }),
    );
    expect(await membersOf(world, group)).toEqual([]);
  });

  shows("takes members that exist, into groups that exist", async (world) => {
    const missing = { name: "ResourceNotFoundException" };
    await expect(join(world, await newGroup(world), UNKNOWN)).rejects.toMatchObject(missing);
    await expect(join(world, UNKNOWN, await newUser(world))).rejects.toMatchObject(missing);
  });

  unlikeMoto("refuses a second membership of the same person", "it makes a second one", async (world) => {
    const [group, user] = [await newGroup(world), await newUser(world)];
    await join(world, group, user);
    await expect(join(world, group, user)).rejects.toMatchObject({ name: "ConflictException" });
    expect(await membersOf(world, group)).toEqual([user]);
  });

  unlikeMoto("refuses to end a membership that is not there", "it answers as if it had", async (world) => {
    await expect(
      world.identityStore.send(
        new DeleteGroupMembershipCommand({ IdentityStoreId: world.identityStoreId, MembershipId: UNKNOWN }),
      ),
    ).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  unlikeMoto(
    "finds a membership by group and member",
    "GetGroupMembershipId is not implemented",
    async (world) => {
      const [group, user] = [await newGroup(world), await newUser(world)];
      const MembershipId = await join(world, group, user);
      const place = { IdentityStoreId: world.identityStoreId };
      const found = await world.identityStore.send(
        new GetGroupMembershipIdCommand({ ...place, GroupId: group, MemberId: { UserId: user } }),
      );
      expect(found.MembershipId).toBe(MembershipId);
      expect(
        await world.identityStore.send(new DescribeGroupMembershipCommand({ ...place, MembershipId })),
      ).toMatchObject({ GroupId: group, MemberId: { UserId: user } });
    },
  );

  unlikeMoto(
    "tells in which of many groups a person is",
    "IsMemberInGroups is not implemented",
    async (world) => {
      const [engineers, leads] = [
        await groupId(world, "payments-engineers"),
        await groupId(world, "payments-leads"),
      ];
      const UserId = await userId(world, "alice");
      const answer = await world.identityStore.send(
        new IsMemberInGroupsCommand({
          IdentityStoreId: world.identityStoreId,
          MemberId: { UserId },
          GroupIds: [engineers, leads],
        }),
      );
      expect(answer.Results).toEqual([
        { GroupId: engineers, MemberId: { UserId }, MembershipExists: true },
        { GroupId: leads, MemberId: { UserId }, MembershipExists: false },
      ]);
      await expect(
        world.identityStore.send(
          new IsMemberInGroupsCommand({
            IdentityStoreId: world.identityStoreId,
            MemberId: { UserId },
            GroupIds: Array.from({ length: 101 }, () => engineers),
          }),
        ),
      ).rejects.toMatchObject({ name: "ValidationException" });
    },
  );

  shows("forgets a person who is deleted", async (world) => {
    const place = { IdentityStoreId: world.identityStoreId, UserId: await newUser(world) };
    await world.identityStore.send(new DeleteUserCommand(place));
    await expect(world.identityStore.send(new DescribeUserCommand(place))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });

  unlikeMoto("ends a deleted person's memberships", "they stay", async (world) => {
    const [group, user] = [await newGroup(world), await newUser(world)];
    await join(world, group, user);
    await world.identityStore.send(
      new DeleteUserCommand({ IdentityStoreId: world.identityStoreId, UserId: user }),
    );
    expect(await membersOf(world, group)).toEqual([]);
  });
};

export const identityStoreSuite = (contract: Contract): void => {
  userSuite(contract);
  groupSuite(contract);
  membershipSuite(contract);
};
