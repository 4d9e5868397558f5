import { describe, expect, it } from "vitest";
import { WORKS_FOR_MILLISECONDS } from "../../lambdas/core/use-cases/sync/run-sync.ts";
import { timestamp, type AccountId } from "../../lambdas/core/domain/ids.ts";
import { generateOrganization } from "../../local/organization-generator/generate.ts";
import { aUserFact } from "../support/facts.ts";
import { answered, refusal } from "./aws-under-test.ts";
import {
  account,
  anOrganization,
  group,
  MANAGEMENT,
  numbered,
  permissionSet,
  small,
  user,
} from "./organizations.ts";
import { syncUnderTest, type SyncUnderTest } from "./sync-under-test.ts";

/** Something of every kind appears, changes and vanishes. */
const change = async ({ aws }: SyncUnderTest): Promise<void> => {
  const { administrator, ids } = aws;
  await administrator.unassign({ account: "prod", permissionSet: "Read", user: "bela" });
  await administrator.unassign({ account: "dev", permissionSet: "Read", group: "oncall" });
  await administrator.assign({ account: "dev", permissionSet: "Power", user: "bela" });
  await administrator.assign({ account: "prod", permissionSet: "Read", user: "ada" });
  await administrator.identityStore("CreateUser", {
    UserName: "cleo",
    DisplayName: "Cleo",
    Name: { GivenName: "Cleo", FamilyName: "Ng" },
  });
  await administrator.identityStore("CreateGroup", { DisplayName: "new" });
  await administrator.organizations("CreateOrganizationalUnit", {
    ParentId: ids.unit("/Workloads"),
    Name: "Empty",
  });
  await administrator.identityCenter("UpdatePermissionSet", {
    PermissionSetArn: ids.permissionSet("Read"),
    Description: "Other words",
  });
};

/** Hours until a pass finished: one goes on where the one before it was left. */
const untilFinished = async (under: SyncUnderTest) => {
  for (let hour = 0; hour < 4; hour += 1) {
    const sync = await under.nextHour();
    if (sync.status === "finished") return sync;
  }
  throw new Error("No pass finished in four hours");
};

describe("an invocation that is killed", () => {
  it.each([true, false])(
    "after any single write or call leaves what the next pass makes whole (asking by principal: %s)",
    { timeout: 300_000 },
    async (mayAskByPrincipal) => {
      const prepared = async () => {
        const under = await syncUnderTest({ organization: small(), mayAskByPrincipal });
        await under.pass();
        await change(under);
        under.steps.length = 0;
        return under;
      };
      const whole = await prepared();
      await whole.nextHour();
      const steps = whole.steps.length;
      expect(steps).toBeGreaterThan(40);
      const expected = await whole.aws.everything();
      expect(whole.everything()).toEqual(expected);
      for (let last = 1; last <= steps; last += 1) {
        const under = await prepared();
        under.world.isKilledAfter = () => under.steps.length === last;
        await under.nextHour();
        under.world.isKilledAfter = () => false;
        const sync = await untilFinished(under);
        const seen = under.everything();
        expect({ last, seen }).toEqual({ last, seen: await under.aws.everything() });
        expect(sync.problems).toEqual([]);
        expect(seen).toHaveLength(expected.length);
      }
    },
  );

  it("ends its pass as failed with the reason, and a later one goes on with it", async () => {
    const under = await syncUnderTest({ organization: small() });
    under.world.isKilledAfter = ({ name }) => name.endsWith("ListGroups");
    const failed = await under.pass();
    expect(failed).toMatchObject({
      status: "failed",
      reason: { code: "unreachable" },
      checkpoint: { phase: "groups" },
    });
    expect(failed.status === "failed" && failed.reason.message).toContain("Runtime.ExitError");
    under.world.isKilledAfter = () => false;
    expect(await under.nextHour()).toMatchObject({ id: failed.id, status: "finished", baseline: true });
  });
});

