import { describe, expect, it } from "vitest";
import {
  AccountIdSchema,
  OrganizationalUnitIdSchema,
  PermissionSetArnSchema,
  RequestIdSchema,
  timestamp,
  UserIdSchema,
  type OrganizationalUnitId,
} from "../../../../../lambdas/core/domain/ids.ts";
import type { CoverageFact, IamRoleFact } from "../../../../../lambdas/core/domain/inventory/facts.ts";
import { SourceProblem } from "../../../../../lambdas/core/domain/inventory/problem.ts";
import { lookAgainInRounds } from "../../../../../lambdas/core/use-cases/sync/look-again-batch.ts";
import type { BusEvent } from "../../../../../local/events/event.ts";
import { permissionSetArnOf, userIdOf } from "../../../../../local/identity/ids.ts";
import { aRequestId } from "../../../../support/builders.ts";
import { anAccountIntegration } from "../../../../support/integrations.ts";
import { create, LEDGER_PROD, PAYMENTS_PROD, remove } from "../../../local/identity/office.ts";
import { DELEGATED_ADMINISTRATOR, worldOfEvents } from "./look-again-world.ts";

type World = Awaited<ReturnType<typeof worldOfEvents>>;

const ADMINISTRATOR = "arn:aws:iam::111111111111:user/administrator";

const idOf = ({ office }: World, account: string, permissionSet: string, user: string) => {
  const arn = permissionSetArnOf(office.identity.instanceArn, permissionSet);
  return `${account}#${arn}#USER#${userIdOf(user)}`;
};

const only = <T>(items: readonly T[]): T => {
  expect(items).toHaveLength(1);
  const [one] = items;
  if (one === undefined) throw new Error("There is none");
  return one;
};

const unitsIn = async ({ inventory }: World) =>
  (await inventory.page({ kind: "organizational-unit" }, { limit: 100 })).facts.map(({ fact }) => fact);

const pathsIn = async (world: World) => (await unitsIn(world)).map(({ path }) => path);

const rootIn = async (world: World) => only((await unitsIn(world)).filter(({ path }) => path === "/")).id;

/** The id of the only unit of that name that AWS has. */
const unitNamed = async ({ sources, settled }: World, name: string) => {
  const ids: OrganizationalUnitId[] = [];
  await settled(
    (async () => {
      for await (const units of sources.organization.organizationalUnits())
        ids.push(...units.filter((unit) => unit.name === name).map(({ id }) => id));
    })(),
  );
  return only(ids);
};

const timeOf = ({ detail }: BusEvent) => timestamp(new Date(detail["eventTime"] as string));

