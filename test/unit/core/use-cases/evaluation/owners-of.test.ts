import { beforeEach, describe, expect, it } from "vitest";
import type { OrganizationalUnitId } from "../../../../../lambdas/core/domain/ids.ts";
import type { Fact } from "../../../../../lambdas/core/domain/inventory/facts.ts";
import type { OwnedTarget, OwnerSettings } from "../../../../../lambdas/core/domain/ownership.ts";
import { timestamp, type Timestamp } from "../../../../../lambdas/core/domain/ids.ts";
import { ownersOf } from "../../../../../lambdas/core/use-cases/evaluation/owners-of.ts";
import { aGroupId, anAccountId, anOrganizationalUnitId, aUserId } from "../../../../support/builders.ts";
import { FakeDirectory } from "../../../../support/fakes/directory.ts";
import { FakeInventory } from "../../../../support/fakes/inventory.ts";
import { anOrganizationIntegration } from "../../../../support/integrations.ts";

const [workloads, payments] = [anOrganizationalUnitId("Workloads"), anOrganizationalUnitId("Payments")];
const root = "r-abcd" as OrganizationalUnitId;
const account = anAccountId(2);

const platform = { type: "group", id: aGroupId("platform"), name: "platform" };
const leads = { type: "group", id: aGroupId("Payments Leads"), name: "Payments Leads" };
const ada = { type: "user", id: aUserId("ada"), name: "ada" };
const bela = { type: "user", id: aUserId("bela"), name: "bela" };

const owner = { users: [], groups: [{ id: aGroupId("platform"), name: "platform" }] };
const integrationWith = (change: Partial<OwnerSettings> = {}): OwnerSettings => ({
  ...anOrganizationIntegration(),
  owner,
  resourceOwner: { tagKey: "owner", attribute: "email" },
  ...change,
});
const byGroup = integrationWith({ resourceOwner: { tagKey: "owner", attribute: "displayName" } });

let inventory: FakeInventory;
let directory: FakeDirectory;

/** A month later: that nothing has changed since says nothing of when somebody looked last. */
const clock = { now: () => new Date("2026-02-01T00:00:00Z") };
const hoursAgo = (hours: number) => timestamp(new Date(clock.now().getTime() - hours * 3_600_000));

const record = async (fact: Fact, tagsSeenAt: Timestamp | undefined = hoursAgo(1)) => {
  const observedAt = timestamp(new Date("2026-01-01T00:00:00Z"));
  await inventory.record({ fact, since: observedAt, observedAt, tagsSeenAt });
};

interface TagsOf {
  readonly account?: Readonly<Record<string, string>> | undefined;
  readonly payments?: Readonly<Record<string, string>> | undefined;
  readonly workloads?: Readonly<Record<string, string>>;
  readonly root?: Readonly<Record<string, string>>;
}

const fill = async (tags: TagsOf) => {
  const unit = { kind: "organizational-unit" } as const;
  const accountTags = "account" in tags && tags.account === undefined ? {} : { tags: { ...tags.account } };
  const organizationalUnits = [payments, workloads, root];
  await record({
    kind: "account",
    id: account,
    name: "prod",
    state: "ACTIVE",
    organizationalUnits,
    ...accountTags,
  });
  await record({
    ...unit,
    id: payments,
    name: "Payments",
    parent: workloads,
    path: "/Workloads/Payments",
    ...("payments" in tags && tags.payments === undefined ? {} : { tags: { ...tags.payments } }),
  });
  await record({
    ...unit,
    id: workloads,
    name: "Workloads",
    parent: root,
    path: "/Workloads",
    tags: { ...tags.workloads },
  });
  await record({ ...unit, id: root, name: "Root", path: "/", tags: { ...tags.root } });
};

const owners = (targets: readonly OwnedTarget[]) => ownersOf({ inventory, directory, clock })(targets);
const ownersOfOne = async (change: Partial<OwnedTarget> = {}) =>
  (await owners([{ accountId: account, integration: integrationWith(), ...change }]))[0];

beforeEach(() => {
  inventory = new FakeInventory();
  directory = new FakeDirectory();
  directory.addUser({ userId: ada.id, userName: "ada", email: "ada@example.com" });
  directory.addUser({ userId: bela.id, userName: "bela", email: "bela+aws@example.com" });
  directory.addUser({
    userId: aUserId("dorian"),
    userName: "dorian",
    email: "dorian@example.com",
    enabled: false,
  });
  directory.addGroup({ groupId: leads.id, displayName: "Payments Leads" });
  directory.addGroup({ groupId: platform.id, displayName: "platform" });
});