describe("a pass that is taken up again", () => {
  const sets = numbered(20, "Set");
  const names = numbered(60, "account");
  const organization = () =>
    anOrganization({
      accounts: names.map((name, index) =>
        account(String(300_000_000_000 + index), name, `/Unit ${index % 5}`),
      ),
      users: [user("ada"), user("bela")],
      groups: numbered(120, "group").map((name) => group(name, "ada")),
      permissionSets: sets.map(permissionSet),
      assignments: names.flatMap((name, index) =>
        [0, 1, 2].map((more) => ({
          account: name,
          permissionSet: sets[(index + more) % sets.length] ?? "",
          user: "ada",
        })),
      ),
    });

  it(
    "does not start over: at most a tenth and a page of its calls are made twice",
    { timeout: 300_000 },
    async () => {
      const whole = await syncUnderTest({ organization: organization(), mayAskByPrincipal: false });
      await whole.pass();
      const calls = whole.aws.calls.length;
      expect(calls).toBeGreaterThan(400);
      for (let last = 60; last < calls; last += 60) {
        const under = await syncUnderTest({ organization: organization(), mayAskByPrincipal: false });
        under.world.isKilledAfter = ({ kind }) => kind === "call" && under.aws.calls.length === last;
        expect(await under.pass()).toMatchObject({ status: "finished" });
        expect(under.invocations.some(({ error }) => error?.name === "Runtime.ExitError")).toBe(true);
        expect(under.everything()).toEqual(whole.everything());
        expect(under.aws.calls.length).toBeLessThanOrEqual(1.1 * calls + 100);
      }
    },
  );

  it("is worked on by one execution: the other one notices and stops, and nothing is lost", async () => {
    for (const at of [3, 8, 14, 20, 25]) {
      const under = await syncUnderTest({ organization: small() });
      let seen = 0;
      under.aws.plan.insteadOf = async () => {
        seen += 1;
        if (seen === at) {
          const sync = await under.newest("identity");
          await under.syncs.put({ ...sync, version: sync.version + 1 });
          await under.machine.starter.start(sync.id, sync.version + 1);
        }
        return undefined;
      };
      expect(await under.pass()).toMatchObject({ status: "finished" });
      expect(await under.machine.statuses()).toEqual(["SUCCEEDED", "SUCCEEDED"]);
      expect(under.invocations.filter(({ error }) => error?.name === "ConcurrentModification")).toHaveLength(
        1,
      );
      expect(under.everything()).toEqual(await under.aws.everything());
    }
  });
});

