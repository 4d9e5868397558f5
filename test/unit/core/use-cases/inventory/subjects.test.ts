import { beforeEach, describe, expect, it } from "vitest";
import type { Fact } from "../../../../../lambdas/core/domain/inventory/facts.ts";
import { matchingAccounts } from "../../../../../lambdas/core/domain/inventory/matching-accounts.ts";
import { compileQuery } from "../../../../../lambdas/core/domain/query/compile-query.ts";
import { loadGrantable } from "../../../../../lambdas/core/use-cases/inventory/subjects.ts";
import { anAccountId, anOrganizationalUnitId } from "../../../../support/builders.ts";
import { aPermissionSetFact, anAccountFact, seen } from "../../../../support/facts.ts";
import { FakeIntegrationStore } from "../../../../support/fakes/integration-store.ts";
import { FakeInventory } from "../../../../support/fakes/inventory.ts";
import { anAccountIntegration } from "../../../../support/integrations.ts";
import { queryOf } from "../../../../support/queries.ts";

const [root, prod] = [anOrganizationalUnitId("root"), anOrganizationalUnitId("prod")];

const facts: readonly Fact[] = [
  { kind: "organizational-unit", id: root, name: "Root", path: "/" },
  { kind: "organizational-unit", id: prod, name: "Prod", parent: root, path: "/Prod" },
  anAccountFact(2, {
    name: "payments",
    organizationalUnits: [prod, root],
    tags: { env: "prod", "lockstep:risk-level": "3" },
  }),
  anAccountFact(3, {
    name: "scratch",
    organizationalUnits: [root],
    state: "SUSPENDED",
    tags: { env: "dev" },
  }),
  anAccountFact(4, { name: "elsewhere", tags: { env: "prod" } }),
  aPermissionSetFact("Admin", { managedPolicies: ["arn:aws:iam::aws:policy/AdministratorAccess"] }),
  aPermissionSetFact("Billing", { tags: { team: "finance" }, description: "For bills" }),
  aPermissionSetFact("ReadOnly", { managedPolicies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] }),
];

let inventory: FakeInventory;
const integrations = new FakeIntegrationStore();

beforeEach(async () => {
  inventory = new FakeInventory();
  for (const fact of facts) await inventory.record(seen(fact));
  await integrations.put(anAccountIntegration({ accountId: anAccountId(4) }));
});

const matching = async (text: string) =>
  Object.fromEntries(
    [...matchingAccounts(queryOf(text), await loadGrantable({ inventory, integrations }))].map(
      ({ permissionSet, accounts }) => [permissionSet.name, accounts.map(({ name }) => name)],
    ),
  );

describe("what a query selects of everything that may be granted", () => {
  it.each([
    ['permission_name = "Admin"', { Admin: ["payments", "scratch"] }],
    ['permission_name = "Admin" and resource_tag["env"] = "prod"', { Admin: ["payments"] }],
    [
      'permission_risk_level = "read-only" and resource_status = "ACTIVE"',
      { Billing: ["payments"], ReadOnly: ["payments"] },
    ],
    ['permission_tag["team"] = "finance" and resource_path = "/Prod/payments"', { Billing: ["payments"] }],
    [
      'permission_context["description"] contains "bill" and resource_path = "/scratch"',
      { Billing: ["scratch"] },
    ],
    ['permission_context["session_duration"] = "PT8H" and permission ends_with "none"', {}],
    [
      'permission_name = "Admin" and resource_name = "payments" or permission_name = "Billing" and resource_name = "scratch"',
      { Admin: ["payments"], Billing: ["scratch"] },
    ],
    [
      'resource_risk_level = "3" and not permission_risk_level = "administrator"',
      { Billing: ["payments"], ReadOnly: ["payments"] },
    ],
    [
      'resource_context["organizational_unit"] = "/Prod" and permission_name != "Admin"',
      { Billing: ["payments"], ReadOnly: ["payments"] },
    ],
    ['resource_type != "aws-account"', {}],
    ['integration = "sandbox"', {}],
  ])("%s", async (text, expected) => {
    expect(await matching(text)).toEqual(expected);
  });

  it("is nothing of an account whose tags nobody has asked for, nor of one in a unit that no sync has seen", async () => {
    const { tags: _tags, ...untold } = anAccountFact(5, { name: "made-today", organizationalUnits: [root] });
    await inventory.record(seen(untold));
    await inventory.record(
      seen(anAccountFact(6, { name: "moved", organizationalUnits: [anOrganizationalUnitId("new"), root] })),
    );
    const admin = (rest: string) => matching(`permission_name = "Admin" and ${rest}`);
    expect(await admin('resource_tag["env"] != "prod"')).toEqual({ Admin: ["scratch", "moved"] });
    expect(await admin('not resource_tag["env"] in ("prod")')).toEqual({ Admin: ["scratch", "moved"] });
    expect(await admin('resource_risk_level != "3"')).toEqual({ Admin: ["scratch", "moved"] });
    expect(await admin('not resource_path starts_with "/Prod"')).toEqual({
      Admin: ["scratch", "made-today"],
    });
    expect(await admin('resource_context["organizational_unit"] != "/Prod"')).toEqual({
      Admin: ["scratch", "made-today"],
    });
    expect(await admin('resource_name in ("made-today", "moved")')).toEqual({
      Admin: ["made-today", "moved"],
    });
  });

  it("is what the query says of each permission set in each account", async () => {
    const grantable = await loadGrantable({ inventory, integrations });
    for (const text of [
      'permission_name != "Admin" or resource_tag["env"] not_in ("dev")',
      'not (permission_name starts_with "R" and resource_name = "payments")',
    ]) {
      const selects = compileQuery(queryOf(text));
      const expected = grantable.permissionSets.flatMap(({ fact, permission }) => {
        const accounts = grantable.accounts.filter(
          ({ subject }) => selects({ ...subject, permission }) === true,
        );
        return accounts.length === 0 ? [] : [[fact.name, accounts.map((account) => account.fact.name)]];
      });
      expect(await matching(text)).toEqual(Object.fromEntries(expected));
    }
  });

  it("makes no pairs: what is left of the query is asked once of the accounts, and of none until somebody looks", () => {
    let asked = 0;
    const account = anAccountFact(2);
    const subject = {
      get resource() {
        asked += 1;
        return {
          type: "aws-account",
          id: account.id,
          name: "a",
          path: "/a",
          status: "ACTIVE",
          tags: {},
          context: {},
        };
      },
      integration: "organization",
    };
    const accounts = Array.from({ length: 1_000 }, () => ({ fact: account, subject }));
    const permissionSets = Array.from({ length: 500 }, (_, index) => {
      const fact = aPermissionSetFact(`set ${String(index)}`);
      return {
        fact,
        permission: { id: fact.arn, name: fact.name, riskLevel: "writes", tags: {}, context: {} },
      };
    });
    const query = queryOf('permission_name starts_with "set" and resource_name = "a"');
    const found = matchingAccounts(query, { accounts, permissionSets });
    expect(asked).toBe(0);
    expect([...found].reduce((sum, one) => sum + one.accounts.length, 0)).toBe(500_000);
    // Once each, and once for each permission set to know what is left.
    expect(asked).toBeLessThanOrEqual(1_000 + 500);
  });

  it("is nothing where there is no account", () => {
    const query = queryOf('permission_name != ""');
    expect([...matchingAccounts(query, { accounts: [], permissionSets: [] })]).toEqual([]);
  });
});
