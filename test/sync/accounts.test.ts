import { describe, expect, it } from "vitest";
import { RetryableError } from "../../lambdas/core/domain/errors.ts";
import { AccountIdSchema, timestamp, type AccountId } from "../../lambdas/core/domain/ids.ts";
import type { FactKind, IamRoleFact, IamUserFact } from "../../lambdas/core/domain/inventory/facts.ts";
import { SourceProblem, type Problem } from "../../lambdas/core/domain/inventory/problem.ts";
import type { OrganizationIntegration } from "../../lambdas/core/domain/integration.ts";
import { aResourceFact } from "../support/facts.ts";
import { anAccountIntegration } from "../support/integrations.ts";
import { account, anOrganization, numbered } from "./organizations.ts";
import { syncUnderTest, type SyncUnderTest } from "./sync-under-test.ts";

const iamUser = (accountId: AccountId, name: string): IamUserFact => ({
  kind: "iam-user",
  accountId,
  arn: `arn:aws:iam::${accountId}:user/${name}`,
  name,
});

const iamRole = (accountId: AccountId, name: string): IamRoleFact => ({
  kind: "iam-role",
  accountId,
  arn: `arn:aws:iam::${accountId}:role/${name}`,
  name,
  assumableBy: [],
});

const missingRole = (accountId: AccountId): SourceProblem => {
  const problem: Problem = {
    code: "member-role-missing",
    severity: "warning",
    accountId,
    message: `Account ${accountId} has no member role.`,
    fix: "Deploy the StackSet there.",
  };
  return new SourceProblem(problem);
};

/** Sixty accounts, three slices of them, each with two pages of users, a role, and a bucket. */
const manyAccounts = async (): Promise<SyncUnderTest> => {
  const under = await syncUnderTest({
    organization: anOrganization({
      accounts: numbered(59, "account").map((name, index) =>
        account(String(300_000_000_000 + index), name, "/", index === 7 ? { state: "SUSPENDED" } : {}),
      ),
    }),
    integration: { memberAccounts: true },
  });
  await under.pass("identity");
  for (const { id } of under.facts("account")) {
    const inside = under.accounts.of(id);
    inside.iamUsers = [[iamUser(id, "ada"), iamUser(id, "bela")], [iamUser(id, "cleo")]];
    inside.iamRoles = [[iamRole(id, "deploy")]];
    inside.resources = [aResourceFact(1, "s3-bucket", `bucket-of-${id}`, { accountId: id })];
  }
  return under;
};

const countOf = (under: SyncUnderTest, kind: FactKind, accountId?: string): number =>
  under
    .facts(kind)
    .filter((fact) => accountId === undefined || ("accountId" in fact && fact.accountId === accountId))
    .length;

const SUSPENDED = "300000000007";
const BROKEN = "300000000030";