describe("a pass that goes on after something else has changed", () => {
  const anotherInstance = ({ operation }: { readonly operation: string }) =>
    operation === "ListInstances"
      ? answered({
          Instances: [
            {
              InstanceArn: "arn:aws:sso:::instance/ssoins-00000000000000aa",
              IdentityStoreId: "d-00000000aa",
              OwnerAccountId: MANAGEMENT,
              Status: "ACTIVE",
            },
          ],
        })
      : undefined;

  /** A pass that failed at this call. */
  const failedAt = async (operation: string) => {
    const under = await syncUnderTest({ organization: small(), mayAskByPrincipal: false });
    await under.pass();
    under.aws.plan.insteadOf = (call) =>
      call.operation === operation ? refusal("ExpiredTokenException") : undefined;
    const failed = await under.nextHour();
    expect(failed).toMatchObject({ status: "failed", reason: { code: "credentials-expired" } });
    return { under, failed, before: under.everything() };
  };

  it.each([
    "ListOrganizationalUnitsForParent",
    "ListUsers",
    "DescribePermissionSet",
    "ListAccountAssignments",
  ])(
    "looks first whether it is the organization's Identity Center still: where it failed at %s",
    async (operation) => {
      const { under, failed, before } = await failedAt(operation);
      under.aws.plan.insteadOf = anotherInstance;
      const calls = under.aws.calls.length;
      expect(await under.nextHour()).toMatchObject({
        id: failed.id,
        status: "failed",
        reason: { code: "identity-center-not-found" },
      });
      expect(under.aws.calls.slice(calls).map((call) => call.operation)).toEqual(["ListInstances"]);
      expect(under.everything()).toEqual(before);
      under.aws.plan.insteadOf = undefined;
      expect(await under.nextHour()).toMatchObject({ id: failed.id, status: "finished", problems: [] });
    },
  );

  it("looks at the integration as it is now from the beginning", async () => {
    const { under, failed } = await failedAt("ListUsers");
    under.aws.plan.insteadOf = undefined;
    const dev = under.aws.ids.account("dev");
    await under.integrations.put({
      ...under.integration,
      version: 2,
      updatedAt: timestamp(under.clock.now()),
      exclude: { organizationalUnits: [], accounts: [dev] },
    });
    const sync = await under.nextHour();
    expect(sync.id).not.toBe(failed.id);
    expect(sync).toMatchObject({ status: "finished", baseline: false });
    expect(under.facts("account").map(({ id }) => id)).not.toContain(dev);
  });

  it.each(["identity", "resources"] as const)(
    "reads nothing with Lockstep's own permissions when the connector is gone: %s",
    async (scope) => {
      const under = await syncUnderTest({
        organization: small(),
        integration: {
          managementAccountId: "999999999999" as AccountId,
          connector: { roleArn: "arn:aws:iam::999999999999:role/LockstepConnector" },
          memberAccounts: true,
        },
      });
      await under.begin(scope);
      const { connector: _connector, ...withoutConnector } = under.integration;
      await under.integrations.put({ ...withoutConnector, version: 2 });
      await under.inTime(Promise.resolve());
      expect(await under.newest(scope)).toMatchObject({
        status: "failed",
        reason: { code: "connector-role-missing", accountId: "999999999999" },
      });
      expect(under.aws.calls).toEqual([]);
    },
  );
});

