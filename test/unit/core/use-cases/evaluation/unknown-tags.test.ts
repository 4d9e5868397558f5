import { describe, expect, it } from "vitest";
import type {
  AccessFlow,
  AutomaticApprovalCondition,
  FlowTarget,
} from "../../../../../lambdas/core/domain/access-flow.ts";
import { conditionOfFlow } from "../../../../../lambdas/core/domain/flow-conditions.ts";
import { evaluate } from "../../../../../lambdas/core/domain/evaluate.ts";
import {
  timestamp,
  type OrganizationalUnitId,
  type ScopeName,
} from "../../../../../lambdas/core/domain/ids.ts";
import type { AccountFact } from "../../../../../lambdas/core/domain/inventory/facts.ts";
import type { Rule } from "../../../../../lambdas/core/domain/rule.ts";
import type { Observed } from "../../../../../lambdas/core/ports/inventory.ts";
import { loadContext } from "../../../../../lambdas/core/use-cases/evaluation/load-context.ts";
import { aFlow, aGroupId, aPermissionSetArn, aUserId, anAccountId } from "../../../../support/builders.ts";
import { anAsk, somebodyDecides } from "../../../../support/evaluations.ts";
import { aPermissionSetFact, anAccountFact, seen } from "../../../../support/facts.ts";
import { FakeDirectory, FakeOrganization } from "../../../../support/fakes/directory.ts";
import { noPolicies } from "../../../../support/policies.ts";

/*
 * Account 2 was made an hour ago, and is tagged env = prod; or it was tagged so after somebody looked last. What the inventory
 * says of its tags must not let anybody in who would not get in by the tags that it has.
 */

const now = new Date("2026-01-10T12:00:00.000Z");
const ago = (hours: number) => timestamp(new Date(now.getTime() - hours * 3_600_000));
const root = "r-abcd" as OrganizationalUnitId;
const alice = aUserId("alice");

const account = (tags: AccountFact["tags"]): AccountFact => {
  const { tags: _tags, ...untold } = anAccountFact(2, { organizationalUnits: [root] });
  return tags === undefined ? untold : { ...untold, tags };
};
const observed = (
  tags: AccountFact["tags"],
  about: Partial<Omit<Observed, "fact">> = {},
): Observed<AccountFact> => seen(account(tags), { observedAt: ago(1), ...about });

const loaded = async (flow: AccessFlow, known: Observed<AccountFact>) => {
  const policies = noPolicies();
  const directory = new FakeDirectory();
  directory.addUser({ userId: alice, userName: "alice" });
  directory.addGroup({
    groupId: aGroupId("payments-engineers"),
    displayName: "payments-engineers",
    members: [alice],
  });
  const organization = new FakeOrganization(root);
  organization.addAccount({ id: anAccountId(2), name: "account-2" });
  await policies.inventory.record(known);
  await policies.inventory.record(seen({ kind: "organizational-unit", id: root, name: "Root", path: "/" }));
  await policies.inventory.record(seen(aPermissionSetFact("PowerUser")));
  await policies.accessScopes.put({
    name: "not-prod" as ScopeName,
    version: 1,
    updatedAt: timestamp(now),
    updatedBy: "test",
    query: 'permission_name = "PowerUser" and resource_tag["env"] != "prod"',
  });
  const ask = anAsk({ start: now });
  const context = await loadContext({ ...policies, directory, organization }, [flow], {
    requester: alice,
    targets: ask.targets,
    now,
  });
  return { ask, context };
};

const evaluated = async (flow: AccessFlow, known: Observed<AccountFact>) => {
  const { ask, context } = await loaded(flow, known);
  return evaluate(ask, { ...context, approversOf: () => somebodyDecides });
};

/** What an explanation says of the flow's targets. */
const toldOfTargets = async (flow: AccessFlow, known: Observed<AccountFact>) => {
  const { ask, context } = await loaded(flow, known);
  return conditionOfFlow("targets", flow, ask, context).detail;
};

const permissionSets = [{ id: aPermissionSetArn("PowerUser"), name: "PowerUser" }];
const everywhere = { accounts: [], organizationalUnits: [{ id: root, name: "/" }], permissionSets };
const prod = { key: "env", values: ["prod"] };
const givingTo = (target: FlowTarget) => aFlow({ targets: [target] });
const approvedIf = (automatic: Rule<AutomaticApprovalCondition>) =>
  aFlow({ targets: [everywhere], approval: { ...aFlow().approval, automatic } });