describe("the owner of a target", () => {
  const everywhere = {
    account: { owner: "ada@example.com" },
    payments: { owner: "bela+aws@example.com" },
    root: { owner: "ada@example.com" },
  };

  it("is whom the tag of its account names", async () => {
    await fill(everywhere);
    expect(await ownersOfOne()).toEqual({
      via: "account-tag",
      parties: [ada],
      tag: { key: "owner", value: "ada@example.com" },
      reason: `the tag owner = "ada@example.com" of account ${account} names ada by email`,
    });
  });

  it("is whom the resource's own tag names before that", async () => {
    await fill(everywhere);
    expect(await ownersOfOne({ tags: { owner: "bela+aws@example.com" } })).toMatchObject({
      via: "resource-tag",
      parties: [bela],
      reason: `the tag owner = "bela+aws@example.com" of the resource names bela by email`,
    });
    expect(await ownersOfOne({ tags: { Owner: "bela+aws@example.com" } })).toMatchObject({
      via: "account-tag",
    });
  });

  it.each([
    [
      "the unit it is in",
      { payments: { owner: "ada@example.com" }, workloads: { owner: "bela+aws@example.com" } },
      "/Workloads/Payments",
    ],
    [
      "a unit above that",
      {
        payments: { team: "x" },
        workloads: { owner: "ada@example.com" },
        root: { owner: "bela+aws@example.com" },
      },
      "/Workloads",
    ],
    ["the root", { account: { owner: "  " }, root: { owner: "ada@example.com" } }, "/"],
  ])("is whom the tag of %s names, where the account has none", async (_what, tags, path) => {
    await fill(tags);
    expect(await ownersOfOne()).toEqual({
      via: "unit-tag",
      parties: [ada],
      tag: { key: "owner", value: "ada@example.com" },
      reason: `the tag owner = "ada@example.com" of the organizational unit ${path} names ada by email`,
    });
  });

  it("is a group by its name, whose spaces are part of it", async () => {
    await fill({ account: { owner: "Payments Leads" } });
    expect(await ownersOfOne({ integration: byGroup })).toMatchObject({
      via: "account-tag",
      parties: [leads],
    });
  });

  it.each([
    ["email", "ada@example.com bela+aws@example.com", [ada, bela]],
    ["email", "bela+aws@example.com,ada@example.com; ada@example.com", [bela, ada]],
    ["userName", " ada  bela ", [ada, bela]],
    ["displayName", "Payments Leads + platform", [leads, platform]],
    ["displayName", "platform, Payments Leads", [platform, leads]],
  ] as const)("may be several, by %s: %j", async (attribute, value, parties) => {
    await fill({ account: { owner: value } });
    const integration = integrationWith({ resourceOwner: { tagKey: "owner", attribute } });
    expect(await ownersOfOne({ integration })).toMatchObject({ via: "account-tag", parties });
  });

  it("is those of several that there are, and says who is not", async () => {
    await fill({ account: { owner: "ada@example.com gone@example.com" } });
    expect(await ownersOfOne()).toMatchObject({
      via: "account-tag",
      parties: [ada],
      reason: `the tag owner = "ada@example.com gone@example.com" of account ${account} names ada by email; nobody is called "gone@example.com"`,
    });
  });

  it("is as the directory is when it is asked", async () => {
    await fill({ account: { owner: "ada@example.com" } });
    expect(await ownersOfOne()).toMatchObject({ parties: [ada] });
    directory.setEnabled(aUserId("ada"), false);
    expect(await ownersOfOne()).toMatchObject({ via: "integration-owner", parties: [platform] });
  });
});

describe("where no tag names an owner", () => {
  const gone = "gone@example.com";
  it.each([
    [
      "nobody is called so",
      { account: { owner: gone }, root: { owner: "ada@example.com" } },
      `the tag owner = "${gone}" of account ${account} names nobody who is there and enabled, by email`,
    ],
    [
      "that is disabled",
      { account: { owner: "dorian@example.com" } },
      `the tag owner = "dorian@example.com" of account ${account} names nobody who is there and enabled, by email`,
    ],
    [
      "there is no tag",
      { payments: { team: "x" } },
      `neither account ${account} nor a unit above it has a tag owner`,
    ],
    [
      "there are too many names",
      { account: { owner: Array.from({ length: 11 }, (_, index) => `ada${String(index)}`).join(" ") } },
      `the tag owner = "ada0 ada1 ada2 ada3 ada4 ada5 ada6 ada7 ada8 ada9 ada10" of account ${account} has 11 names, and at most 10 are looked up`,
    ],
  ])("the integration's owner stands in: %s", async (_why, tags, why) => {
    await fill(tags);
    expect(await ownersOfOne()).toMatchObject({
      via: "integration-owner",
      parties: [platform],
      reason: `${why}: the owner of integration acquired stands in`,
    });
    expect(
      await ownersOfOne({ integration: integrationWith({ owner: { users: [], groups: [] } }) }),
    ).toMatchObject({
      via: "nobody",
      parties: [],
      reason: `${why}, and integration acquired has no owner`,
    });
  });

  it("the integration's owner is asked without a look where no resource owner is said", async () => {
    const { resourceOwner: _, ...integration } = integrationWith();
    expect(await ownersOfOne({ integration })).toEqual({
      via: "integration-owner",
      parties: [platform],
      reason: "integration acquired names no resource owners: the owner of integration acquired stands in",
    });
    expect(inventory.reads).toBe(0);
  });
});