describe("a pass over the accounts themselves", () => {
  it("looks into each of them once, in slices, and sums up what they came to", async () => {
    const under = await manyAccounts();
    const sync = await under.pass("resources");
    expect(sync).toMatchObject({
      status: "finished",
      baseline: true,
      problems: [],
      moreProblems: 0,
      // 59 active ones: three users, a role and a bucket each.
      changes: { appeared: 59 * 5, changed: 0, vanished: 0 },
    });
    expect(under.invocations.filter((one) => one.function === "sync-accounts")).toHaveLength(3);
    expect(new Set(under.accounts.lookedInto).size).toBe(59);
    expect(under.accounts.lookedInto).toHaveLength(59);
    expect(countOf(under, "iam-user")).toBe(59 * 3);
    expect(sync.calls).toEqual({ "iam:List": 59 * 5 });
  });

  it("writes nothing but its own record when nothing has changed", async () => {
    const under = await manyAccounts();
    await under.pass("resources");
    const { writes } = under.inventory;
    await under.clock.advanceBy(6 * 3_600_000);
    expect(await under.pass("resources")).toMatchObject({
      changes: { appeared: 0, changed: 0, vanished: 0 },
    });
    expect(under.inventory.writes).toBe(writes);
  });

  it("marks a suspended account stale, and asks AWS nothing about it", async () => {
    const under = await manyAccounts();
    const sync = await under.pass("resources");
    expect(under.accounts.lookedInto).not.toContain(SUSPENDED);
    expect(under.facts("stale-account")).toMatchObject([
      { accountId: SUSPENDED, scope: "resources", problem: { code: "account-suspended" } },
    ]);
    expect(sync.problems).toEqual([]);
  });

  it("looks into no slice twice when it is taken up again", async () => {
    const under = await manyAccounts();
    under.world.isKilledAfter = ({ name }) => name === "put" && under.accounts.lookedInto.length === 59;
    expect((await under.pass("resources")).status).not.toBe("finished");
    under.world.isKilledAfter = () => false;
    await under.clock.advanceBy(3_600_000);
    const sync = await under.pass("resources");
    expect(sync).toMatchObject({ status: "finished", problems: [], changes: { appeared: 59 * 5 } });
    expect(under.accounts.lookedInto).toHaveLength(59);
  });

  it("is tried again where an invocation was killed", async () => {
    const under = await manyAccounts();
    let isKilled = false;
    under.world.isKilledAfter = ({ kind }) => {
      if (kind !== "call" || isKilled || under.accounts.lookedInto.length < 40) return false;
      isKilled = true;
      return true;
    };
    expect(await under.pass("resources")).toMatchObject({ status: "finished", problems: [] });
    expect(isKilled).toBe(true);
    expect(countOf(under, "iam-user")).toBe(59 * 3);
  });

  it("tells of accounts whose invocations are killed each time, and looks into them with the next pass", async () => {
    const under = await manyAccounts();
    under.world.isKilledAfter = ({ name }) => name !== "put" && under.accounts.lookedInto.length >= 40;
    const first = await under.pass("resources");
    under.world.isKilledAfter = () => false;
    expect(first.status).toBe("finished");
    expect(first.problems.at(-1)?.message).toMatch(/^\d+ accounts were not looked into/);
    expect(countOf(under, "iam-user")).toBeLessThan(59 * 3);
    await under.clock.advanceBy(6 * 3_600_000);
    expect(await under.pass("resources")).toMatchObject({ status: "finished", problems: [] });
    expect(countOf(under, "iam-user")).toBe(59 * 3);
  });
});

const longestOf = (under: SyncUnderTest): number =>
  Math.max(...under.invocations.map(({ begunAt, endedAt = begunAt }) => endedAt - begunAt));

const timesLookedInto = (under: SyncUnderTest, accountId: string): number =>
  under.accounts.lookedInto.filter((id) => id === accountId).length;

