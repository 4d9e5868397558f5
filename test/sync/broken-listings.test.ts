import { describe, expect, it } from "vitest";
import type { FactKind } from "../../lambdas/core/domain/inventory/facts.ts";
import { refusal } from "./aws-under-test.ts";
import { account, anOrganization, group, numbered, permissionSet, user } from "./organizations.ts";
import { syncUnderTest } from "./sync-under-test.ts";

/** More than a page of everything that AWS lists in pages. */
const organization = () => {
  const accounts = numbered(130, "account");
  const people = numbered(130, "user");
  const sets = numbered(105, "Set");
  return anOrganization({
    accounts: accounts.map((name, index) =>
      account(String(300_000_000_000 + index), name, index < 30 ? `/Unit ${String(index)}` : "/"),
    ),
    users: people.map((name) => user(name)),
    groups: [group("everybody", ...people), ...numbered(110, "group").map((name) => group(name))],
    permissionSets: sets.map(permissionSet),
    assignments: [
      ...accounts.map((name) => ({ account: name, permissionSet: "Set-000", group: "everybody" })),
      ...sets.map((name) => ({ account: "account-000", permissionSet: name, group: "everybody" })).slice(1),
      ...people.map((name) => ({ account: "account-001", permissionSet: "Set-000", user: name })),
    ],
  });
};

/** What the second page of each listing would have shown, by the operation that lists it. */
const listings: readonly (readonly [operation: string, kind: FactKind, mayAskByPrincipal: boolean])[] = [
  ["ListOrganizationalUnitsForParent", "organizational-unit", false],
  ["ListAccounts", "account", false],
  ["ListUsers", "user", false],
  ["ListGroups", "group", false],
  ["ListGroupMemberships", "membership", false],
  ["ListPermissionSets", "permission-set", false],
  ["ListAccountsForProvisionedPermissionSet", "provisioning", false],
  ["ListAccountAssignments", "assignment", false],
  ["ListAccountAssignmentsForPrincipal", "assignment", true],
];

/** A pass goes on without what AWS refuses of these: see refused-accounts.test.ts. */
const MAY_BE_REFUSED = ["ListAccountAssignments", "ListAccountAssignmentsForPrincipal"];

describe("a listing that breaks on its second page", () => {
  it.each(listings)(
    "of %s lets no %s vanish",
    { timeout: 120_000 },
    async (operation, kind, mayAskByPrincipal) => {
      const under = await syncUnderTest({ organization: organization(), mayAskByPrincipal });
      expect(await under.pass()).toMatchObject({ status: "finished" });
      const before = under.everything();
      let broken = 0;
      under.aws.plan.insteadOf = (call) => {
        if (call.operation !== operation || call.input["NextToken"] === undefined) return undefined;
        broken += 1;
        return refusal(
          MAY_BE_REFUSED.includes(operation) ? "ExpiredTokenException" : "AccessDeniedException",
        );
      };
      const sync = await under.nextHour();
      expect(broken).toBeGreaterThan(0);
      expect(sync).toMatchObject({ status: "failed", changes: { vanished: 0 } });
      expect(sync.status === "failed" && sync.reason.code).toMatch(
        /^(?:access-denied|trusted-access-missing|credentials-expired)$/,
      );
      expect(under.everything()).toEqual(before);
      expect(before.filter((fact) => fact.kind === kind).length).toBeGreaterThan(1);
      under.aws.plan.insteadOf = undefined;
      expect(await under.nextHour()).toMatchObject({
        id: sync.id,
        status: "finished",
        changes: { vanished: 0 },
      });
      expect(under.everything()).toEqual(before);
    },
  );
});
