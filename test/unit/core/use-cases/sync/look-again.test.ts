import { describe, expect, it } from "vitest";
import {
  AccountIdSchema,
  OrganizationalUnitIdSchema,
  PermissionSetArnSchema,
  RequestIdSchema,
  timestamp,
  UserIdSchema,
} from "../../../../../lambdas/core/domain/ids.ts";
import { SourceProblem } from "../../../../../lambdas/core/domain/inventory/problem.ts";
import { lookAgainInRounds } from "../../../../../lambdas/core/use-cases/sync/look-again-batch.ts";
import type { BusEvent } from "../../../../../local/events/event.ts";
import { permissionSetArnOf, userIdOf } from "../../../../../local/identity/ids.ts";
import { aRequestId } from "../../../../support/builders.ts";
import { create, LEDGER_PROD, PAYMENTS_PROD, remove } from "../../../local/identity/office.ts";
import { worldOfEvents } from "./look-again-world.ts";

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
      fact: { kind: "account", id, name: "left", state: "ACTIVE", organizationalUnits: [], tags: {} },
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

  it("a unit under a new name, with the paths of all that are below, for two calls", async () => {
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
    expect(world.calls).toEqual(["ListParents", "ListOrganizationalUnitsForParent"]);
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
      requestParameters: { userName: "robot" },
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

  it("is nothing to the inventory where members are not looked into, or the account is unknown", async () => {
    const closed = await worldOfEvents();
    expect(await closed.look(eventOf("CreateUser", PAYMENTS_PROD))).toMatchObject({ outcome: "ignored" });
    const open = await worldOfEvents({ memberAccounts: true });
    expect(await open.look(eventOf("CreateUser", "999999999999"))).toMatchObject({ outcome: "ignored" });
    expect(open.inventory.all.filter(({ fact }) => fact.kind === "iam-user")).toEqual([]);
  });
});

describe("an event", () => {
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