describe("a slice of accounts", () => {
  it("that takes longer than a function may is gone on with, and each account is looked into once", async () => {
    const under = await manyAccounts();
    // Five calls of twelve seconds: a minute for each account, 25 minutes for a slice.
    under.accounts.latencyOf = () => 12_000;
    const sync = await under.pass("resources");
    expect(sync).toMatchObject({ status: "finished", problems: [], changes: { appeared: 59 * 5 } });
    expect(under.accounts.lookedInto).toHaveLength(59);
    expect(new Set(under.accounts.lookedInto).size).toBe(59);
    // A third of the function's time, and the account that is under way then.
    expect(longestOf(under)).toBeLessThanOrEqual(300_000 + 60_000);
    expect(under.invocations.filter((one) => one.function === "sync-accounts").length).toBeGreaterThan(10);
    expect(under.invocations.filter(({ error }) => error !== undefined)).toEqual([]);
  });

  it("goes on behind the last account that was noted when an invocation was killed", async () => {
    const under = await manyAccounts();
    let isKilled = false;
    under.world.isKilledAfter = ({ kind }) => {
      if (kind !== "call" || isKilled || under.accounts.lookedInto.length < 40) return false;
      isKilled = true;
      return true;
    };
    const sync = await under.pass("resources");
    expect(sync).toMatchObject({ status: "finished", problems: [] });
    // The one that it was killed in, and no other.
    expect(under.accounts.lookedInto).toHaveLength(60);
    expect(new Set(under.accounts.lookedInto).size).toBe(59);
  });

  it("leaves accounts alone that no invocation gets through, says so, and looks into the others", async () => {
    const under = await manyAccounts();
    const endless = ["300000000030", "300000000031", "300000000033"];
    under.world.isKilledAfter = ({ name }) => endless.some((id) => name.endsWith(` of ${id}`));
    const sync = await under.pass("resources");
    expect(sync).toMatchObject({
      status: "finished",
      problems: endless.map((accountId) => ({ code: "unreachable", accountId })),
    });
    expect(sync.problems[0]?.message).toBe("3 attempts to look into account 300000000030 came to no end.");
    for (const id of under.facts("account").map((fact) => fact.id))
      expect({ id, times: timesLookedInto(under, id) }).toEqual({
        id,
        times: endless.includes(id) ? 3 : id === SUSPENDED ? 0 : 1,
      });
    expect(under.facts("stale-account").map(({ accountId }) => accountId)).toEqual([SUSPENDED, ...endless]);
  });

  it("lets no account pay for retries that others needed", async () => {
    const under = await manyAccounts();
    under.accounts.latencyOf = () => 12_000;
    // Killed after each account, when it tells of it.
    under.world.isKilledAfter = ({ name }) => name === "put" && under.accounts.lookedInto.length > 0;
    await under.pass("resources");
    under.world.isKilledAfter = () => false;
    expect(under.facts("stale-account").map(({ accountId }) => accountId)).toEqual([SUSPENDED]);
  });

  it("is cut anew when the pass is taken up: accounts came and went, and each is looked into and counted once", async () => {
    const under = await manyAccounts();
    under.accounts.latencyOf = () => 12_000;
    // Killed after each account, until the machine gives up; and what should have said so, too.
    under.world.isKilledAfter = ({ name }) => name === "put" && under.accounts.lookedInto.length > 0;
    await under.pass("resources");
    under.world.isKilledAfter = () => false;
    const before = [...under.accounts.lookedInto];
    expect(before.length).toBeGreaterThan(20);
    expect(before.length).toBeLessThan(40);
    const [first] = under.facts("account");
    const kept = under.facts("account").find(({ id }) => !before.includes(id) && id !== SUSPENDED);
    if (first === undefined || kept === undefined) throw new Error("Some accounts are left");
    const observedAt = timestamp(under.clock.now());
    const joined = AccountIdSchema.parse("299999999999");
    await under.inventory.record({ fact: { ...first, id: joined }, since: observedAt, observedAt });
    for (const id of [kept.id, before[0] ?? ""])
      await under.inventory.forget({ kind: "account", id }, { observedAt });
    await under.clock.advanceBy(3_600_000);
    const sync = await under.pass("resources");
    expect(sync).toMatchObject({ status: "finished", problems: [], changes: { appeared: 58 * 5 } });
    expect(under.accounts.lookedInto).toHaveLength(59);
    expect(new Set(under.accounts.lookedInto).size).toBe(59);
    expect(under.accounts.lookedInto).toContain(joined);
    expect(under.accounts.lookedInto).not.toContain(kept.id);
  });
});