describe("an assignment behind Lockstep's back", () => {
  it("is in the inventory after its event, with who made it and when, for two calls", async () => {
    const world = await worldOfEvents();
    const event = only(
      await world.eventsOf(() =>
        create(world.office, world.office.assignment(PAYMENTS_PROD, "ReadOnly", "ines")),
      ),
    );
    expect(await world.look(event)).toEqual({ outcome: "done" });
    const observed = await world.inventory.get("assignment", idOf(world, PAYMENTS_PROD, "ReadOnly", "ines"));
    expect(observed).toMatchObject({ by: ADMINISTRATOR, since: timeOf(event) });
    expect(observed?.baseline).toBeUndefined();
    expect(world.calls).toEqual(["DescribeAccountAssignmentCreationStatus", "ListAccountAssignments"]);
  });

  it("is gone from the inventory after the event of its removal", async () => {
    const world = await worldOfEvents();
    const assignment = world.office.assignment(PAYMENTS_PROD, "ReadOnly", "ines");
    const created = await world.eventsOf(() => create(world.office, assignment));
    await world.look(only(created));
    const removed = await world.eventsOf(() => remove(world.office, assignment));
    expect(await world.look(only(removed))).toEqual({ outcome: "done" });
    expect(
      await world.inventory.get("assignment", idOf(world, PAYMENTS_PROD, "ReadOnly", "ines")),
    ).toBeUndefined();
  });

  it("is left for later while AWS is at it", async () => {
    const world = await worldOfEvents();
    const event = only(
      await world.eventsAtOnce(() =>
        create(world.office, world.office.assignment(PAYMENTS_PROD, "ReadOnly", "ines")),
      ),
    );
    expect(await world.look(event)).toEqual({ outcome: "later" });
    await world.clock.advanceBy(60_000);
    expect(await world.look(event)).toEqual({ outcome: "done" });
    expect(
      await world.inventory.get("assignment", idOf(world, PAYMENTS_PROD, "ReadOnly", "ines")),
    ).toBeDefined();
  });

  it("of somebody else in the same place, whose event was lost, is not said to be its doing", async () => {
    const world = await worldOfEvents();
    await world.eventsOf(() =>
      create(world.office, world.office.assignment(PAYMENTS_PROD, "ReadOnly", "jonas")),
    );
    const event = only(
      await world.eventsOf(() =>
        create(world.office, world.office.assignment(PAYMENTS_PROD, "ReadOnly", "ines")),
      ),
    );
    await world.look(event);
    const other = await world.inventory.get("assignment", idOf(world, PAYMENTS_PROD, "ReadOnly", "jonas"));
    expect(other).toBeDefined();
    expect(other?.by).toBeUndefined();
    expect(other?.since).toBe(other?.observedAt);
  });

  it("makes the permission set provisioned where it was not", async () => {
    const world = await worldOfEvents();
    const arn = permissionSetArnOf(world.office.identity.instanceArn, "DatabaseOperator");
    const id = `${LEDGER_PROD}#${arn}`;
    expect(await world.inventory.get("provisioning", id)).toBeUndefined();
    const event = only(
      await world.eventsOf(() =>
        create(world.office, world.office.assignment(LEDGER_PROD, "DatabaseOperator", "ines")),
      ),
    );
    await world.look(event);
    expect(await world.inventory.get("provisioning", id)).toBeDefined();
  });

  it("in an account that is excluded is nothing to the inventory", async () => {
    const exclude = { organizationalUnits: [], accounts: [AccountIdSchema.parse(PAYMENTS_PROD)] };
    const world = await worldOfEvents({ exclude });
    const event = only(
      await world.eventsOf(() =>
        create(world.office, world.office.assignment(PAYMENTS_PROD, "ReadOnly", "ines")),
      ),
    );
    expect(await world.look(event)).toMatchObject({ outcome: "ignored" });
    expect(
      await world.inventory.get("assignment", idOf(world, PAYMENTS_PROD, "ReadOnly", "ines")),
    ).toBeUndefined();
  });

  it("before the first sync is through is nothing that anybody is told of", async () => {
    const world = await worldOfEvents();
    const [finished] = world.syncs.all.filter(({ scope }) => scope === "identity");
    if (finished?.status !== "finished") throw new Error("No sync");
    const { endedAt: _endedAt, ...rest } = finished;
    const running = {
      ...rest,
      version: 2,
      status: "running",
      checkpoint: { phase: "users" },
      done: 0,
      phaseBegunAt: finished.begunAt,
    } as const;
    await world.syncs.put(running);
    const event = only(
      await world.eventsOf(() =>
        create(world.office, world.office.assignment(PAYMENTS_PROD, "ReadOnly", "ines")),
      ),
    );
    await world.look(event);
    expect(
      await world.inventory.get("assignment", idOf(world, PAYMENTS_PROD, "ReadOnly", "ines")),
    ).toMatchObject({ baseline: true });
  });
});

describe("Lockstep's own assignment", () => {
  it("is left for later while it is being granted, without a call of AWS", async () => {
    const world = await worldOfEvents();
    const event = only(
      await world.eventsOf(() =>
        create(world.office, world.office.assignment(PAYMENTS_PROD, "ReadOnly", "ines")),
      ),
    );
    world.entitlements.of = () => Promise.resolve("unsettled");
    expect(await world.look(event)).toEqual({ outcome: "later" });
    expect(world.calls).toEqual([]);
  });

  it("is said to be held by its request once it is granted", async () => {
    const world = await worldOfEvents();
    const heldBy = [RequestIdSchema.parse(aRequestId("1"))];
    const event = only(
      await world.eventsOf(() =>
        create(world.office, world.office.assignment(PAYMENTS_PROD, "ReadOnly", "ines")),
      ),
    );
    world.entitlements.of = () => Promise.resolve({ version: 3, heldBy });
    await world.look(event);
    expect(
      await world.inventory.get("assignment", idOf(world, PAYMENTS_PROD, "ReadOnly", "ines")),
    ).toMatchObject({ heldBy, by: ADMINISTRATOR, since: timeOf(event) });
  });
});