describe("where nobody knows yet whether a tag names an owner, nobody stands in for whom it may name:", () => {
  const tryAgain = "and who owns it may be named there: try again when the next sync is through";

  it.each<readonly [string, TagsOf, string]>([
    [
      "the account's tags were not asked for, and the unit's tag names another",
      { account: undefined, payments: { owner: "ada@example.com" } },
      `the tags of account ${account} are not known: nobody has asked AWS for them in the last 48 hours`,
    ],
    [
      "a unit's tags were not asked for, and the tag of the one above names another",
      { payments: undefined, workloads: { owner: "ada@example.com" } },
      "the tags of the organizational unit /Workloads/Payments are not known: nobody has asked AWS for them in the last 48 hours",
    ],
  ])("%s", async (_why, tags, why) => {
    await fill(tags);
    expect(await ownersOfOne()).toEqual({ via: "nobody", parties: [], reason: `${why}, ${tryAgain}` });
  });

  const ofAccount = (tags: Readonly<Record<string, string>>, organizationalUnits: OrganizationalUnitId[]) =>
    ({ kind: "account", id: account, name: "prod", state: "ACTIVE", organizationalUnits, tags }) as const;
  const ofUnit = (tags: Readonly<Record<string, string>>) =>
    ({ kind: "organizational-unit", id: payments, name: "Payments", path: "/Payments", tags }) as const;

  it.each([
    ["an owner who is named", { owner: "ada@example.com" }],
    ["that none is named", {}],
  ])("it is more than two days ago that somebody saw the account's tags, and %s", async (_what, tags) => {
    await record(ofUnit({ owner: "bela+aws@example.com" }));
    await record(ofAccount(tags, [payments]), hoursAgo(49));
    expect(await ownersOfOne()).toEqual({
      via: "nobody",
      parties: [],
      reason: `the tags of account ${account} are not known: nobody has asked AWS for them in the last 48 hours, ${tryAgain}`,
    });
    inventory = new FakeInventory();
    await record(ofUnit({ owner: "bela+aws@example.com" }));
    await record(ofAccount(tags, [payments]), hoursAgo(47));
    expect((await ownersOfOne())?.parties).toHaveLength(1);
  });

  it("it is more than two days ago that somebody saw the unit's tags", async () => {
    await record(ofUnit({ owner: "ada@example.com" }), hoursAgo(49));
    await record(ofAccount({}, [payments]));
    expect(await ownersOfOne()).toMatchObject({ via: "nobody", parties: [] });
  });

  it("the inventory does not know the account", async () => {
    expect(await ownersOfOne()).toEqual({
      via: "nobody",
      parties: [],
      reason: `the inventory does not know account ${account} yet, ${tryAgain}`,
    });
  });
});

describe("a request of 20 entitlements", () => {
  const counted = () => {
    const calls: string[] = [];
    const count =
      <Input extends unknown[], Output>(name: string, call: (...input: Input) => Output) =>
      (...input: Input): Output => {
        calls.push(name);
        return call(...input);
      };
    const loader = ownersOf({
      inventory: {
        getAll: (kind, ids) => {
          calls.push("getAll");
          return inventory.getAll(kind, ids);
        },
      },
      directory: {
        userWith: count("userWith", directory.userWith.bind(directory)),
        groupByName: count("groupByName", directory.groupByName.bind(directory)),
      },
      clock,
    });
    return { calls, loader };
  };
  const twenty = (
    tagsOf: (index: number) => Readonly<Record<string, string>>,
    integration = integrationWith(),
  ) =>
    Array.from({ length: 20 }, (_, index): OwnedTarget => ({
      accountId: account,
      tags: tagsOf(index),
      integration,
    }));

  it("takes two reads and one look-up where all have one owner", async () => {
    await fill({ account: { owner: "ada@example.com" } });
    const { calls, loader } = counted();
    expect(await loader(twenty(() => ({})))).toHaveLength(20);
    expect(calls).toEqual(["getAll", "getAll", "userWith"]);
  });

  it("takes two reads and as many look-ups as there are names, at most", async () => {
    await fill({ account: { owner: "ada@example.com" } });
    const { calls, loader } = counted();
    const ownerships = await loader(twenty((index) => ({ owner: `group ${String(index)}` }), byGroup));
    expect(new Set(ownerships.map(({ via }) => via))).toEqual(new Set(["integration-owner"]));
    expect(calls.filter((call) => call === "getAll")).toHaveLength(2);
    expect(calls.filter((call) => call === "groupByName")).toHaveLength(20);
    expect(calls).toHaveLength(22);
  });

  it("gives each target its own owners, in their order", async () => {
    await fill({ account: { owner: "ada@example.com" } });
    const ownerships = await owners([
      { accountId: account, integration: integrationWith(), tags: { owner: "bela+aws@example.com" } },
      { accountId: account, integration: integrationWith() },
      { accountId: anAccountId(9), integration: integrationWith() },
    ]);
    expect(ownerships.map(({ via, parties }) => [via, parties])).toEqual([
      ["resource-tag", [bela]],
      ["account-tag", [ada]],
      ["nobody", []],
    ]);
  });
});