describe("one account's failure", () => {
  it.each([
    ["no way in", (id: AccountId) => missingRole(id), "member-role-missing"],
    [
      "no answer",
      () => new RetryableError("ProviderUnavailable", "iam:ListUsers: connect ETIMEDOUT"),
      "unreachable",
    ],
    ["a defect of Lockstep", () => new TypeError("x is undefined"), "unreachable"],
  ] as const)(
    "(%s) marks that account stale with the reason, and the others are fine; success takes the mark away",
    async (_failure, error, code) => {
      const under = await manyAccounts();
      await under.pass("resources");
      for (const { id } of under.facts("account"))
        under.accounts.of(id).iamRoles = [[iamRole(id, "operate")]];
      under.accounts.breaks = (id) => {
        if (id === BROKEN) throw error(id);
      };
      await under.clock.advanceBy(6 * 3_600_000);
      const sync = await under.pass("resources");
      expect(sync).toMatchObject({ status: "finished", problems: [{ code, accountId: BROKEN }] });
      const stale = () => under.facts("stale-account").filter(({ accountId }) => accountId !== SUSPENDED);
      expect(stale()).toMatchObject([{ accountId: BROKEN, problem: { code } }]);
      // What was known of it stays as it was.
      const rolesOf = (id: string) =>
        under.facts("iam-role").flatMap(({ accountId, name }) => (accountId === id ? [name] : []));
      expect(rolesOf(BROKEN)).toEqual(["deploy"]);
      expect(rolesOf("300000000031")).toEqual(["operate"]);
      expect(sync.changes).toEqual({ appeared: 58, changed: 0, vanished: 58 });

      under.accounts.breaks = () => undefined;
      await under.clock.advanceBy(6 * 3_600_000);
      expect(await under.pass("resources")).toMatchObject({ status: "finished", problems: [] });
      expect(stale()).toEqual([]);
      expect(rolesOf(BROKEN)).toEqual(["operate"]);
    },
  );

  it.each([
    ["iamUsers", "iam-user", 1],
    ["iamRoles", "iam-role", 0],
    ["resources", "resource", 0],
  ] as const)(
    "of %s alone lets no %s vanish, and the other kinds are looked at",
    async (listing, kind, page) => {
      const under = await manyAccounts();
      await under.pass("resources");
      const before = countOf(under, kind, BROKEN);
      const inside = under.accounts.of(BROKEN as AccountId);
      inside.iamUsers = inside.iamUsers.map((users, index) => (index === 0 ? users.slice(1) : []));
      inside.iamRoles = [];
      inside.resources = [];
      under.accounts.breaks = (id, of, at) => {
        if (id === BROKEN && of === listing && at === page) throw missingRole(id);
      };
      await under.clock.advanceBy(6 * 3_600_000);
      await under.pass("resources");
      const left = { "iam-user": 1, "iam-role": 0, resource: 0, [kind]: before };
      for (const one of ["iam-user", "iam-role", "resource"] as const)
        expect({ one, left: countOf(under, one, BROKEN) }).toEqual({ one, left: left[one] });
    },
  );

  it("of a region lets no resource of that region vanish", async () => {
    const under = await manyAccounts();
    await under.pass("resources");
    const inside = under.accounts.of(BROKEN as AccountId);
    inside.resources = [];
    inside.regions = ["us-east-1"];
    await under.clock.advanceBy(6 * 3_600_000);
    await under.pass("resources");
    expect(countOf(under, "resource", BROKEN)).toBe(1);
  });
});

describe("the end of a pass over accounts", () => {
  it("comes although an invocation that was thought lost tells how far it is meanwhile", async () => {
    const under = await manyAccounts();
    let isTold = false;
    under.world.isKilledAfter = ({ name }) => {
      const summing = under.invocations.filter((one) => one.function === "sync").length === 2;
      const [sync] = under.syncs.all.slice(-1);
      // Behind what *Sync* writes when it begins, and before what it writes at the end.
      if (name === "put" && summing && !isTold && sync?.status === "running") {
        isTold = true;
        void under.syncs.put({ ...sync, version: sync.version + 1, done: sync.done + 1 });
      }
      return false;
    };
    expect(await under.pass("resources")).toMatchObject({
      status: "finished",
      problems: [],
      changes: { appeared: 59 * 5 },
    });
    expect(isTold).toBe(true);
  });
});

describe("accounts that join or leave during a pass over them", () => {
  it("are looked into with the next pass, and those that were there are looked into in this one", async () => {
    const under = await manyAccounts();
    const before = under.facts("account").map(({ id }) => id);
    let isDone = false;
    under.accounts.breaks = () => {
      if (isDone) return;
      isDone = true;
      const observedAt = under.clock.now().toISOString() as never;
      void under.inventory.forget({ kind: "account", id: "300000000003" }, { observedAt });
      const [first] = under.facts("account");
      if (first === undefined) return;
      const joined = { ...first, id: "300000000029" as AccountId };
      void under.inventory.record({
        fact: { ...joined, id: "299999999999" as AccountId },
        since: observedAt,
        observedAt,
      });
    };
    // That somebody left is no failure, and who joined is the next pass's.
    expect(await under.pass("resources")).toMatchObject({ status: "finished", problems: [] });
    const missed = before.filter(
      (id) => ![SUSPENDED, "300000000003"].includes(id) && !under.accounts.lookedInto.includes(id),
    );
    expect(missed).toEqual([]);
    await under.clock.advanceBy(6 * 3_600_000);
    await under.pass("resources");
    expect(under.accounts.lookedInto).toContain("299999999999");
  });
});

