import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AssignmentMethod } from "../../lambdas/core/domain/sync.ts";
import type { OrganizationFile } from "../../local/organization-file.ts";
import { refusal, type AssignmentOf } from "./aws-under-test.ts";
import {
  account,
  anOrganization,
  group,
  MANAGEMENT,
  numbered,
  permissionSet,
  user,
} from "./organizations.ts";
import { syncUnderTest } from "./sync-under-test.ts";

const USERS = numbered(4, "user");
const GROUPS = numbered(3, "group");
const SETS = numbered(5, "Set");
const ACCOUNTS = ["management", ...numbered(4, "account")];

const assignmentArbitrary: fc.Arbitrary<AssignmentOf> = fc
  .tuple(
    fc.constantFrom(...ACCOUNTS),
    fc.constantFrom(...SETS),
    fc.oneof(
      fc.constantFrom(...USERS).map((name) => ({ user: name })),
      fc.constantFrom(...GROUPS).map((name) => ({ group: name })),
    ),
  )
  .map(([name, set, who]) => ({ account: name, permissionSet: set, ...who }));

const assignmentsArbitrary = fc.uniqueArray(assignmentArbitrary, {
  maxLength: 25,
  selector: (one) => JSON.stringify(one),
});

/** So many accounts and permission sets besides, with nothing in them, that a method is the cheapest. */
const EMPTY: Readonly<Record<AssignmentMethod, { readonly accounts: number; readonly sets: number }>> = {
  "every-pair": { accounts: 0, sets: 0 },
  "by-account": { accounts: 0, sets: 4 },
  "by-permission-set": { accounts: 4, sets: 0 },
  "by-principal": { accounts: 0, sets: 0 },
};

/** The same for what the pass before is said to have counted. */
const COUNTED: Readonly<Record<AssignmentMethod, Readonly<Record<string, number>>>> = {
  "every-pair": { provisioning: 1_000, assignment: 100_000 },
  "by-account": { provisioning: 1, assignment: 100_000 },
  "by-permission-set": { provisioning: 1, assignment: 100_000 },
  "by-principal": { provisioning: 1_000, assignment: 1 },
};

const organizationOf = (
  method: AssignmentMethod,
  assignments: readonly AssignmentOf[],
  members: readonly string[],
): OrganizationFile =>
  anOrganization({
    accounts: [...ACCOUNTS.slice(1), ...numbered(EMPTY[method].accounts, "empty")].map((name, index) =>
      account(String(300_000_000_000 + index), name, index % 2 === 0 ? "/" : "/Unit"),
    ),
    users: USERS.map((name) => user(name)),
    groups: GROUPS.map((name) => group(name, ...members)),
    permissionSets: [...SETS, ...numbered(EMPTY[method].sets, "Empty")].map(permissionSet),
    assignments: [...assignments],
  });

const everyMethod: readonly AssignmentMethod[] = [
  "every-pair",
  "by-account",
  "by-permission-set",
  "by-principal",
];

const bodyOf =
  (method: AssignmentMethod) =>
  async (
    assignments: readonly AssignmentOf[],
    members: readonly string[],
    changes: readonly AssignmentOf[],
  ): Promise<void> => {
    const under = await syncUnderTest({
      organization: organizationOf(method, assignments, members),
      // Otherwise the count of the pairs may show that the principals are cheaper.
      mayAskByPrincipal: method === "by-principal",
      countsBefore: COUNTED[method],
    });
    expect((await under.pass()).method?.chosen).toBe(method);
    expect(under.everything()).toEqual(await under.aws.everything());
    const before = new Set(assignments.map((one) => JSON.stringify(one)));
    for (const change of changes) {
      if (before.has(JSON.stringify(change))) await under.aws.administrator.unassign(change);
      else await under.aws.administrator.assign(change);
    }
    expect(await under.nextHour()).toMatchObject({ status: "finished", method: { chosen: method } });
    expect(under.everything()).toEqual(await under.aws.everything());
    const { writes } = under.inventory;
    expect(await under.nextHour()).toMatchObject({ status: "finished" });
    expect(under.inventory.writes).toBe(writes);
  };