const byWhatItIsNot: readonly (readonly [string, AccessFlow])[] = [
  [
    "but for what has a tag",
    givingTo({
      ...everywhere,
      exclude: { accounts: [], organizationalUnits: [], permissionSets: [], tags: [prod] },
    }),
  ],
  ["to what a scope finds that has not the tag", givingTo({ accessScope: "not-prod" as ScopeName })],
];
const byWhatItIs: readonly (readonly [string, AccessFlow])[] = [
  ["to what has a tag", givingTo({ accounts: [], organizationalUnits: [], permissionSets, tags: [prod] })],
];
const automaticByTag: readonly (readonly [string, AccessFlow])[] = [
  ["no such tag", approvedIf({ not: { type: "target-tag", ...prod } })],
  ["this tag", approvedIf({ type: "target-tag", key: "env", values: ["sandbox"] })],
];

describe("an account whose tags nobody has asked for yet", () => {
  it.each([...byWhatItIsNot, ...byWhatItIs])(
    "is not covered by a flow that gives access %s",
    async (_, flow) => {
      expect(await evaluated(flow, observed(undefined))).toMatchObject({
        allowed: false,
        code: "no-matching-flow",
      });
    },
  );

  it.each(automaticByTag)("is not approved automatically for %s: somebody decides", async (_, flow) => {
    const evaluation = await evaluated(flow, observed(undefined));
    expect(evaluation).toMatchObject({ allowed: true });
    expect(evaluation).not.toHaveProperty("automatically");
  });
});

describe("an account whose tags are known", () => {
  it.each(byWhatItIsNot)("is covered by a flow that gives access %s, where it has none", async (_, flow) => {
    expect((await evaluated(flow, observed({}))).allowed).toBe(true);
    expect((await evaluated(flow, observed({ env: "prod" }))).allowed).toBe(false);
  });

  it.each(byWhatItIs)("is covered by a flow that gives access %s, where it has one", async (_, flow) => {
    expect((await evaluated(flow, observed({ env: "prod" }))).allowed).toBe(true);
    expect((await evaluated(flow, observed({}))).allowed).toBe(false);
  });

  it.each(automaticByTag)("is approved automatically for %s", async (_, flow) => {
    expect(await evaluated(flow, observed({ env: "sandbox" }))).toHaveProperty("automatically");
    expect(await evaluated(flow, observed({ env: "prod" }))).not.toHaveProperty("automatically");
  });
});

/** Each of them allows it, or does without approval, by tags that were seen an hour ago. */
const byTagsThatFit: readonly (readonly [string, AccessFlow, Record<string, string>])[] = [
  ...byWhatItIsNot.map(([what, flow]) => [`gives access ${what}`, flow, { env: "sandbox" }] as const),
  ...byWhatItIs.map(([what, flow]) => [`gives access ${what}`, flow, { env: "prod" }] as const),
  ...automaticByTag.map(
    ([what, flow]) => [`is approved automatically for ${what}`, flow, { env: "sandbox" }] as const,
  ),
];

describe("an account whose tags nobody has seen for two days", () => {
  it.each(byTagsThatFit)("is as one whose tags are not known: what %s", async (_, flow, tags) => {
    const recently = await evaluated(flow, observed(tags, { observedAt: ago(1000), tagsSeenAt: ago(47) }));
    expect(recently.allowed).toBe(true);
    for (const old of [
      observed(tags, { observedAt: ago(1), tagsSeenAt: ago(49) }),
      observed(tags, { observedAt: ago(49) }),
    ]) {
      const evaluation = await evaluated(flow, old);
      if (flow.approval.automatic === undefined) expect(evaluation.allowed).toBe(false);
      else expect(evaluation).not.toHaveProperty("automatically");
    }
  });
});

describe("an explanation", () => {
  const why = `the tags of account ${anAccountId(2)} are not known: nobody has asked AWS for them in the last 48 hours`;

  it.each([...byWhatItIsNot, ...byWhatItIs])(
    "says why it is in doubt what a flow covers that gives access %s",
    async (_, flow) => {
      for (const known of [observed(undefined), observed({ env: "prod" }, { tagsSeenAt: ago(49) })])
        expect(await toldOfTargets(flow, known)).toBe(`may not cover everything that you asked for: ${why}`);
      expect(await toldOfTargets(flow, observed({ env: "x" }))).not.toContain(why);
    },
  );

  it.each(automaticByTag)("says why nobody goes without approval for %s", async (_, flow) => {
    for (const known of [observed(undefined), observed({ env: "sandbox" }, { tagsSeenAt: ago(49) })])
      expect(await toldOfTargets(flow, known)).toBe(
        `covers everything that you asked for, but does not go without approval by tags: ${why}`,
      );
    expect(await toldOfTargets(flow, observed({ env: "sandbox" }))).toBe(
      "covers everything that you asked for",
    );
  });
});