/** What was announced since, by type. */
const announcedIn = async (
  under: SyncUnderTest,
  work: () => Promise<unknown>,
): Promise<readonly string[]> => {
  const before = under.inventory.announced.length;
  await work();
  return [...new Set(under.inventory.announced.slice(before).map(({ type }) => type))].toSorted();
};

const change = async (under: SyncUnderTest, overrides: Partial<OrganizationIntegration>): Promise<void> => {
  const { version } = (await under.integrations.get(under.integration.name)) ?? under.integration;
  await under.integrations.put({ ...under.integration, ...overrides, version: version + 1 });
};

const HOURS = 3_600_000;

describe("what is looked at for the first time", () => {
  it("was there already: nobody is told, whichever pass it is", async () => {
    const under = await manyAccounts();
    expect(await announcedIn(under, () => under.pass("resources"))).toEqual([]);
    const id = "300000000011" as AccountId;
    under.accounts.of(id).resources = [
      ...under.accounts.of(id).resources,
      aResourceFact(1, "sqs-queue", "orders", { accountId: id }),
    ];
    await change(under, { resourceTypes: ["s3-bucket", "sqs-queue"] });
    await under.clock.advanceBy(6 * HOURS);
    expect(await announcedIn(under, () => under.pass("resources"))).toEqual([]);
    expect(countOf(under, "resource", id)).toBe(2);
    // From now on, what appears is news, in an account that had none of it, too.
    const other = "300000000012" as AccountId;
    under.accounts.of(other).resources = [
      ...under.accounts.of(other).resources,
      aResourceFact(1, "sqs-queue", "invoices", { accountId: other }),
    ];
    await under.clock.advanceBy(6 * HOURS);
    expect(await announcedIn(under, () => under.pass("resources"))).toEqual(["ResourceAppeared"]);
  });

  it("is an account that was left out so far, as a whole", async () => {
    const under = await manyAccounts();
    const left = "300000000011" as AccountId;
    await change(under, { exclude: { accounts: [left], organizationalUnits: [] } });
    await under.pass("identity");
    await under.pass("resources");
    expect(under.accounts.lookedInto).not.toContain(left);
    await change(under, {});
    await under.clock.advanceBy(6 * HOURS);
    await under.pass("identity");
    expect(await announcedIn(under, () => under.pass("resources"))).toEqual([]);
    expect(countOf(under, "iam-user", left)).toBe(3);
  });

  it("is what a look that failed, or died, could not show before", async () => {
    const under = await manyAccounts();
    under.accounts.breaks = (id, of) => {
      if (id === BROKEN && of === "iamRoles") throw missingRole(id);
    };
    await under.pass("resources");
    under.accounts.breaks = () => undefined;
    await under.clock.advanceBy(6 * HOURS);
    expect(await announcedIn(under, () => under.pass("resources"))).toEqual([]);
    expect(countOf(under, "iam-role", BROKEN)).toBe(1);
    const inside = under.accounts.of(BROKEN as AccountId);
    inside.iamRoles = [[...(inside.iamRoles[0] ?? []), iamRole(BROKEN as AccountId, "admin")]];
    await under.clock.advanceBy(6 * HOURS);
    expect(await announcedIn(under, () => under.pass("resources"))).toEqual(["IamRoleAppeared"]);
  });

  it("is what has no tags, when it was only looked for by tags so far", async () => {
    const under = await manyAccounts();
    const inside = under.accounts.of(BROKEN as AccountId);
    const tagged = aResourceFact(1, "s3-bucket", "tagged", {
      accountId: BROKEN as AccountId,
      tags: { team: "payments" },
    });
    const untagged = inside.resources;
    Object.assign(inside, { resources: [], untagged: false });
    await under.pass("resources");
    // Among what has tags, what appears is news.
    inside.resources = [tagged];
    await under.clock.advanceBy(6 * HOURS);
    expect(await announcedIn(under, () => under.pass("resources"))).toEqual(["ResourceAppeared"]);
    // Somebody enabled Resource Explorer, as the problem said.
    Object.assign(inside, { resources: [tagged, ...untagged], untagged: true });
    await under.clock.advanceBy(6 * HOURS);
    expect(await announcedIn(under, () => under.pass("resources"))).toEqual([]);
    expect(countOf(under, "resource", BROKEN)).toBe(2);
  });

  it("stays so when the invocation that looked is killed half-way", async () => {
    const under = await manyAccounts();
    let kills = 0;
    under.world.isKilledAfter = ({ name }) => {
      if (name !== "record" || kills > 0 || countOf(under, "iam-user", BROKEN) === 0) return false;
      kills += 1;
      return true;
    };
    expect(await announcedIn(under, () => under.pass("resources"))).toEqual([]);
    expect(kills).toBe(1);
    expect([countOf(under, "iam-user", BROKEN), countOf(under, "iam-role", BROKEN)]).toEqual([3, 1]);
  });
});

