import { DeleteGroupCommand } from "@aws-sdk/client-identitystore";
import { beforeEach, describe, expect, it } from "vitest";
import { aGroupId, aUserId } from "../../support/builders.ts";
import { contractTest } from "../../support/fakes/contract-test.ts";
import { EagerClock } from "../../support/fakes/eager-clock.ts";
import { scriptedAws, type ScriptedAnswer, type SentCall } from "../../support/fakes/scripted-aws.ts";
import {
  collected,
  embeddedWorld,
  sourcesEnvironments,
  sourcesOf,
  type SourcesWorld,
} from "./environments.ts";
import { MANY_GROUPS, READERS } from "./organization.ts";

const environments = sourcesEnvironments({
  "say that a person is disabled": "moto knows no UserStatus",
  "name a person's manager": "moto knows no Extensions",
  "know a membership by itself as among the members, and none where there is none":
    "moto has no GetGroupMembershipId",
  "do not know a group that was deleted":
    "moto keeps the memberships of a deleted group; and the server is shared",
});

describe.each(environments)("the people and groups of a directory on $name", (environment) => {
  const test = contractTest(environment.differences);
  let world: SourcesWorld;
  beforeEach(async () => {
    world = await environment.open();
  });

  test("are listed, each person once, however many pages that takes", async () => {
    const users = await collected(world.sources.directory.users());
    const names = users.map(({ userName }) => userName);
    expect(names).toEqual(expect.arrayContaining(["sync-ada", "sync-bela", ...READERS]));
    expect(new Set(users.map(({ id }) => id)).size).toBe(users.length);
  });

  test("show a person, listed or asked for", async () => {
    const id = world.ids.user("sync-bela");
    const bela = {
      kind: "user",
      id,
      userName: "sync-bela",
      displayName: "sync-bela Ng",
      email: "sync-bela@example.com",
      enabled: true,
    };
    expect((await collected(world.sources.directory.users())).find((user) => user.id === id)).toEqual(bela);
    expect(await world.sources.directory.user(id)).toEqual(bela);
    expect(await world.sources.directory.user(aUserId("nobody"))).toBeUndefined();
  });

  test("say that a person is disabled", async () => {
    const id = world.ids.user("sync-dorian");
    const users = await collected(world.sources.directory.users());
    expect(users.filter(({ enabled }) => !enabled).map((user) => user.id)).toEqual([id]);
    expect(await world.sources.directory.user(id)).toMatchObject({ enabled: false });
  });

  test("name a person's manager", async () => {
    const [id, manager] = [world.ids.user("sync-ada"), world.ids.user("sync-bela")];
    const users = await collected(world.sources.directory.users());
    expect(users.find((user) => user.id === id)).toMatchObject({ manager });
    expect(await world.sources.directory.user(id)).toMatchObject({ manager });
    expect(await world.sources.directory.user(manager)).not.toHaveProperty("manager");
  });

  test("show every group, however many pages that takes", async () => {
    const groups = await collected(world.sources.directory.groups());
    expect(groups.map(({ displayName }) => displayName)).toEqual(
      expect.arrayContaining(["sync-oncall", ...MANY_GROUPS]),
    );
    const id = world.ids.group("sync-oncall");
    const oncall = { kind: "group", id, displayName: "sync-oncall", description: "Whoever is woken" };
    expect(groups.find((group) => group.id === id)).toEqual(oncall);
    expect(await world.sources.directory.group(id)).toEqual(oncall);
    expect(await world.sources.directory.group(world.ids.group("sync-nobody"))).not.toHaveProperty(
      "description",
    );
  });

  test("expand a group of two to two people, a disabled one among them", async () => {
    const members = await world.sources.directory.members(world.ids.group("sync-oncall"));
    expect(members?.map(({ userId }) => userId).toSorted()).toEqual(
      ["sync-ada", "sync-dorian"].map((name) => world.ids.user(name)).sort(),
    );
  });

  test("know a membership by itself as among the members, and none where there is none", async () => {
    const { directory } = world.sources;
    const groupId = world.ids.group("sync-oncall");
    const userId = world.ids.user("sync-ada");
    const listed = (await directory.members(groupId))?.find((member) => member.userId === userId);
    expect(listed).toEqual({
      kind: "membership",
      groupId,
      userId,
      membershipId: expect.stringMatching(/^[0-9a-f-]{36,47}$/) as string,
    });
    expect(await directory.membership(groupId, userId)).toEqual(listed);
    expect(await directory.membership(world.ids.group("sync-nobody"), userId)).toBeUndefined();
  });

  test("show every member of a group, however many pages that takes", async () => {
    const members = await world.sources.directory.members(world.ids.group("sync-everybody"));
    expect(members?.map(({ userId }) => userId).toSorted()).toEqual(
      READERS.map((name) => world.ids.user(name)).sort(),
    );
    expect(await world.sources.directory.members(world.ids.group("sync-nobody"))).toEqual([]);
  });

  test("do not know a group that was deleted", async () => {
    const id = world.ids.group("sync-oncall");
    await world.administrator.identityStore.send(
      new DeleteGroupCommand({ IdentityStoreId: world.identityStoreId, GroupId: id }),
    );
    expect(await world.sources.directory.members(id)).toBeUndefined();
    expect(await world.sources.directory.group(id)).toBeUndefined();
  });
});