describe("duplicates and disorder", () => {
  it("an event that comes twice writes once", async () => {
    const world = await worldOfEvents();
    const event = only(
      await world.eventsOf(() =>
        create(world.office, world.office.assignment(PAYMENTS_PROD, "ReadOnly", "ines")),
      ),
    );
    await world.look(event);
    const writes = world.inventory.writes;
    await world.look(event);
    expect(world.inventory.writes).toBe(writes);
  });

  it("a creation and a removal end as AWS is, in either order", async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ] as const) {
      const world = await worldOfEvents();
      const assignment = world.office.assignment(PAYMENTS_PROD, "ReadOnly", "ines");
      const events = [
        only(await world.eventsOf(() => create(world.office, assignment))),
        only(await world.eventsOf(() => remove(world.office, assignment))),
      ];
      for (const place of order) await world.look(events[place]);
      expect(
        await world.inventory.get("assignment", idOf(world, PAYMENTS_PROD, "ReadOnly", "ines")),
      ).toBeUndefined();
    }
  });

  it("a sync that listed before the change takes nothing away that the event brought in", async () => {
    const world = await worldOfEvents();
    const listedAt = timestamp(world.clock.now());
    const id = idOf(world, PAYMENTS_PROD, "ReadOnly", "ines");
    const event = only(
      await world.eventsOf(() =>
        create(world.office, world.office.assignment(PAYMENTS_PROD, "ReadOnly", "ines")),
      ),
    );
    await world.look(event);
    expect(await world.inventory.forget({ kind: "assignment", id }, { observedAt: listedAt })).toBe(
      "outdated",
    );
    expect(await world.inventory.get("assignment", id)).toBeDefined();
  });

  it("a sync that sees it first leaves nothing to the event", async () => {
    const world = await worldOfEvents();
    const event = only(
      await world.eventsOf(() =>
        create(world.office, world.office.assignment(PAYMENTS_PROD, "ReadOnly", "ines")),
      ),
    );
    const accountId = AccountIdSchema.parse(PAYMENTS_PROD);
    const permissionSetArn = PermissionSetArnSchema.parse(
      permissionSetArnOf(world.office.identity.instanceArn, "ReadOnly"),
    );
    const seenAt = timestamp(world.clock.now());
    for (const fact of await world.settled(
      world.sources.assignments.assignmentsOf({ accountId, permissionSetArn }),
    ))
      await world.inventory.record({ fact, since: seenAt, observedAt: seenAt });
    const writes = world.inventory.writes;
    await world.look(event);
    expect(world.inventory.writes).toBe(writes);
  });
});

