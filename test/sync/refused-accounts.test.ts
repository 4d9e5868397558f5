import { describe, expect, it } from "vitest";
import { timestamp } from "../../lambdas/core/domain/ids.ts";
import type { AssignmentMethod } from "../../lambdas/core/domain/sync.ts";
import type { AssignmentOf, Call } from "./aws-under-test.ts";
import { refusal } from "./aws-under-test.ts";
import { account, anOrganization, numbered, permissionSet, user } from "./organizations.ts";
import { syncUnderTest, type Options, type SyncUnderTest } from "./sync-under-test.ts";

const MANAGEMENT = "111111111111";
const FIRST = "300000000000";
const SECOND = "300000000001";
const THIRD = "300000000002";
const NAMES = numbered(3, "account");
const SETS = numbered(4, "Set");

/** Everybody of the first two sets in each account. */
const organization = (accounts = NAMES) =>
  anOrganization({
    accounts: accounts.map((name, index) => account(String(300_000_000_000 + index), name, "/")),
    users: numbered(6, "user").map((name) => user(name)),
    permissionSets: SETS.map(permissionSet),
    assignments: accounts.flatMap((name) =>
      SETS.slice(0, 2).map((set) => ({ account: name, permissionSet: set, user: "user-000" })),
    ),
  });

/** What the pass before is said to have counted, so that a method is the cheapest. */
const COUNTED: Readonly<Record<Exclude<AssignmentMethod, "by-principal">, Record<string, number>>> = {
  "every-pair": { provisioning: 1_000, assignment: 100_000 },
  "by-account": { provisioning: 1, assignment: 100_000 },
  "by-permission-set": { provisioning: 1, assignment: 100_000 },
};

/** So many accounts and permission sets besides, with nothing in them, that the method is the cheapest. */
const readBy = (method: keyof typeof COUNTED, more: Partial<Options> = {}) => {
  const { accounts, identityCenter, ...rest } = organization();
  const sets = method === "by-account" ? numbered(4, "Empty") : [];
  const empty = method === "by-permission-set" ? numbered(4, "empty") : [];
  return syncUnderTest({
    organization: {
      ...rest,
      accounts: [
        ...accounts,
        ...empty.map((name, index) => account(String(400_000_000_000 + index), name, "/")),
      ],
      identityCenter: {
        ...identityCenter,
        permissionSets: [...identityCenter.permissionSets, ...sets.map(permissionSet)],
      },
    },
    mayAskByPrincipal: false,
    countsBefore: COUNTED[method],
    ...more,
  });
};

/** Refuses an operation about these accounts, and about every one if none is named. */
const refusing = (under: SyncUnderTest, operation: string, ...accounts: readonly string[]): void => {
  under.aws.plan.insteadOf = ({ operation: called, input }: Call) =>
    called === operation && (accounts.length === 0 || accounts.includes(String(input["AccountId"])))
      ? refusal("AccessDeniedException")
      : undefined;
};

const inAccount = (under: SyncUnderTest, id: string) =>
  under
    .everything()
    .filter((fact) => "accountId" in fact && fact.accountId === id && fact.kind !== "stale-account");

const there: AssignmentOf = { account: "account-001", permissionSet: "Set-002", user: "user-001" };
const besides: AssignmentOf = { account: "account-001", permissionSet: "Set-000", user: "user-001" };
const elsewhere: AssignmentOf = { account: "account-002", permissionSet: "Set-002", user: "user-001" };

/** The calls that each method makes about single accounts. */
const ownCalls = [
  ["by-account", "ListPermissionSetsProvisionedToAccount"],
  ["by-account", "ListAccountAssignments"],
  ["by-permission-set", "ListAccountAssignments"],
  ["every-pair", "ListAccountAssignments"],
] as const;