describe("the time of an invocation", () => {
  it(
    "ends after five minutes, and the next one goes on until all of it is read",
    { timeout: 300_000 },
    async () => {
      const organization = generateOrganization({
        accounts: 1_000,
        permissionSets: 40,
        setsPerAccount: 4,
        users: 400,
        groups: 150,
        assignments: 5_000,
        seed: 1,
      });
      const under = await syncUnderTest({ organization, mayAskByPrincipal: false });
      const sync = await under.pass();
      expect(sync).toMatchObject({ status: "finished", throttles: 0 });
      expect(sync.counts).toMatchObject({ account: 1_000, provisioning: 4_000, assignment: 5_000 });
      const seconds = under.invocations.map(({ begunAt, endedAt = Infinity }) => (endedAt - begunAt) / 1000);
      expect(seconds.length).toBeGreaterThan(2);
      // A page is under way when the five minutes end: a hundred calls, at five of them a second.
      for (const each of seconds) expect(each).toBeLessThan(WORKS_FOR_MILLISECONDS / 1000 + 30);
      expect(new Set(await under.machine.statuses())).toEqual(new Set(["SUCCEEDED"]));
      // Nothing is done twice when one goes on: each pair is asked about once.
      expect(under.callsOf("ListAccountAssignments")).toBe(4_000);
    },
  );

  /** No invocation goes on for longer than a listing takes that was begun in time, and all of them see what one would. */
  const isReadInTime = async (under: SyncUnderTest, atLeast: number) => {
    expect(await under.pass()).toMatchObject({ status: "finished", throttles: 0, problems: [] });
    expect(under.everything()).toEqual(await under.aws.everything());
    const milliseconds = under.invocations.map(({ begunAt, endedAt = Infinity }) => endedAt - begunAt);
    expect(milliseconds.length).toBeGreaterThanOrEqual(atLeast);
    for (const each of milliseconds) expect(each).toBeLessThan(WORKS_FOR_MILLISECONDS + 30_000);
  };

  it(
    "is not exceeded by 2,000 organizational units, as many as AWS lets there be",
    { timeout: 300_000 },
    async () => {
      const [top, of] = [20, 99];
      const paths = numbered(top, "Unit").flatMap((parent) =>
        numbered(of, "Team").map((child) => `/${parent}/${child}`),
      );
      const under = await syncUnderTest({
        organization: anOrganization({
          accounts: paths.map((path, index) => account(String(300_000_000_000 + index), `a${index}`, path)),
        }),
      });
      await isReadInTime(under, 3);
      // The root, the units, and their second to fifth pages of 20.
      const calls = 1 + 20 + 20 * of + 20 * 4;
      expect(under.callsOf("ListOrganizationalUnitsForParent")).toBe(calls);
      const { writes } = under.inventory;
      expect(await under.nextHour()).toMatchObject({ changes: { appeared: 0, changed: 0, vanished: 0 } });
      expect(under.inventory.writes).toBe(writes);
      expect(under.callsOf("ListRoots")).toBe(2);
    },
  );

  it("is not exceeded by 2,000 permission sets that nobody has read yet", { timeout: 300_000 }, async () => {
    const sets = Array.from({ length: 2_000 }, (_, index) => `Set-${String(index).padStart(4, "0")}`);
    const under = await syncUnderTest({
      organization: anOrganization({ permissionSets: sets.map(permissionSet) }),
    });
    await isReadInTime(under, 4);
    expect(under.callsOf("DescribePermissionSet")).toBe(2_000);
    expect(under.callsOf("GetInlinePolicyForPermissionSet")).toBe(2_000);
    expect(under.facts("permission-set")).toHaveLength(2_000);
  });

  it("is not exceeded by every permission set in every account", { timeout: 300_000 }, async () => {
    const names = numbered(60, "account");
    const sets = numbered(60, "Set");
    const under = await syncUnderTest({
      organization: anOrganization({
        accounts: names.map((name, index) => account(String(300_000_000_000 + index), name, "/")),
        users: [user("ada")],
        permissionSets: sets.map(permissionSet),
        assignments: ["management", ...names].flatMap((name) =>
          sets.map((set) => ({ account: name, permissionSet: set, user: "ada" })),
        ),
      }),
      mayAskByPrincipal: false,
    });
    await under.pass();
    under.invocations.length = 0;
    const sync = await under.nextHour();
    expect(sync).toMatchObject({ status: "finished", changes: { appeared: 0, vanished: 0 } });
    expect(sync.method?.chosen).toBe("every-pair");
    for (const { begunAt, endedAt = Infinity } of under.invocations)
      expect(endedAt - begunAt).toBeLessThan(WORKS_FOR_MILLISECONDS + 30_000);
  });
});

describe("looks that are written out of order", () => {
  it("bring back nothing that an event saw vanish after the pass had begun to look", async () => {
    const under = await syncUnderTest({ organization: small() });
    await under.pass();
    const ada = under.aws.ids.user("ada");
    under.world.around = (sources) => ({
      ...sources,
      directory: {
        ...sources.directory,
        users: async function* () {
          for await (const page of sources.directory.users()) {
            await under.inventory.forget(
              { kind: "user", id: ada },
              { observedAt: under.clock.now().toISOString() as never },
            );
            yield page;
          }
        },
      },
    });
    expect(await under.nextHour()).toMatchObject({ changes: { appeared: 0 } });
    expect(under.facts("user").map(({ id }) => id)).not.toContain(ada);
  });

  it("take nothing away that an event saw appear after the pass had begun to look", async () => {
    const under = await syncUnderTest({ organization: small() });
    await under.pass();
    const cleo = aUserFact("cleo");
    under.world.around = (sources) => ({
      ...sources,
      directory: {
        ...sources.directory,
        users: async function* () {
          for await (const page of sources.directory.users()) {
            const observedAt = under.clock.now().toISOString() as never;
            await under.inventory.record({ fact: cleo, since: observedAt, observedAt });
            yield page;
          }
        },
      },
    });
    expect(await under.nextHour()).toMatchObject({ changes: { vanished: 0 } });
    expect(under.facts("user")).toContainEqual(cleo);
  });
});