describe("people and groups", () => {
  const ines = UserIdSchema.parse(userIdOf("ines"));

  it("a user whom somebody disables, for one call", async () => {
    const world = await worldOfEvents();
    const event = only(
      await world.eventsOf(() =>
        world.office.directory("UpdateUser", {
          UserId: ines,
          Operations: [{ AttributePath: "userStatus", AttributeValue: "DISABLED" }],
        }),
      ),
    );
    await world.look(event);
    expect(await world.inventory.get("user", ines)).toMatchObject({
      fact: { enabled: false },
      by: ADMINISTRATOR,
    });
    expect(world.calls).toEqual(["DescribeUser"]);
  });

  it("a user who is deleted goes with memberships and assignments", async () => {
    const world = await worldOfEvents();
    const before = await world.inventory.page({ kind: "membership", userId: ines }, { limit: 100 });
    expect(before.facts).not.toEqual([]);
    const event = only(await world.eventsOf(() => world.office.directory("DeleteUser", { UserId: ines })));
    await world.look(event);
    expect(await world.inventory.get("user", ines)).toBeUndefined();
    const after = await world.inventory.page({ kind: "membership", userId: ines }, { limit: 100 });
    expect(after.facts).toEqual([]);
  });

  it("a member who joins, for one call, and leaves again, for none", async () => {
    const world = await worldOfEvents();
    const created = await world.office.directory("CreateGroup", { DisplayName: "newcomers" });
    const GroupId = created["GroupId"] as string;
    const membership = `${GroupId}#${ines}`;
    const joined = await world.eventsOf(() =>
      world.office.directory("CreateGroupMembership", { GroupId, MemberId: { UserId: ines } }),
    );
    await world.look(only(joined));
    expect(world.calls).toEqual(["GetGroupMembershipId"]);
    const observed = await world.inventory.get("membership", membership);
    expect(observed).toMatchObject({ by: ADMINISTRATOR });
    const left = await world.eventsOf(() =>
      world.office.directory("DeleteGroupMembership", {
        MembershipId: observed?.fact.membershipId ?? "",
      }),
    );
    await world.look(only(left));
    expect(world.calls).toEqual([]);
    expect(await world.inventory.get("membership", membership)).toBeUndefined();
  });

  it("a group that is deleted goes with its members", async () => {
    const world = await worldOfEvents();
    const [group] = (await world.inventory.page({ kind: "membership", userId: ines }, { limit: 1 })).facts;
    const groupId = group?.fact.groupId ?? "";
    const event = only(
      await world.eventsOf(() => world.office.directory("DeleteGroup", { GroupId: groupId })),
    );
    await world.look(event);
    expect(
      (await world.inventory.page({ kind: "membership", within: `${groupId}#` }, { limit: 10 })).facts,
    ).toEqual([]);
  });

  it("everybody is listed for an event that nobody knows, and once for many of them", async () => {
    const world = await worldOfEvents();
    const event = only(await world.eventsOf(() => world.office.directory("DeleteUser", { UserId: ines })));
    const detail = { ...event.detail, eventName: "MergeUsers", requestParameters: null };
    const unknown = { ...event, detail };
    await world.look(unknown);
    expect(world.calls).toContain("ListUsers");
    expect(await world.inventory.get("user", ines)).toBeUndefined();
    world.calls.length = 0;
    await world.look(unknown);
    expect(world.calls).toEqual([]);
  });
});