describe("an account whose own call AWS refuses", () => {
  it.each(ownCalls)(
    "is marked with the reason and stays as it was, and the others go on: %s, %s",
    async (method, operation) => {
      const under = await readBy(method);
      await under.pass();
      const before = inAccount(under, SECOND);
      expect(before).toHaveLength(4);
      for (const one of [elsewhere, there, besides]) await under.aws.administrator.assign(one);
      refusing(under, operation, SECOND);
      const sync = await under.nextHour();
      expect(sync).toMatchObject({
        status: "finished",
        method: { chosen: method },
        problems: [{ code: "access-denied", severity: "warning", accountId: SECOND }],
        moreProblems: 0,
      });
      expect(sync.problems[0]?.message).toContain(`Who has access to account ${SECOND} cannot be seen`);
      expect(under.facts("stale-account")).toEqual([
        { kind: "stale-account", accountId: SECOND, scope: "identity", problem: sync.problems[0] },
      ]);
      expect(inAccount(under, THIRD)).toHaveLength(6);
      // What another call than the refused one shows of it is seen.
      const refusedKind = operation === "ListAccountAssignments" ? "assignment" : "provisioning";
      expect(inAccount(under, SECOND).filter(({ kind }) => kind === refusedKind)).toEqual(
        before.filter(({ kind }) => kind === refusedKind),
      );

      const { writes } = under.inventory;
      for (let hour = 0; hour < 8; hour += 1)
        expect(await under.nextHour()).toMatchObject({ status: "finished" });
      expect(under.inventory.writes).toBe(writes);

      under.aws.plan.insteadOf = undefined;
      expect(await under.nextHour()).toMatchObject({ status: "finished", problems: [] });
      await under.nextHour();
      expect(under.everything()).toEqual(await under.aws.everything());
    },
  );

  it.each(ownCalls)(
    "is every account when it is refused from the first one on: the pass fails, and none is marked: %s, %s",
    async (method, operation) => {
      const under = await readBy(method);
      await under.pass();
      const before = under.everything();
      refusing(under, operation);
      const sync = await under.nextHour();
      expect(sync).toMatchObject({
        status: "failed",
        reason: { code: "access-denied" },
        changes: { vanished: 0 },
      });
      // The permission sets of the management account are looked at by every method, and by themselves.
      const marks = under.facts("stale-account").map(({ accountId }) => accountId);
      expect(marks).toEqual(operation === "ListPermissionSetsProvisionedToAccount" ? [MANAGEMENT] : []);
      expect(under.everything().filter(({ kind }) => kind !== "stale-account")).toEqual(before);
      under.aws.plan.insteadOf = undefined;
      expect(await under.nextHour()).toMatchObject({ id: sync.id, status: "finished" });
    },
  );

  it("may be one of more than a thousand: the pass comes to its end", { timeout: 120_000 }, async () => {
    const { identityCenter, ...rest } = organization(numbered(1_010, "account"));
    const under = await syncUnderTest({
      organization: {
        ...rest,
        identityCenter: { ...identityCenter, permissionSets: [permissionSet("Set-000")], assignments: [] },
      },
      mayAskByPrincipal: false,
      countsBefore: { provisioning: 10_000, assignment: 100_000 },
    });
    const last = under.aws.ids.account("account-1009");
    const observedAt = timestamp(new Date(0));
    await under.inventory.record({
      fact: { kind: "excluded-account", accountId: last, name: "account-1009" },
      since: observedAt,
      observedAt,
    });
    under.aws.plan.insteadOf = ({ operation, input }) =>
      operation === "ListAccountAssignments" && ![FIRST, MANAGEMENT].includes(String(input["AccountId"]))
        ? refusal("AccessDeniedException")
        : undefined;
    expect(await under.pass()).toMatchObject({ status: "finished", method: { chosen: "every-pair" } });
    expect(under.facts("stale-account")).toHaveLength(1_009);
    // Nobody saw who has something there: that it was excluded is not forgotten yet.
    expect(under.facts("excluded-account")).toHaveLength(1);
    under.aws.plan.insteadOf = undefined;
    expect(await under.nextHour()).toMatchObject({ status: "finished" });
    expect(under.facts("stale-account")).toEqual([]);
    expect(under.facts("excluded-account")).toEqual([]);
  });

  it("is told from every account when a later one is answered", async () => {
    const under = await readBy("every-pair");
    refusing(under, "ListAccountAssignments", MANAGEMENT, FIRST, SECOND);
    expect(await under.pass()).toMatchObject({ status: "finished" });
    expect(under.facts("stale-account").map(({ accountId }) => accountId)).toEqual([
      MANAGEMENT,
      FIRST,
      SECOND,
    ]);
    expect(new Set(under.facts("assignment").map(({ accountId }) => accountId))).toEqual(new Set([THIRD]));
  });

  it.each(["ListAccountAssignments", "ListPermissionSetsProvisionedToAccount"])(
    "does not hide that credentials are lost: %s",
    async (operation) => {
      const under = await readBy("by-account");
      await under.pass();
      under.aws.plan.insteadOf = ({ operation: called, input }) =>
        called === operation && input["AccountId"] === SECOND ? refusal("ExpiredTokenException") : undefined;
      expect(await under.nextHour()).toMatchObject({
        status: "failed",
        reason: { code: "credentials-expired" },
      });
      expect(under.facts("stale-account")).toEqual([]);
    },
  );

  it("may be the management account, and be excluded: its mark comes and goes with the refusal", async () => {
    const exclude = { organizationalUnits: [], accounts: [] as never[] };
    const under = await readBy("by-permission-set", { integration: { exclude } });
    await under.integrations.put({
      ...under.integration,
      version: 2,
      exclude: { organizationalUnits: [], accounts: [under.aws.ids.account("management")] },
    });
    refusing(under, "ListPermissionSetsProvisionedToAccount", MANAGEMENT);
    await under.pass();
    expect(under.facts("stale-account").map(({ accountId }) => accountId)).toEqual([MANAGEMENT]);
    const { writes } = under.inventory;
    for (let hour = 0; hour < 8; hour += 1) await under.nextHour();
    expect(under.inventory.writes).toBe(writes);
    under.aws.plan.insteadOf = undefined;
    await under.nextHour();
    expect(under.facts("stale-account")).toEqual([]);
  });

  it("is remembered by a pass that is killed and goes on", { timeout: 60_000 }, async () => {
    const accounts = numbered(150, "account");
    const under = await syncUnderTest({ organization: organization(accounts), mayAskByPrincipal: false });
    refusing(under, "ListAccountAssignments", FIRST);
    let killed = false;
    under.world.isKilledAfter = ({ name }) => {
      if (killed || !name.endsWith("ListAccountAssignments")) return false;
      killed = under.callsOf("ListAccountAssignments") === 250;
      return killed;
    };
    const sync = await under.pass();
    expect(killed).toBe(true);
    expect(sync).toMatchObject({ status: "finished", problems: [{ accountId: FIRST }] });
    expect(under.callsOf("ListAccountAssignments")).toBeLessThan(460);
    expect(under.facts("stale-account").map(({ accountId }) => accountId)).toEqual([FIRST]);
  });

  it.each([true, false])(
    "is found by the second look at what Lockstep had to do with, too (asking by principal: %s)",
    async (mayAskByPrincipal) => {
      const under = await syncUnderTest({
        organization: organization(),
        mayAskByPrincipal,
        countsBefore: mayAskByPrincipal
          ? { provisioning: 1_000, assignment: 1 }
          : COUNTED["by-permission-set"],
      });
      await under.pass();
      const before = inAccount(under, SECOND);
      for (const name of ["account-001", "account-002"]) {
        await under.aws.administrator.unassign({
          account: name,
          permissionSet: "Set-000",
          user: "user-000",
        });
      }
      under.world.entitlements = { of: () => Promise.resolve({ version: 3, heldBy: [] }) };
      refusing(under, "ListAccountAssignments", SECOND);
      expect(await under.nextHour()).toMatchObject({
        status: "finished",
        problems: [{ accountId: SECOND }],
        changes: { vanished: 1 },
      });
      expect(inAccount(under, SECOND)).toEqual(before);
      expect(inAccount(under, THIRD)).toHaveLength(2);
      under.aws.plan.insteadOf = undefined;
      for (let hour = 0; hour < 2; hour += 1) await under.nextHour();
      expect(under.everything()).toEqual(await under.aws.everything());
    },
  );

  it("does not keep somebody in the inventory who is gone from the directory", async () => {
    const under = await readBy("by-permission-set");
    await under.pass();
    refusing(under, "ListAccountAssignments", SECOND);
    await under.aws.administrator.identityStore("DeleteUser", { UserId: under.aws.ids.user("user-000") });
    expect(await under.nextHour()).toMatchObject({ status: "finished", problems: [{ accountId: SECOND }] });
    expect(under.facts("user").map(({ userName }) => userName)).not.toContain("user-000");
    expect(inAccount(under, SECOND)).toHaveLength(4);
  });
});

