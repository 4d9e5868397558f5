import { describe, expect, it } from "vitest";
import { WORKS_FOR_MILLISECONDS } from "../../lambdas/core/use-cases/sync/run-sync.ts";
import { generateOrganization } from "../../local/organization-generator/generate.ts";
import { syncUnderTest, type SyncUnderTest } from "./sync-under-test.ts";

/** With two permission sets in each, so that it fits into a test run; npm run bench:sync has ten in each. */
const ACCOUNTS = 10_000;

/** Pages of 100 of what each principal can use, at least one of each: for a user the embedded AWS lists the groups' too. */
const pagesOfPrincipals = (under: SyncUnderTest): number => {
  const held = new Map<string, number>();
  for (const { principalId } of under.facts("assignment"))
    held.set(principalId, (held.get(principalId) ?? 0) + 1);
  const ofUsers = new Map(under.facts("user").map(({ id }): [string, number] => [id, held.get(id) ?? 0]));
  for (const { userId, groupId } of under.facts("membership"))
    ofUsers.set(userId, (ofUsers.get(userId) ?? 0) + (held.get(groupId) ?? 0));
  const ofGroups = under.facts("group").map(({ id }) => held.get(id) ?? 0);
  return [...ofUsers.values(), ...ofGroups].reduce(
    (sum, size) => sum + Math.max(1, Math.ceil(size / 100)),
    0,
  );
};

describe("an organization of ten thousand accounts", () => {
  it(
    "is read by the cheapest method within AWS's limits, and an unchanged pass writes nothing",
    { timeout: 300_000 },
    async () => {
      const users = 1_000;
      const groups = 200;
      const under = await syncUnderTest({
        organization: generateOrganization({
          accounts: ACCOUNTS,
          permissionSets: 40,
          setsPerAccount: 2,
          users,
          groups,
          assignments: 20_000,
          seed: 7,
        }),
      });
      const first = await under.pass();
      expect(first).toMatchObject({ status: "finished", throttles: 0, problems: [] });
      expect(first.counts).toMatchObject({
        account: ACCOUNTS,
        user: users,
        group: groups,
        assignment: 20_000,
      });
      expect(under.facts("assignment")).toHaveLength(20_000);
      expect(first.method?.chosen).toBe("by-principal");
      const ofAssignments = Object.entries(first.calls)
        .filter(([operation]) => /^sso:List(?:AccountAssignments|.*Provisioned)/.test(operation))
        .reduce((sum, [, calls]) => sum + calls, 0);
      expect(ofAssignments).toBeLessThanOrEqual(1.1 * pagesOfPrincipals(under));

      const { writes } = under.inventory;
      const second = await under.nextHour();
      expect(second).toMatchObject({ status: "finished", changes: { appeared: 0, changed: 0, vanished: 0 } });
      expect(under.inventory.writes).toBe(writes);
      for (const { begunAt, endedAt = Infinity } of under.invocations)
        expect(endedAt - begunAt).toBeLessThan(WORKS_FOR_MILLISECONDS + 120_000);
    },
  );
});