describe("permission sets, accounts and organizational units", () => {
  it("a permission set that is changed is read whole, in five calls", async () => {
    const world = await worldOfEvents();
    const arn = PermissionSetArnSchema.parse(
      permissionSetArnOf(world.office.identity.instanceArn, "ReadOnly"),
    );
    const event = only(
      await world.eventsOf(() =>
        world.office.center("PutInlinePolicyToPermissionSet", {
          PermissionSetArn: arn,
          InlinePolicy: '{"Version":"2012-10-17","Statement":[]}',
        }),
      ),
    );
    await world.look(event);
    expect(await world.inventory.get("permission-set", arn)).toMatchObject({
      fact: { inlinePolicy: '{"Version":"2012-10-17","Statement":[]}' },
      by: ADMINISTRATOR,
    });
    expect(world.calls).toHaveLength(5);
  });

  it("an account that is tagged", async () => {
    const world = await worldOfEvents();
    const event = only(
      await world.eventsOf(() =>
        world.office.organizations("TagResource", {
          ResourceId: PAYMENTS_PROD,
          Tags: [{ Key: "owner", Value: "somebody" }],
        }),
      ),
    );
    await world.look(event);
    expect(await world.inventory.get("account", PAYMENTS_PROD)).toMatchObject({
      fact: { tags: { owner: "somebody" } },
    });
  });

  it("an account that leaves goes with what the inventory says of it", async () => {
    const world = await worldOfEvents();
    const event = only(
      await world.eventsOf(() =>
        world.office.organizations("TagResource", {
          ResourceId: PAYMENTS_PROD,
          Tags: [{ Key: "a", Value: "b" }],
        }),
      ),
    );
    const detail = {
      ...event.detail,
      eventName: "RemoveAccountFromOrganization",
      requestParameters: { accountId: "999999999999" },
    };
    const id = AccountIdSchema.parse("999999999999");
    const seenAt = timestamp(world.clock.now());
    const seen = { since: seenAt, observedAt: seenAt };
    const permissionSetArn = PermissionSetArnSchema.parse(
      permissionSetArnOf(world.office.identity.instanceArn, "ReadOnly"),
    );
    await world.inventory.record({
      fact: {
        kind: "account",
        id,
        name: "left",
        state: "ACTIVE",
        organizationalUnits: [OrganizationalUnitIdSchema.parse("r-abcd")],
        tags: {},
      },
      ...seen,
    });
    await world.inventory.record({
      fact: { kind: "provisioning", accountId: id, permissionSetArn },
      ...seen,
    });
    await world.clock.advanceBy(1);
    await world.look({ ...event, detail });
    expect(await world.inventory.get("account", id)).toBeUndefined();
    expect(
      (await world.inventory.page({ kind: "provisioning", within: `${id}#` }, { limit: 1 })).facts,
    ).toEqual([]);
  });

  it("an account that is excluded now goes without a word, and its mark stays", async () => {
    const exclude = { organizationalUnits: [], accounts: [AccountIdSchema.parse(PAYMENTS_PROD)] };
    const world = await worldOfEvents({ exclude });
    const [held] = (
      await world.inventory.page({ kind: "assignment", within: `${PAYMENTS_PROD}#` }, { limit: 1 })
    ).facts;
    expect(held).toBeDefined();
    const before = world.inventory.announced.length;
    const event = only(
      await world.eventsOf(() =>
        world.office.organizations("TagResource", {
          ResourceId: PAYMENTS_PROD,
          Tags: [{ Key: "a", Value: "b" }],
        }),
      ),
    );
    await world.look(event);
    expect(await world.inventory.get("account", PAYMENTS_PROD)).toBeUndefined();
    expect(await world.inventory.get("excluded-account", PAYMENTS_PROD)).toBeDefined();
    expect(world.inventory.announced.slice(before)).toEqual([]);
  });

  it("an account with an integration of its own keeps what is in it when it is excluded, and however often that is told", async () => {
    const accountId = AccountIdSchema.parse(PAYMENTS_PROD);
    const exclude = { organizationalUnits: [], accounts: [accountId] };
    const world = await worldOfEvents({ exclude }, [anAccountIntegration({ accountId })]);
    const now = timestamp(world.clock.now());
    const arn = `arn:aws:iam::${accountId}:user/ada`;
    const fact = { kind: "iam-user", accountId, arn, name: "ada" } as const;
    await world.inventory.record({ fact, since: now, observedAt: now });
    const before = world.inventory.announced.length;
    const event = only(
      await world.eventsOf(() =>
        world.office.organizations("TagResource", {
          ResourceId: PAYMENTS_PROD,
          Tags: [{ Key: "a", Value: "b" }],
        }),
      ),
    );
    await world.look(event);
    expect((await world.inventory.get("account", accountId))?.fact.organizationalUnits).toEqual([]);
    const within = `${accountId}#`;
    const held = async (kind: "assignment" | "provisioning" | "iam-user") =>
      (await world.inventory.page({ kind, within }, { limit: 100 })).facts.length;
    expect([await held("assignment"), await held("provisioning"), await held("iam-user")]).toEqual([0, 0, 1]);
    expect(world.inventory.announced.slice(before)).toEqual([]);
    const { writes } = world.inventory;
    await world.look(event);
    expect(world.inventory.writes).toBe(writes);
  });

  it("a unit under a new name, with the paths of all that are below, for two calls and one for its tags", async () => {
    const world = await worldOfEvents();
    const units = (await world.inventory.page({ kind: "organizational-unit" }, { limit: 100 })).facts;
    const above = units.find(({ fact }) => fact.path === "/Workloads");
    const below = units.find(({ fact }) => fact.path === "/Workloads/Prod");
    const id = OrganizationalUnitIdSchema.parse(above?.fact.id);
    const event = only(
      await world.eventsOf(() =>
        world.office.organizations("UpdateOrganizationalUnit", {
          OrganizationalUnitId: id,
          Name: "Products",
        }),
      ),
    );
    await world.look(event);
    expect((await world.inventory.get("organizational-unit", id))?.fact.path).toBe("/Products");
    expect((await world.inventory.get("organizational-unit", below?.fact.id ?? ""))?.fact.path).toBe(
      "/Products/Prod",
    );
    expect(world.calls).toEqual(["ListParents", "ListOrganizationalUnitsForParent", "ListTagsForResource"]);
  });

  it.each(["/Workloads", "/"])("a unit's tags: %s", async (path) => {
    const world = await worldOfEvents();
    const units = (await world.inventory.page({ kind: "organizational-unit" }, { limit: 100 })).facts;
    const unit = units.find(({ fact }) => fact.path === path);
    const id = OrganizationalUnitIdSchema.parse(unit?.fact.id);
    const before = world.inventory.announced.length;
    const tagged = only(
      await world.eventsOf(() =>
        world.office.organizations("TagResource", {
          ResourceId: id,
          Tags: [{ Key: "owner", Value: "platform" }],
        }),
      ),
    );
    await world.look(tagged);
    const tags = async () => (await world.inventory.get("organizational-unit", id))?.fact.tags;
    expect(await tags()).toEqual({ owner: "platform" });
    expect((await world.inventory.get("organizational-unit", id))?.fact.path).toBe(path);
    const untagged = only(
      await world.eventsOf(() =>
        world.office.organizations("UntagResource", { ResourceId: id, TagKeys: ["owner"] }),
      ),
    );
    await world.look(untagged);
    expect(await tags()).toEqual({});
    // The tags that were there when somebody looked for the first time are nobody's change; that one went is.
    expect(world.inventory.announced.slice(before).map(({ type }) => type)).toEqual([
      "OrganizationalUnitChanged",
    ]);
  });

  it("a unit below others that nobody told of, with those alone: two calls each, and one for its own tags", async () => {
    const world = await worldOfEvents();
    const events = await world.eventsOf(async () => {
      let above = await rootIn(world);
      for (const Name of ["Regions", "Europe", "North"]) {
        await world.office.organizations("CreateOrganizationalUnit", { ParentId: above, Name });
        await world.clock.advanceBy(1_000);
        above = await unitNamed(world, Name);
      }
    });
    await world.look(events.at(-1));
    expect(world.calls).toEqual([
      ...Array.from({ length: 3 }, () => ["ListParents", "ListOrganizationalUnitsForParent"]).flat(),
      "ListTagsForResource",
    ]);
    expect(await pathsIn(world)).toEqual(
      expect.arrayContaining(["/Regions", "/Regions/Europe", "/Regions/Europe/North"]),
    );
    // The event tells who made the last of them, and of no other.
    const told = world.inventory.all.flatMap(({ fact, by }) =>
      fact.kind === "organizational-unit" && fact.path.startsWith("/Regions") ? [[fact.path, by]] : [],
    );
    expect(Object.fromEntries(told)).toEqual({
      "/Regions": undefined,
      "/Regions/Europe": undefined,
      "/Regions/Europe/North": ADMINISTRATOR,
    });
    world.calls.length = 0;
    await world.look(events[1]);
    expect(world.calls).toHaveLength(3);
  });

  it("a unit of an organization whose root no sync has seen yet, with the root", async () => {
    const world = await worldOfEvents();
    const root = await rootIn(world);
    await world.inventory.forget(
      { kind: "organizational-unit", id: root },
      { observedAt: timestamp(world.clock.now()) },
    );
    const event = only(
      await world.eventsOf(() =>
        world.office.organizations("CreateOrganizationalUnit", { ParentId: root, Name: "Regions" }),
      ),
    );
    await world.look(event);
    expect(world.calls).toEqual([
      "ListParents",
      "ListOrganizationalUnitsForParent",
      "ListRoots",
      "ListTagsForResource",
    ]);
    expect(await pathsIn(world)).toEqual(expect.arrayContaining(["/", "/Regions"]));
  });
});

