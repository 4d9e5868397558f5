import { expect, it } from "vitest";
import type { AccessFlow } from "../../../../../lambdas/core/domain/access-flow.ts";
import type { AccessScope } from "../../../../../lambdas/core/domain/access-scope.ts";
import { timestamp, type ScopeName } from "../../../../../lambdas/core/domain/ids.ts";
import type { Verdict } from "../../../../../lambdas/core/domain/rule.ts";
import { targetKey, type Target } from "../../../../../lambdas/core/domain/target-coverage.ts";
import { firstMet } from "../../../../../lambdas/core/use-cases/automatic/candidate-targets.ts";
import { targetsOfFlows } from "../../../../../lambdas/core/use-cases/automatic/flow-targets.ts";
import { inventoryCatalogue } from "../../../../../lambdas/core/use-cases/inventory-catalogue.ts";
import { aFlow, aPermissionSetArn, anAccountId } from "../../../../support/builders.ts";
import { aPermissionSetFact, anAccountFact, seen } from "../../../../support/facts.ts";
import { noGuardrails } from "../../../../support/guardrails.ts";
import { noPolicies } from "../../../../support/policies.ts";

const now = new Date("2026-01-10T12:00:00.000Z");
const hoursAgo = (hours: number) => timestamp(new Date(now.getTime() - hours * 3_600_000));
const target = { accountId: anAccountId(2), permissionSetArn: aPermissionSetArn("PowerUser") };
const permissionSets = [{ id: target.permissionSetArn, name: "PowerUser" }];

const byTag = aFlow({
  trigger: "automatic",
  targets: [
    { accounts: [], organizationalUnits: [], permissionSets, tags: [{ key: "env", values: ["dev"] }] },
  ],
});
/** Its accounts are named: the others are not loaded. */
const byName = aFlow({
  trigger: "automatic",
  targets: [
    {
      accounts: [{ id: target.accountId, name: "account-2" }],
      organizationalUnits: [],
      permissionSets,
      exclude: { accounts: [], organizationalUnits: [], tags: [{ key: "env", values: ["prod"] }] },
    },
  ],
});
const byScope = aFlow({ trigger: "automatic", targets: [{ accessScope: "dev" as ScopeName }] });

const dev = (query: string): AccessScope => ({
  name: "dev" as ScopeName,
  version: 1,
  updatedAt: timestamp(now),
  updatedBy: "test",
  query,
});

const targetsOf = (policies: ReturnType<typeof noPolicies>) =>
  targetsOfFlows(
    {
      ...policies,
      catalogue: inventoryCatalogue(policies),
      protectedAccounts: [],
      guardrails: noGuardrails,
      delegatedAdministrator: false,
    },
    now,
  );

const given = async (flow: AccessFlow, tags: Record<string, string>, tagsSeenAt: number) => {
  const policies = noPolicies();
  const { inventory } = policies;
  await policies.accessScopes.put(dev('permission_name = "PowerUser" and resource_tag["env"] = "dev"'));
  await inventory.record(seen(anAccountFact(2, { tags }), { tagsSeenAt: hoursAgo(tagsSeenAt) }));
  await inventory.record(seen(aPermissionSetFact("PowerUser")));
  const found = await targetsOf(policies)(flow, [target]);
  return [found.targets.length, found.verdict(target)];
};

it.each([
  ["by a tag", byTag],
  ["by a scope", byScope],
  ["in a named account but for a tag", byName],
])(
  "what a flow gives %s that nobody has seen for two days is neither given nor taken away",
  async (_, flow) => {
    expect(await given(flow, { env: "dev" }, 47)).toEqual([1, "met"]);
    expect(await given(flow, { env: "prod" }, 47)).toEqual([0, "unmet"]);
    expect(await given(flow, { env: "dev" }, 49)).toEqual([0, "unknown"]);
    expect(await given(flow, { env: "prod" }, 49)).toEqual([0, "unknown"]);
  },
);

it("what a flow gives that is more than a run can look at is nothing new, and of what somebody holds each is judged", async () => {
  const policies = noPolicies();
  const { inventory } = policies;
  await inventory.record(seen(anAccountFact(2)));
  for (const name of ["PowerUser", ...Array.from({ length: 201 }, (_, index) => `Dev${String(index)}`)])
    await inventory.record(seen(aPermissionSetFact(name)));
  const held = { ...target, permissionSetArn: aPermissionSetArn("Dev200") };
  const gone = { ...target, permissionSetArn: aPermissionSetArn("Deleted") };
  await policies.accessScopes.put(dev('permission_name starts_with "Dev"'));
  const found = await targetsOf(policies)(byScope, [held, target, gone]);
  expect([held, target, gone].map(found.verdict)).toEqual(["met", "unmet", "unknown"]);
  expect(found.targets).toEqual([]);
  expect(found.problems).toEqual([expect.stringMatching(/^it gives more than 200 permission sets/)]);
  // All of two hundred are still given.
  await inventory.forget(
    { kind: "permission-set", id: held.permissionSetArn },
    { observedAt: timestamp(new Date(now.getTime() + 1000)) },
  );
  const fewer = await targetsOf(policies)(byScope, []);
  expect([fewer.targets.length, fewer.problems]).toEqual([200, []]);
});

it.each<Verdict>(["met", "unmet", "unknown"])(
  "what several parts of a flow give is judged once, where it is %s",
  (verdict) => {
    const accountsOf = (...digits: readonly number[]) => digits.map((digit) => ({ id: anAccountId(digit) }));
    const [powerUser, readOnly] = ["PowerUser", "ReadOnly"].map(aPermissionSetArn);
    if (powerUser === undefined || readOnly === undefined) throw new Error("There are two");
    const judged: string[] = [];
    const judge = (one: Target): Verdict => {
      judged.push(targetKey(one));
      return verdict;
    };
    const met = firstMet(
      [
        { permissionSetArn: powerUser, accounts: accountsOf(2, 3, 2) },
        { permissionSetArn: readOnly, accounts: accountsOf(2) },
        { permissionSetArn: powerUser, accounts: accountsOf(3, 4) },
      ],
      judge,
      10,
    );
    expect([judged.length, new Set(judged).size]).toEqual([4, 4]);
    expect(met.size).toBe(verdict === "met" ? 4 : 0);
  },
);