describe("asking by principal, where AWS refuses it", () => {
  const population = () => organization();
  const counted = { provisioning: 1_000, assignment: 1 };
  const BY_PRINCIPAL = "ListAccountAssignmentsForPrincipal";

  it("is left in the same pass for another method, and the pass says why", async () => {
    const under = await syncUnderTest({ organization: population(), countsBefore: counted });
    refusing(under, BY_PRINCIPAL);
    const sync = await under.pass();
    expect(sync).toMatchObject({
      status: "finished",
      method: { chosen: "every-pair" },
      problems: [{ code: "access-denied" }],
    });
    expect(sync.method?.why).toContain("AWS refused to be asked by principal");
    expect(sync.problems[0]?.message).toContain("sso:ListAccountAssignmentsForPrincipal");
    // One round of looks was under way.
    expect(under.callsOf(BY_PRINCIPAL)).toBeLessThanOrEqual(5);
    expect(under.everything()).toEqual(await under.aws.everything());
    expect(under.facts("stale-account")).toEqual([]);
  });

  it("is remembered by the pass when it fails for another reason, and tried again by the next one", async () => {
    const under = await syncUnderTest({ organization: population(), countsBefore: counted });
    under.aws.plan.insteadOf = ({ operation }) => {
      if (operation === BY_PRINCIPAL) return refusal("AccessDeniedException");
      return operation === "ListAccountAssignments" ? refusal("ExpiredTokenException") : undefined;
    };
    const failed = await under.pass();
    expect(failed).toMatchObject({ status: "failed", reason: { code: "credentials-expired" } });
    const calls = under.callsOf(BY_PRINCIPAL);
    under.aws.plan.insteadOf = undefined;
    expect(await under.nextHour()).toMatchObject({
      id: failed.id,
      status: "finished",
      method: { chosen: "every-pair" },
    });
    expect(under.callsOf(BY_PRINCIPAL)).toBe(calls);
    expect(await under.nextHour()).toMatchObject({ status: "finished", method: { chosen: "by-principal" } });
    expect(under.everything()).toEqual(await under.aws.everything());
  });

  it("is no reason to go over to the principals again when pairs turn out to be many", async () => {
    const accounts = numbered(20, "account");
    const sets = numbered(12, "Set");
    const under = await syncUnderTest({
      organization: anOrganization({
        accounts: accounts.map((name, index) => account(String(300_000_000_000 + index), name, "/")),
        users: numbered(15, "user").map((name) => user(name)),
        permissionSets: sets.map(permissionSet),
        assignments: accounts.flatMap((name) =>
          sets.map((set) => ({ account: name, permissionSet: set, user: "user-000" })),
        ),
      }),
    });
    refusing(under, BY_PRINCIPAL);
    expect(await under.pass()).toMatchObject({ status: "finished", method: { chosen: "by-permission-set" } });
    expect(under.callsOf(BY_PRINCIPAL)).toBeLessThanOrEqual(5);
    expect(under.facts("assignment")).toHaveLength(240);
  });

  it("is left when the integration is connected in another way while a pass is under way", async () => {
    const under = await syncUnderTest({ organization: population(), countsBefore: counted });
    under.aws.plan.insteadOf = ({ operation }) =>
      operation === BY_PRINCIPAL ? refusal("ExpiredTokenException") : undefined;
    const failed = await under.pass();
    expect(failed).toMatchObject({ status: "failed", method: { chosen: "by-principal" } });
    under.world.around = ({ assignments, ...sources }) => {
      const { assignmentsOfPrincipal: _refused, ...rest } = assignments;
      return { ...sources, assignments: rest };
    };
    expect(await under.nextHour()).toMatchObject({
      id: failed.id,
      status: "finished",
      method: { chosen: "every-pair" },
    });
    expect(under.facts("assignment")).toHaveLength(6);
  });
});