describe("IAM within an account", () => {
  const accountId = AccountIdSchema.parse(PAYMENTS_PROD);
  const user = {
    kind: "iam-user",
    accountId,
    arn: `arn:aws:iam::${PAYMENTS_PROD}:user/robot`,
    name: "robot",
  } as const;
  const role: IamRoleFact = {
    kind: "iam-role",
    accountId,
    arn: `arn:aws:iam::${PAYMENTS_PROD}:role/deploy`,
    name: "deploy",
    assumableBy: [],
  };
  const eventOf = (eventName: string, account: string) => ({
    account,
    detail: {
      eventSource: "iam.amazonaws.com",
      eventName,
      eventTime: "2026-01-01T00:00:00Z",
      eventID: "1",
      readOnly: false,
      recipientAccountId: account,
      userIdentity: { arn: ADMINISTRATOR },
      requestParameters: { userName: "robot", roleName: "deploy" },
    },
  });

  it("a user comes and goes", async () => {
    const world = await worldOfEvents({ memberAccounts: true });
    world.iamUsers.set(accountId, [user]);
    expect(await world.look(eventOf("CreateUser", PAYMENTS_PROD))).toEqual({ outcome: "done" });
    const id = `${accountId}#${user.arn}`;
    expect(await world.inventory.get("iam-user", id)).toMatchObject({ fact: user, by: ADMINISTRATOR });
    world.iamUsers.set(accountId, []);
    await world.clock.advanceBy(1);
    await world.look(eventOf("DeleteUser", PAYMENTS_PROD));
    expect(await world.inventory.get("iam-user", id)).toBeUndefined();
  });

  /** An account of a connected organization in which there were a user and a role before anybody looked. */
  const withSomethingOld = async (subjects?: CoverageFact["subjects"]) => {
    const world = await worldOfEvents({ memberAccounts: true });
    world.iamUsers.set(accountId, [user]);
    world.iamRoles.set(accountId, [role]);
    if (subjects !== undefined) {
      const observedAt = timestamp(world.clock.now());
      const coverage = { kind: "coverage", accountId, subjects } as const;
      await world.inventory.record({ fact: coverage, since: observedAt, observedAt });
    }
    await world.clock.advanceBy(1);
    world.inventory.announced.length = 0;
    return {
      ...world,
      told: () => world.inventory.announced.map(({ type }) => type),
      coverage: async () =>
        (await world.inventory.page({ kind: "coverage" }, { limit: 1 })).facts[0]?.fact.subjects,
    };
  };

  it.each([
    ["never", undefined],
    ["to no end", { "iam-role": "begun" }],
    ["not since it was put back", { "iam-role": "left" }],
  ] as const)(
    "is not said to have appeared where something old is changed, and it was looked at: %s",
    async (_, subjects) => {
      const world = await withSomethingOld(subjects);
      await world.look(eventOf("UpdateAssumeRolePolicy", PAYMENTS_PROD));
      expect(await world.inventory.get("iam-role", `${accountId}#${role.arn}`)).toBeDefined();
      expect(world.told()).toEqual([]);
    },
  );

  it("is listed as looked at before anything of it is in the inventory, so that it goes once nobody looks", async () => {
    const world = await withSomethingOld();
    const record = world.inventory.record.bind(world.inventory);
    const listed: unknown[] = [];
    world.inventory.record = async (observed) => {
      if (observed.fact.kind === "iam-role") listed.push(await world.coverage());
      return record(observed);
    };
    await world.look(eventOf("UpdateAssumeRolePolicy", PAYMENTS_PROD));
    expect(listed).toEqual([{ "iam-role": "begun" }]);
  });

  it("is news where everything was looked at before, as is what a call makes anywhere", async () => {
    const known = await withSomethingOld({ "iam-role": "whole" });
    await known.look(eventOf("UpdateAssumeRolePolicy", PAYMENTS_PROD));
    expect(known.told()).toEqual(["IamRoleAppeared"]);
    const unknown = await withSomethingOld();
    await unknown.look(eventOf("CreateRole", PAYMENTS_PROD));
    expect(unknown.told()).toEqual(["IamRoleAppeared"]);
  });

  it("is known as a whole after a call that nobody knows, and nothing of it is said to have appeared", async () => {
    const world = await withSomethingOld();
    await world.look(eventOf("MergeRoles", PAYMENTS_PROD));
    expect(await world.inventory.get("iam-user", `${accountId}#${user.arn}`)).toBeDefined();
    expect(await world.inventory.get("iam-role", `${accountId}#${role.arn}`)).toBeDefined();
    expect(world.told()).toEqual([]);
    expect(await world.coverage()).toEqual({
      "iam-user": "whole",
      "iam-group": "whole",
      "iam-role": "whole",
    });
    const { writes } = world.inventory;
    await world.clock.advanceBy(1);
    await world.look(eventOf("UpdateAssumeRolePolicy", PAYMENTS_PROD));
    expect(world.inventory.writes).toBe(writes);
  });

  it("is nothing to the inventory where members are not looked into, or the account is unknown", async () => {
    const closed = await worldOfEvents();
    expect(await closed.look(eventOf("CreateUser", PAYMENTS_PROD))).toMatchObject({ outcome: "ignored" });
    const open = await worldOfEvents({ memberAccounts: true });
    expect(await open.look(eventOf("CreateUser", "999999999999"))).toMatchObject({ outcome: "ignored" });
    expect(open.inventory.all.filter(({ fact }) => fact.kind === "iam-user")).toEqual([]);
  });
});