describe("assignments, however they are read", () => {
  it.each(everyMethod)(
    "are as AWS has them, by any change too, and an unchanged pass writes none of them: %s",
    { timeout: 120_000 },
    async (method) => {
      await fc.assert(
        fc.asyncProperty(assignmentsArbitrary, fc.subarray([...USERS]), assignmentsArbitrary, bodyOf(method)),
        { numRuns: 15, seed: 4 },
      );
    },
  );

  it("are looked at by the method that the pass says, and it says why", async () => {
    const operations: Readonly<Record<AssignmentMethod, string>> = {
      "every-pair": "ListAccountAssignments",
      "by-account": "ListPermissionSetsProvisionedToAccount",
      "by-permission-set": "ListAccountsForProvisionedPermissionSet",
      "by-principal": "ListAccountAssignmentsForPrincipal",
    };
    for (const method of everyMethod) {
      const under = await syncUnderTest({
        organization: organizationOf(
          method,
          [{ account: "account-000", permissionSet: "Set-000", user: "user-000" }],
          [],
        ),
        countsBefore: COUNTED[method],
      });
      const sync = await under.pass();
      expect(sync.method?.why).toContain(method);
      // The permission sets of the management account are looked at by any method.
      const least = method === "by-account" ? 2 : 1;
      expect(under.callsOf(operations[method])).toBeGreaterThanOrEqual(least);
      for (const other of everyMethod.filter((one) => one !== method && one !== "every-pair")) {
        expect(under.callsOf(operations[other])).toBe(other === "by-account" ? 1 : 0);
      }
    }
  });
});

describe("a permission set that was provisioned, and that nobody has", () => {
  const provisioned = async (method: AssignmentMethod) => {
    const under = await syncUnderTest({
      organization: organizationOf(
        method,
        [{ account: "account-000", permissionSet: "Set-000", user: "user-000" }],
        [],
      ),
      mayAskByPrincipal: method === "by-principal",
      countsBefore: COUNTED[method],
    });
    for (const account of ["account-001", "management"]) {
      await under.aws.administrator.identityCenter("ProvisionPermissionSet", {
        PermissionSetArn: under.aws.ids.permissionSet("Set-001"),
        TargetType: "AWS_ACCOUNT",
        TargetId: under.aws.ids.account(account),
      });
    }
    await under.aws.administrator.identityCenter("ListInstances", {});
    return under;
  };
  const placesIn = (under: Awaited<ReturnType<typeof provisioned>>) =>
    under.facts("provisioning").map(({ accountId }) => accountId);

  it.each(["by-account", "by-permission-set"] as const)("is in the inventory: %s", async (method) => {
    const under = await provisioned(method);
    await under.pass();
    expect(placesIn(under)).toHaveLength(3);
    expect(under.everything()).toEqual(await under.aws.everything());
  });

  it.each(["every-pair", "by-principal"] as const)(
    "is there for the management account alone, whose permission sets are listed: %s",
    async (method) => {
      const under = await provisioned(method);
      const sync = await under.pass();
      expect(sync.method?.chosen).toBe(method);
      expect(sync.counts).toMatchObject({ provisioning: 2, assignment: 1 });
      expect(placesIn(under)).toEqual([MANAGEMENT, under.aws.ids.account("account-000")]);
    },
  );
});

describe("a permission set that nobody has, in a pass that lists none, after one that listed it", () => {
  const NOBODYS = "account-001";

  const listedBefore = async (method: "every-pair" | "by-principal") => {
    const countsBefore = { ...COUNTED["by-permission-set"] };
    const under = await syncUnderTest({
      organization: organizationOf(
        "by-permission-set",
        [{ account: "account-000", permissionSet: "Set-000", user: "user-000" }],
        [],
      ),
      mayAskByPrincipal: method === "by-principal",
      countsBefore,
    });
    await under.aws.administrator.identityCenter("ProvisionPermissionSet", {
      PermissionSetArn: under.aws.ids.permissionSet("Set-001"),
      TargetType: "AWS_ACCOUNT",
      TargetId: under.aws.ids.account(NOBODYS),
    });
    expect(await under.pass()).toMatchObject({
      method: { chosen: "by-permission-set" },
      counts: { provisioning: 2 },
    });
    Object.assign(countsBefore, COUNTED[method]);
    return under;
  };
  const methods = ["every-pair", "by-principal"] as const;

  it.each(methods)("stays while AWS lists it, for one call: %s", async (method) => {
    const under = await listedBefore(method);
    const { writes } = under.inventory;
    const lists = under.callsOf("ListPermissionSetsProvisionedToAccount");
    expect(await under.nextHour()).toMatchObject({
      status: "finished",
      method: { chosen: method },
      counts: { provisioning: 2 },
      changes: { vanished: 0 },
    });
    expect(under.inventory.writes).toBe(writes);
    // Those of the management account are listed by any method.
    expect(under.callsOf("ListPermissionSetsProvisionedToAccount") - lists).toBe(2);
    expect(under.everything()).toEqual(await under.aws.everything());
  });

  it.each(methods)("vanishes when AWS lists it no more: %s", async (method) => {
    const under = await listedBefore(method);
    const one: AssignmentOf = { account: NOBODYS, permissionSet: "Set-001", user: "user-001" };
    await under.aws.administrator.assign(one);
    await under.aws.administrator.unassign(one);
    expect(await under.nextHour()).toMatchObject({ method: { chosen: method }, counts: { provisioning: 1 } });
    expect(under.everything()).toEqual(await under.aws.everything());
  });

  it.each(methods)("stays where AWS refuses the list, and the account is marked: %s", async (method) => {
    const under = await listedBefore(method);
    const accountId = under.aws.ids.account(NOBODYS);
    const added: AssignmentOf = { account: NOBODYS, permissionSet: "Set-002", user: "user-001" };
    await under.aws.administrator.assign(added);
    under.aws.plan.insteadOf = ({ operation, input }) =>
      operation === "ListPermissionSetsProvisionedToAccount" && input["AccountId"] === accountId
        ? refusal("AccessDeniedException")
        : undefined;
    expect(await under.nextHour()).toMatchObject({
      status: "finished",
      method: { chosen: method },
      problems: [{ code: "access-denied", accountId }],
      // What somebody has there now is provisioned, whether it is listed or not.
      counts: { provisioning: 3 },
    });
    const sets = under.facts("provisioning").filter((fact) => fact.accountId === accountId);
    expect(sets).toHaveLength(2);
    expect(under.facts("stale-account")).toMatchObject([{ accountId, scope: "identity" }]);
  });
});