describe("an account alone, by an integration of its own", () => {
  const outside = AccountIdSchema.parse("900000000001");
  const own = anAccountIntegration({
    accountId: outside,
    connector: { roleArn: `arn:aws:iam::${outside}:role/lockstep/lockstep-member` },
  });
  const connected = async () => {
    const under = await manyAccounts();
    await under.integrations.put(own);
    return under;
  };
  const passOf = async (under: SyncUnderTest) => {
    await under.nextHour("resources");
    const { items } = await under.syncs.list({ integration: own.name, scope: "resources" }, { limit: 1 });
    return items[0];
  };
  const nobodyGetsIn = (under: SyncUnderTest) => {
    under.accounts.breaks = (id) => {
      if (id === outside) throw missingRole(id);
    };
  };
  const writtenOf = (under: SyncUnderTest) =>
    under
      .everything()
      .filter((fact) => ("accountId" in fact ? fact.accountId : "id" in fact && fact.id) === outside);

  it("that lets nobody in is no fact, and the pass fails for that reason", async () => {
    const under = await connected();
    nobodyGetsIn(under);
    expect(await passOf(under)).toMatchObject({
      status: "failed",
      reason: { code: "member-role-missing", accountId: outside },
      problems: [],
    });
    expect(writtenOf(under)).toEqual([]);
    await under.integrations.delete(own);
    await under.nextHour();
    expect(writtenOf(under)).toEqual([]);
  });

  it("is looked into again when the pass that failed is taken up, and is there as soon as it answers", async () => {
    const under = await connected();
    nobodyGetsIn(under);
    const failed = await passOf(under);
    under.accounts.breaks = () => undefined;
    expect(await passOf(under)).toMatchObject({ id: failed?.id, status: "finished", problems: [] });
    expect(writtenOf(under)).toContainEqual(expect.objectContaining({ kind: "account", id: outside }));
  });

  it("that does not answer for minutes ends the pass all the same", async () => {
    const under = await connected();
    under.accounts.latencyOf = (id) => (id === outside ? 400_000 : 40);
    under.accounts.breaks = (id) => {
      if (id === outside) throw new RetryableError("ProviderUnavailable", "iam:ListUsers");
    };
    const calls = () => under.accounts.lookedInto.filter((id) => id === outside).length;
    expect(await passOf(under)).toMatchObject({ status: "failed", reason: { code: "unreachable" } });
    expect(calls()).toBe(1);
    expect(writtenOf(under)).toEqual([]);
  });

  it("is there when only one of its lists answers, and the pass is finished with a problem", async () => {
    const under = await connected();
    under.accounts.breaks = (id, of) => {
      if (id === outside && of !== "iamRoles") throw missingRole(id);
    };
    expect(await passOf(under)).toMatchObject({ status: "finished", problems: [{ accountId: outside }] });
    expect(writtenOf(under)).toContainEqual(expect.objectContaining({ kind: "account", id: outside }));
  });

  it("stays as it was, marked, when it lets nobody in any more; the pass fails", async () => {
    const under = await connected();
    under.accounts.of(outside).iamUsers = [[iamUser(outside, "ada")]];
    await passOf(under);
    nobodyGetsIn(under);
    await under.clock.advanceBy(6 * HOURS);
    expect(await passOf(under)).toMatchObject({ status: "failed", reason: { code: "member-role-missing" } });
    expect(countOf(under, "iam-user", outside)).toBe(1);
    expect(under.facts("stale-account").map(({ accountId }) => accountId)).toContain(outside);
  });
});