describe("an event", () => {
  it("of a call in the account that Identity Center's administration is delegated to is looked into", async () => {
    const world = await worldOfEvents();
    const assignment = world.office.assignment(PAYMENTS_PROD, "ReadOnly", "ines");
    const event = only(await world.eventsOf(() => create(world.office, assignment)));
    const delegated = {
      ...event,
      account: DELEGATED_ADMINISTRATOR,
      detail: { ...event.detail, recipientAccountId: DELEGATED_ADMINISTRATOR },
    };
    expect(await world.look(delegated)).toEqual({ outcome: "done" });
    const id = idOf(world, PAYMENTS_PROD, "ReadOnly", "ines");
    expect(await world.inventory.get("assignment", id)).toMatchObject({ by: ADMINISTRATOR });
  });

  it("of an organization that nobody connected is ignored", async () => {
    const world = await worldOfEvents();
    const event = only(
      await world.eventsOf(() =>
        create(world.office, world.office.assignment(PAYMENTS_PROD, "ReadOnly", "ines")),
      ),
    );
    const foreign = {
      ...event,
      account: "999999999999",
      detail: { ...event.detail, recipientAccountId: "999999999999" },
    };
    expect(await world.look(foreign)).toEqual({
      outcome: "ignored",
      reason: "No integration covers account 999999999999",
    });
    expect(world.calls).toEqual([]);
  });

  it("that cannot be looked into for a reason that waiting does not heal is ignored, and says why", async () => {
    const world = await worldOfEvents();
    const event = only(
      await world.eventsOf(() =>
        create(world.office, world.office.assignment(PAYMENTS_PROD, "ReadOnly", "ines")),
      ),
    );
    const problem = {
      code: "access-denied",
      severity: "error",
      message: "AWS denied it.",
      fix: "Allow it.",
    } as const;
    world.entitlements.of = () => Promise.reject(new SourceProblem(problem));
    expect(await world.look(event)).toEqual({ outcome: "ignored", reason: "access-denied: AWS denied it." });
  });
});