describe("a pass that finds out how many pairs there are", () => {
  const sets = numbered(12, "Set");
  const accounts = numbered(20, "account");
  const organization = () =>
    anOrganization({
      accounts: accounts.map((name, index) => account(String(300_000_000_000 + index), name, "/")),
      users: [user("ada")],
      groups: numbered(20, "group").map((name) => group(name)),
      permissionSets: sets.map(permissionSet),
      assignments: accounts.flatMap((name) =>
        sets.map((set) => ({ account: name, permissionSet: set, group: "group-000" })),
      ),
    });

  it("goes over to the principals when they are cheaper, and notes that with its reason", async () => {
    const under = await syncUnderTest({ organization: organization() });
    const sync = await under.pass();
    expect(sync.method?.chosen).toBe("by-principal");
    expect(sync.method?.why).toMatch(/^After 5 of 12 lists 100 pairs were found/);
    expect(under.callsOf("ListAccountAssignments")).toBe(0);
    expect(under.callsOf("ListAccountAssignmentsForPrincipal")).toBe(23);
    expect(under.facts("assignment")).toHaveLength(240);
    expect(under.facts("assignment")).toEqual(
      (await under.aws.everything()).filter(({ kind }) => kind === "assignment"),
    );
  });

  it("asks about the pairs where it may not ask by principal, and says what would be needed", async () => {
    const under = await syncUnderTest({ organization: organization(), mayAskByPrincipal: false });
    const sync = await under.pass();
    expect(sync.method?.chosen).toBe("by-permission-set");
    expect(sync.method?.why).toContain("sso:ListAccountAssignmentsForPrincipal");
    expect(under.callsOf("ListAccountAssignments")).toBe(240);
    expect(under.facts("provisioning")).toHaveLength(240);
  });

  it("does not count the pairs anew in each pass after it went over", async () => {
    const under = await syncUnderTest({ organization: organization() });
    await under.pass();
    const lists = under.callsOf("ListAccountsForProvisionedPermissionSet");
    for (let hour = 0; hour < 3; hour += 1) {
      expect(await under.nextHour()).toMatchObject({
        status: "finished",
        method: { chosen: "by-principal" },
      });
    }
    expect(under.callsOf("ListAccountsForProvisionedPermissionSet")).toBe(lists);
  });
});

describe("what Lockstep's own grant or revoke leaves behind in a pair", () => {
  it("is found by a later pass, though the pair is provisioned no more", async () => {
    const organization = organizationOf(
      "by-permission-set",
      [{ account: "account-000", permissionSet: "Set-000", user: "user-000" }],
      [],
    );
    const under = await syncUnderTest({ organization, countsBefore: COUNTED["by-permission-set"] });
    await under.pass();
    await under.aws.administrator.unassign({
      account: "account-000",
      permissionSet: "Set-000",
      user: "user-000",
    });
    // The revoke is being verified while the pass comes by.
    under.world.entitlements = { of: () => Promise.resolve("unsettled") };
    await under.nextHour();
    expect(under.facts("assignment")).toHaveLength(1);
    under.world.entitlements = { of: () => Promise.resolve({ version: 3, heldBy: [] }) };
    await under.nextHour();
    expect(under.facts("assignment")).toEqual([]);
    await under.nextHour();
    expect(under.facts("provisioning")).toEqual([]);
  });
});
