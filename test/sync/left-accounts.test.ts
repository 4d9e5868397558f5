import { describe, expect, it } from "vitest";
import type { Fact } from "../../lambdas/core/domain/inventory/facts.ts";
import { AccountIdSchema, timestamp } from "../../lambdas/core/domain/ids.ts";
import { anAccountFact, anAssignmentFact, aResourceFact } from "../support/facts.ts";
import { anAccountId } from "../support/builders.ts";
import { small } from "./organizations.ts";
import { syncUnderTest, type SyncUnderTest } from "./sync-under-test.ts";

const DEV = AccountIdSchema.parse("200000000002");

/** One of everything that is within an account. */
const factsOf = (under: SyncUnderTest, accountId = DEV): readonly Fact[] => {
  const permissionSetArn = under.aws.ids.permissionSet("Power");
  const named = (kind: string) => ({
    accountId,
    arn: `arn:aws:iam::${accountId}:${kind}/left`,
    name: "left",
  });
  return [
    {
      kind: "assignment",
      accountId,
      permissionSetArn,
      principalType: "USER",
      principalId: under.aws.ids.user("ada"),
    },
    { kind: "provisioning", accountId, permissionSetArn },
    { kind: "iam-user", ...named("user") },
    { kind: "iam-group", ...named("group"), members: [] },
    { kind: "iam-role", ...named("role"), assumableBy: [] },
    { ...aResourceFact(1, "s3-bucket", "left"), accountId },
    {
      kind: "stale-account",
      accountId,
      scope: "resources",
      problem: { code: "unreachable", severity: "warning", message: "It did not answer.", fix: "Wait." },
    },
  ];
};

const of = (under: SyncUnderTest, account: string): readonly string[] =>
  under
    .everything()
    .filter((fact) => "accountId" in fact && fact.accountId === account)
    .map(({ kind }) => kind);

describe("what is written of an account that is taken away meanwhile", () => {
  it.each([true, false])(
    "is gone after seven passes (asking by principal: %s)",
    async (mayAskByPrincipal) => {
      const under = await syncUnderTest({ organization: small(), mayAskByPrincipal });
      await under.pass();
      const lookBegan = timestamp(under.clock.now());
      await under.aws.administrator.organizations("RemoveAccountFromOrganization", { AccountId: DEV });
      await under.nextHour();
      expect(of(under, DEV)).toEqual([]);
      // The look that had begun before is written now: of a slice of accounts, or an event's.
      const facts = factsOf(under);
      for (const fact of facts)
        await under.inventory.record({ fact, since: lookBegan, observedAt: lookBegan });
      expect(of(under, DEV)).toHaveLength(facts.length);
      for (let pass = 0; pass < 7; pass += 1)
        expect(await under.nextHour()).toMatchObject({ status: "finished" });
      expect(of(under, DEV)).toEqual([]);
    },
  );

  it("is looked for by reading alone, a kind in each pass", async () => {
    const under = await syncUnderTest({ organization: small() });
    await under.pass();
    const now = timestamp(under.clock.now());
    for (const fact of factsOf(under, under.aws.ids.account("prod")).filter(
      ({ kind }) => kind !== "stale-account",
    ))
      await under.inventory.record({ fact, since: now, observedAt: now });
    const before = under.everything();
    const { writes } = under.inventory;
    for (let pass = 0; pass < 14; pass += 1) await under.nextHour();
    expect(under.everything()).toEqual(before);
    // That the tags of three accounts and three units were seen is written once in so many hours.
    expect(under.inventory.writes - writes).toBeLessThanOrEqual(6);
  });

  it("stays of an account with an integration of its own, which is in no organization, but for who has access", async () => {
    const under = await syncUnderTest({ organization: small(), mayAskByPrincipal: false });
    const own = anAccountFact(9);
    const now = timestamp(under.clock.now());
    const resource = aResourceFact(9, "s3-bucket", "kept");
    const assignment = anAssignmentFact(9, "Power", { user: "ada" });
    for (const fact of [own, resource, assignment])
      await under.inventory.record({ fact, since: now, observedAt: now });
    for (let pass = 0; pass < 8; pass += 1) await (pass === 0 ? under.pass() : under.nextHour());
    expect(of(under, anAccountId(9))).toEqual(["resource"]);
  });

  /** What the pass of a turn leaves of an account that is unknown, and that `left-scope` has not done with. */
  const leftBy = async (turn: number, fact: Fact): Promise<readonly string[]> => {
    const under = await syncUnderTest({ organization: small(), mayAskByPrincipal: false });
    await under.pass();
    for (let earlier = 1; earlier < turn; earlier += 1) await under.nextHour();
    const now = timestamp(under.clock.now());
    const accountId = anAccountId(9);
    const coverage = { kind: "coverage", accountId, subjects: { "iam-user": "whole" } } as const;
    for (const one of [coverage, fact])
      await under.inventory.record({ fact: one, since: now, observedAt: now });
    expect(await under.nextHour()).toMatchObject({ turn });
    const kinds = of(under, accountId);
    for (let pass = 0; pass < 8; pass += 1) await under.nextHour();
    expect(of(under, accountId)).toEqual([]);
    return kinds;
  };

  it("waits for what is taken away telling nobody, since no integration looks at it any more", async () => {
    expect(await leftBy(6, aResourceFact(9, "s3-bucket", "leaving"))).toEqual(["coverage", "resource"]);
  });

  it("does not wait with what is not of such a look", async () => {
    expect(await leftBy(7, anAssignmentFact(9, "Power", { user: "ada" }))).toEqual(["coverage"]);
  });
});