const scripted = (answer: (call: SentCall) => ScriptedAnswer) => {
  const { clientsFor, calls } = scriptedAws(answer);
  const place = { region: "eu-west-1", instanceArn: "unused", identityStoreId: "d-1234567890" };
  const { sources } = sourcesOf({ clientsFor, clock: new EagerClock(), ...place });
  return { source: sources.directory, calls };
};

const alice = { UserId: aUserId("alice"), IdentityStoreId: "d-1234567890", UserName: "alice" };
const described = (more: object) =>
  scripted(() => ({ body: { ...alice, ...more } })).source.user(aUserId("alice"));

describe("a person", () => {
  it.each([
    [
      [{ Value: "first@example.com" }, { Value: "primary@example.com", Primary: true }],
      "primary@example.com",
    ],
    [[{ Value: "first@example.com" }, { Value: "second@example.com" }], "first@example.com"],
    [[], undefined],
    [undefined, undefined],
  ])("of the addresses %o has %s", async (Emails, email) => {
    expect((await described({ Emails }))?.email).toBe(email);
  });

  it.each([
    [{ manager: { value: "9067729b3d-94f1e8e4" } }, "9067729b3d-94f1e8e4"],
    [{ manager: { value: "" } }, undefined],
    [{ manager: { displayName: "Bob" } }, undefined],
    [{ manager: "bob" }, undefined],
    [{ department: "Ledger" }, undefined],
    ["nonsense", undefined],
  ])("with the enterprise attributes %o has the manager %s", async (enterprise, manager) => {
    const user = await described({ Extensions: { "aws:identitystore:enterprise": enterprise } });
    expect(user?.manager).toBe(manager);
  });

  it.each([
    ["ENABLED", true],
    [undefined, true],
    ["DISABLED", false],
    ["SUSPENDED", false],
  ])("of status %s is enabled: %s", async (UserStatus, enabled) => {
    expect((await described({ UserStatus }))?.enabled).toBe(enabled);
  });

  it("is asked for with their manager", async () => {
    const { source, calls } = scripted(() => ({ body: { Users: [] } }));
    await collected(source.users());
    expect(calls[0]?.input).toMatchObject({ Extensions: ["aws:identitystore:enterprise"], MaxResults: 100 });
  });
});

describe("a member", () => {
  it("that is no user is skipped", async () => {
    const { source } = scripted(() => ({
      body: {
        GroupMemberships: [
          { IdentityStoreId: "d-1234567890", MemberId: { UserId: aUserId("alice") } },
          { IdentityStoreId: "d-1234567890", MemberId: { ServiceId: "something new" } },
          { IdentityStoreId: "d-1234567890" },
        ],
      },
    }));
    expect(await source.members(aGroupId("leads"))).toMatchObject([{ userId: aUserId("alice") }]);
  });
});

describe("a group", () => {
  it("that is deleted between two pages of its members is not there", async () => {
    const { source } = scripted(({ input }) =>
      input["NextToken"] === undefined
        ? { body: { GroupMemberships: [{ MemberId: { UserId: aUserId("alice") } }], NextToken: "more" } }
        : { error: "ResourceNotFoundException", details: { ResourceType: "GROUP" } },
    );
    expect(await source.members(aGroupId("leads"))).toBeUndefined();
  });

  it("is not taken for deleted when the whole identity store is not found", async () => {
    const { source } = scripted(() => ({
      error: "ResourceNotFoundException",
      details: { ResourceType: "IDENTITY_STORE" },
    }));
    await expect(source.members(aGroupId("leads"))).rejects.toMatchObject({
      problem: { code: "identity-center-not-found" },
    });
    await expect(collected(source.groups())).rejects.toMatchObject({
      problem: { code: "identity-center-not-found" },
    });
  });

  it("is not taken for deleted when the embedded AWS does not know the identity store", async () => {
    const { ids, administrator } = embeddedWorld();
    const { clientsFor } = { clientsFor: () => ({ client: () => administrator.identityStore as never }) };
    const place = { region: "eu-west-1", instanceArn: "unused", identityStoreId: "d-0000000000" };
    const { sources } = sourcesOf({ clientsFor, clock: new EagerClock(), ...place });
    await expect(sources.directory.members(ids.group("sync-oncall"))).rejects.toMatchObject({
      problem: { code: "identity-center-not-found" },
    });
  });
});