describe("what no integration looks at any more", () => {
  it("goes, and nobody is told that it vanished: a type of resources", async () => {
    const under = await manyAccounts();
    await change(under, { resourceTypes: ["s3-bucket", "sqs-queue"] });
    await under.pass("resources");
    await change(under, { resourceTypes: ["sqs-queue"] });
    expect(await announcedIn(under, () => under.nextHour())).toEqual([]);
    expect(countOf(under, "resource")).toBe(0);
    expect(countOf(under, "iam-user")).toBe(59 * 3);
    // Put back, it is there as before.
    await change(under, { resourceTypes: ["s3-bucket", "sqs-queue"] });
    await under.clock.advanceBy(6 * HOURS);
    expect(await announcedIn(under, () => under.pass("resources"))).toEqual([]);
    expect(countOf(under, "resource")).toBe(59);
  });

  it("goes, and nobody is told that it vanished: the insides of all accounts", async () => {
    const under = await manyAccounts();
    await under.pass("resources");
    await change(under, { memberAccounts: false });
    expect(await announcedIn(under, () => under.nextHour())).toEqual([]);
    for (const kind of ["resource", "iam-user", "iam-role", "stale-account"] as const)
      expect({ kind, left: countOf(under, kind) }).toEqual({ kind, left: 0 });
    expect(countOf(under, "account")).toBe(60);
    // An hour later nobody can still be at it, and another hour later nothing is left to do.
    await under.nextHour();
    expect(countOf(under, "coverage")).toBe(0);
    const { writes } = under.inventory;
    await under.nextHour();
    expect(under.inventory.writes).toBe(writes);
  });

  it("goes with the account itself, where no organization lists it", async () => {
    const under = await manyAccounts();
    const outside = AccountIdSchema.parse("900000000001");
    const own = anAccountIntegration({
      accountId: outside,
      connector: { roleArn: `arn:aws:iam::${outside}:role/lockstep/lockstep-member` },
    });
    await under.integrations.put(own);
    under.accounts.of(outside).iamUsers = [[iamUser(outside, "ada")]];
    expect(await announcedIn(under, () => under.nextHour("resources"))).toEqual([]);
    expect(countOf(under, "iam-user", outside)).toBe(1);
    await under.nextHour();
    expect(countOf(under, "iam-user", outside)).toBe(1);
    await under.integrations.delete(own);
    expect(await announcedIn(under, () => under.nextHour())).toEqual([]);
    expect(countOf(under, "iam-user", outside)).toBe(0);
    expect(under.facts("account").map(({ id }) => id)).not.toContain(outside);
    expect(countOf(under, "account")).toBe(60);
  });

  it("goes even when a look that began before wrote something after it was cleared", async () => {
    const under = await manyAccounts();
    await under.pass("resources");
    const late = timestamp(under.clock.now());
    await change(under, { resourceTypes: [] });
    await under.nextHour();
    expect(countOf(under, "resource")).toBe(0);
    const accountId = "300000000011" as AccountId;
    const old = aResourceFact(1, "s3-bucket", `bucket-of-${accountId}`, { accountId });
    const appeared = aResourceFact(1, "s3-bucket", "new", { accountId });
    for (const fact of [old, appeared]) await under.inventory.record({ fact, since: late, observedAt: late });
    expect(under.facts("resource").map(({ name }) => name)).toEqual(["new"]);
    await under.nextHour();
    expect(countOf(under, "resource")).toBe(0);
  });

  it("is taken away by as many passes as it takes", async () => {
    const under = await manyAccounts();
    await under.pass("resources");
    await change(under, { memberAccounts: false });
    const forget = under.inventory.forget.bind(under.inventory);
    under.inventory.forget = async (...gone) => {
      await under.clock.sleep(30_000);
      return forget(...gone);
    };
    await under.nextHour();
    expect(longestOf(under)).toBeLessThan(400_000);
    expect(countOf(under, "iam-user")).toBeGreaterThan(0);
    for (let hours = 0; hours < 8; hours += 1) await under.nextHour();
    expect(countOf(under, "iam-user")).toBe(0);
    expect(countOf(under, "coverage")).toBe(0);
  });
});