describe("a batch of events", () => {
  it("goes on with the others while AWS is at one of them, and comes back to it within seconds", async () => {
    const world = await worldOfEvents();
    const slow = only(
      await world.eventsAtOnce(() =>
        create(world.office, world.office.assignment(PAYMENTS_PROD, "ReadOnly", "ines")),
      ),
    );
    const looked: string[] = [];
    const lookAtAll = lookAgainInRounds({
      clock: world.clock,
      look: async (event) => {
        looked.push(event === slow ? "slow" : "quick");
        return event === slow ? world.look(event) : { outcome: "done" };
      },
    });
    const outcomes = await world.settled(lookAtAll([slow, "quick"]));
    expect(outcomes).toEqual([{ outcome: "done" }, { outcome: "done" }]);
    expect(looked.slice(0, 2)).toEqual(["slow", "quick"]);
  });

  it("gives back what is not through after ten seconds, and what failed, and nothing else", async () => {
    const world = await worldOfEvents();
    const began = world.clock.now().getTime();
    const error = new Error("AWS does not answer");
    const lookAtAll = lookAgainInRounds({
      clock: world.clock,
      look: (event) =>
        event === "broken"
          ? Promise.reject(error)
          : Promise.resolve({ outcome: event === "slow" ? "later" : "done" }),
    });
    const outcomes = await world.settled(lookAtAll(["slow", "broken", "quick"]));
    expect(outcomes).toEqual([{ outcome: "later" }, { outcome: "failed", error }, { outcome: "done" }]);
    expect(world.clock.now().getTime() - began).toBe(10_000);
  });
});
