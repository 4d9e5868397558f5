import { describe, expect, it } from "vitest";
import { RetryableError } from "../../lambdas/core/domain/errors.ts";
import type { AccountId } from "../../lambdas/core/domain/ids.ts";
import type { FactKind, IamRoleFact, IamUserFact } from "../../lambdas/core/domain/inventory/facts.ts";
import { SourceProblem, type Problem } from "../../lambdas/core/domain/inventory/problem.ts";
import { aResourceFact } from "../support/facts.ts";
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
    under.world.isKilledAfter = ({ kind }) => kind === "call" && under.accounts.lookedInto.length >= 40;
    const first = await under.pass("resources");
    under.world.isKilledAfter = () => false;
    expect(first).toMatchObject({ status: "finished", problems: [{ code: "unreachable" }] });
    expect(first.problems[0]?.message).toMatch(/^\d+ accounts were not looked into/);
    expect(countOf(under, "iam-user")).toBeLessThan(59 * 3);
    await under.clock.advanceBy(6 * 3_600_000);
    expect(await under.pass("resources")).toMatchObject({ status: "finished", problems: [] });
    expect(countOf(under, "iam-user")).toBe(59 * 3);
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
    expect(await under.pass("resources")).toMatchObject({ status: "finished" });
    const missed = before.filter(
      (id) => ![SUSPENDED, "300000000003"].includes(id) && !under.accounts.lookedInto.includes(id),
    );
    expect(missed).toEqual([]);
    await under.clock.advanceBy(6 * 3_600_000);
    await under.pass("resources");
    expect(under.accounts.lookedInto).toContain("299999999999");
  });
});
