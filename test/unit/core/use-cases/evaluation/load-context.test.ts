import { describe, expect, it } from "vitest";
import type { AccessFlow, PersonRule } from "../../../../../lambdas/core/domain/access-flow.ts";
import type { AccessScope } from "../../../../../lambdas/core/domain/access-scope.ts";
import type { Bundle } from "../../../../../lambdas/core/domain/bundle.ts";
import { evaluate } from "../../../../../lambdas/core/domain/evaluate.ts";
import {
  timestamp,
  type BundleName,
  type FlowName,
  type RotaName,
  type ScopeName,
  type UserId,
} from "../../../../../lambdas/core/domain/ids.ts";
import { isWhom } from "../../../../../lambdas/core/domain/person-rule.ts";
import type { Rota } from "../../../../../lambdas/core/domain/rota.ts";
import { loadEvaluation, type Wanted } from "../../../../../lambdas/core/use-cases/evaluation/eligibility.ts";
import { loadContext } from "../../../../../lambdas/core/use-cases/evaluation/load-context.ts";
import { loadPerson, MOST_QUESTIONS } from "../../../../../lambdas/core/use-cases/evaluation/load-person.ts";
import { neededOfPerson } from "../../../../../lambdas/core/use-cases/evaluation/needed-facts.ts";
import { aFlow, aGroupId, aPermissionSetArn, aUserId, anAccountId } from "../../../../support/builders.ts";
import { anAsk, somebodyDecides } from "../../../../support/evaluations.ts";
import { FakeDirectory, FakeOrganization } from "../../../../support/fakes/directory.ts";
import { noPolicies } from "../../../../support/policies.ts";
import { VirtualClock } from "../../../../support/virtual-clock.ts";

const alice = aUserId("alice");
const now = new Date("2026-01-01T12:00:00.000Z");
const written = { version: 1, updatedAt: timestamp(now), updatedBy: "test" };
const primary = "primary" as RotaName;

const rota = (onCall: UserId, unconfirmedEditors?: UserId[]): Rota => ({
  name: primary,
  ...written,
  timeZone: "UTC",
  shifts: [
    {
      user: { id: onCall, name: "somebody" },
      from: timestamp(new Date("2026-01-01T00:00:00.000Z")),
      to: timestamp(new Date("2026-01-02T00:00:00.000Z")),
    },
  ],
  overrides: [],
  ...(unconfirmedEditors === undefined ? {} : { unconfirmedEditors }),
});
const bundle = (unconfirmedEditors: UserId[], targets: Bundle["targets"] = powerUser): Bundle => ({
  name: "databases" as BundleName,
  ...written,
  targets,
  unconfirmedEditors,
});
const scope = (unconfirmedEditors: UserId[]): AccessScope => ({
  name: "prod" as ScopeName,
  ...written,
  query: 'resource_name starts_with "pay"',
  unconfirmedEditors,
});
const powerUser: Bundle["targets"] = [
  {
    accounts: [{ id: anAccountId(2), name: "payments-prod" }],
    organizationalUnits: [],
    permissionSets: [{ id: aPermissionSetArn("PowerUser"), name: "PowerUser" }],
  },
];
const byScope = { accessScope: "prod" as ScopeName };

const onCallRule: PersonRule = { type: "on-call", rota: primary };
const engineers = aFlow().requestors;

const setUp = () => {
  const policies = noPolicies();
  const directory = new FakeDirectory();
  directory.addUser({ userId: alice, userName: "alice" });
  directory.addGroup({
    groupId: aGroupId("payments-engineers"),
    displayName: "payments-engineers",
    members: [alice],
  });
  const dependencies = {
    ...policies,
    directory,
    organization: new FakeOrganization(),
    secondAdministrator: true,
  };
  return {
    ...policies,
    evaluated: async (flow: AccessFlow, ...others: AccessFlow[]) => {
      const ask = anAsk();
      const context = await loadContext(dependencies, [flow, ...others], {
        requester: alice,
        targets: ask.targets,
        now,
      });
      return {
        evaluation: evaluate(ask, { ...context, approversOf: () => somebodyDecides }),
        dependsOn: context.dependenciesOf(flow),
      };
    },
  };
};

describe("whoever edited what a flow names is not served by it until somebody else confirms", () => {
  it("who is on call, once nobody vouches for a rota that one wrote oneself", async () => {
    const { rotas, evaluated } = setUp();
    const flow = aFlow({ requestors: onCallRule });
    await rotas.put(rota(alice));
    expect((await evaluated(flow)).evaluation.allowed).toBe(true);
    await rotas.put({ ...rota(alice, [alice]), version: 2 });
    expect((await evaluated(flow)).evaluation).toMatchObject({ allowed: false, code: "flow-unconfirmed" });
    await rotas.put({ ...rota(alice, [aUserId("bob")]), version: 3 });
    expect((await evaluated(flow)).evaluation.allowed).toBe(true);
  });

  it("whom a rota approves automatically", async () => {
    const { rotas, evaluated } = setUp();
    const flow = aFlow({ approval: { ...aFlow().approval, automatic: { not: { not: onCallRule } } } });
    await rotas.put(rota(alice, [alice]));
    expect((await evaluated(flow)).evaluation).toMatchObject({ allowed: false, code: "flow-unconfirmed" });
  });

  it("an edit that is made while who is on call is being looked up", async () => {
    const { rotas, onCall, evaluated } = setUp();
    await rotas.put(rota(aUserId("bob")));
    const asked = onCall.onCall.bind(onCall);
    onCall.onCall = async (name, at) => {
      await rotas.put({ ...rota(alice, [alice]), version: 2 });
      return asked(name, at);
    };
    const { evaluation } = await evaluated(aFlow({ requestors: onCallRule }));
    expect(evaluation).toMatchObject({ allowed: false, code: "flow-unconfirmed" });
  });

  it("a bundle, and a scope that only the bundle names", async () => {
    const { bundles, accessScopes, evaluated } = setUp();
    const flow = aFlow({ targets: [{ bundle: "databases" as BundleName }] });
    await bundles.put(bundle([alice]));
    expect((await evaluated(flow)).evaluation).toMatchObject({ allowed: false, code: "flow-unconfirmed" });
    await bundles.put({ ...bundle([], [...powerUser, byScope]), version: 2 });
    await accessScopes.put(scope([alice]));
    expect((await evaluated(flow)).evaluation).toMatchObject({ allowed: false, code: "flow-unconfirmed" });
  });

  it("is of what the flow names, and of nothing else", async () => {
    const { bundles, accessScopes, rotas, evaluated } = setUp();
    await bundles.put(bundle([alice]));
    await accessScopes.put(scope([alice]));
    await rotas.put(rota(alice, [alice]));
    const both = aFlow({ requestors: { anyOf: [engineers, onCallRule] }, targets: [...powerUser, byScope] });
    const { evaluation, dependsOn } = await evaluated(aFlow(), { ...both, name: "both" as FlowName });
    expect(dependsOn).toEqual([]);
    expect(evaluation).toMatchObject({ allowed: true, flow: { name: "prod-power" } });
    expect((await evaluated(both)).dependsOn).toMatchObject([{ name: "prod" }, { name: "primary" }]);
  });
});

describe("whose manager somebody is", () => {
  const boss = aUserId("boss");
  const team = aGroupId("team");
  const verdictOf = async (set: (directory: FakeDirectory) => void, of: "user" | "group") => {
    const directory = new FakeDirectory();
    directory.addUser({ userId: boss, userName: "boss" });
    directory.addUser({ userId: alice, userName: "alice" });
    directory.addGroup({ groupId: team, displayName: "team", members: [alice] });
    set(directory);
    const party =
      of === "user"
        ? ({ type: "user", id: alice, name: "alice" } as const)
        : ({ type: "group", id: team, name: "team" } as const);
    const needed = neededOfPerson([aFlow({ requestors: { not: { type: "manager-of", of: party } } })]);
    const person = await loadPerson({ directory, onCall: noPolicies().onCall }, boss, needed, now);
    return [...person.manages.values()];
  };

  it.each<readonly [string, (directory: FakeDirectory) => void, string]>([
    [
      "is known where the directory names one",
      (directory) => {
        directory.setAttributes(alice, { manager: "boss" });
      },
      "met",
    ],
    [
      "is known where it names another",
      (directory) => {
        directory.setAttributes(alice, { manager: "alice" });
      },
      "unmet",
    ],
    ["is not known where it names nobody", () => undefined, "unknown"],
    [
      "is not known of somebody who is gone",
      (directory) => {
        directory.deleteUser(alice);
      },
      "unknown",
    ],
  ])("%s", async (_, set, verdict) => {
    expect(await verdictOf(set, "user")).toEqual([verdict]);
    expect(await verdictOf(set, "group")).toEqual([verdict]);
  });

  it("is not known of a group that was deleted: nobody gets in for not being its members' manager", async () => {
    expect(
      await verdictOf((directory) => {
        directory.deleteGroup(team);
      }, "group"),
    ).toEqual(["unknown"]);
  });
});

/** Counts what costs a call each. */
class CountingDirectory extends FakeDirectory {
  readonly counted = { memberships: 0, members: 0, managerOf: 0, group: 0, attributes: 0 };
  readonly askedManagerOf: UserId[] = [];
  override memberships(...asked: Parameters<FakeDirectory["memberships"]>) {
    this.counted.memberships += 1;
    return super.memberships(...asked);
  }
  override members(...asked: Parameters<FakeDirectory["members"]>) {
    this.counted.members += 1;
    return super.members(...asked);
  }
  override managerOf(...asked: Parameters<FakeDirectory["managerOf"]>) {
    this.counted.managerOf += 1;
    this.askedManagerOf.push(asked[0]);
    return super.managerOf(...asked);
  }
  override group(...asked: Parameters<FakeDirectory["group"]>) {
    this.counted.group += 1;
    return super.group(...asked);
  }
  override attributes(...asked: Parameters<FakeDirectory["attributes"]>) {
    this.counted.attributes += 1;
    return super.attributes(...asked);
  }
}

describe("how much is looked up, whatever flows there are", () => {
  const FLOWS = 24;
  /** Each flow asks who manages fifty people, who is on call by a rota of its own, and whether a group is there. */
  const demanding = (index: number, flow: Partial<AccessFlow> = {}): AccessFlow =>
    aFlow({
      name: `flow-${String(index)}` as FlowName,
      requestors: {
        anyOf: [
          { type: "manager-of", of: team(index) },
          { type: "on-call", rota: `rota-${String(index)}` as RotaName },
          { not: { type: "group", id: aGroupId(`denied-${String(index)}`), name: "denied" } },
          { type: "attribute", attribute: "department", operator: "is", values: ["payments"] },
        ],
      },
      ...flow,
    });
  const team = (index: number) => {
    const name = `team-${String(index)}`;
    return { type: "group" as const, id: aGroupId(name), name };
  };

  const looked = async (
    flows: readonly AccessFlow[],
    memberOf: (team: number, member: number) => string = (of, member) => `${String(of)}-${String(member)}`,
  ) => {
    const directory = new CountingDirectory();
    directory.addUser({ userId: alice, userName: "alice" });
    for (const index of flows.keys()) {
      const members = Array.from({ length: 50 }, (_, member) => aUserId(memberOf(index, member)));
      for (const userId of members) directory.addUser({ userId, userName: userId });
      directory.addGroup({ groupId: team(index).id, displayName: team(index).name, members });
    }
    const policies = noPolicies();
    const asked = { onCall: 0, rotas: 0 };
    const context = await loadEvaluation(
      {
        ...policies,
        clock: new VirtualClock(),
        directory,
        organization: new FakeOrganization(),
        secondAdministrator: true,
        protectedAccounts: [],
        delegatedAdministrator: false,
        onCall: {
          onCall: (...input) => {
            asked.onCall += 1;
            return policies.onCall.onCall(...input);
          },
        },
        rotas: {
          get: (...input) => {
            asked.rotas += 1;
            return policies.rotas.get(...input);
          },
        },
      },
      flows,
      wanted,
    );
    return { counted: { ...directory.counted, ...asked }, directory, context: context[1] };
  };

  const elsewhere: Partial<AccessFlow> = {
    targets: [
      {
        accounts: [{ id: anAccountId(7), name: "elsewhere" }],
        organizationalUnits: [],
        permissionSets: [{ id: aPermissionSetArn("PowerUser"), name: "PowerUser" }],
      },
    ],
  };

  it.each<readonly [string, Partial<AccessFlow>]>([
    ["are not active", { active: false }],
    ["take no requests", { trigger: "automatic" }],
    ["do not cover it", elsewhere],
    ["are for emergencies", { breakGlass: { reviewWithinSeconds: 3600, watchers: [] } }],
  ])("is a batch of memberships and the attributes alone where they %s", async (_, flow) => {
    const flows = Array.from({ length: FLOWS }, (__, index) => demanding(index, flow));
    const { counted, context } = await looked(flows);
    expect(counted).toEqual({
      memberships: 1,
      attributes: 1,
      members: 0,
      managerOf: 0,
      group: 0,
      onCall: 0,
      rotas: 0,
    });
    // What nobody looked up is not known: it is no "no", which a `not` would turn around.
    expect(context.requester.missingGroups.size).toBe(FLOWS);
    expect(context.flows.map((one) => isWhom(one.requestors, context.requester))).toEqual(
      Array(FLOWS).fill("unknown"),
    );
  });

  it("is bounded in all, and what is beyond is not known", async () => {
    const flows = Array.from({ length: FLOWS }, (_, index) => demanding(index));
    const { counted, context } = await looked(flows);
    const { members, managerOf, group, onCall } = counted;
    expect(members + managerOf + group + onCall).toBe(MOST_QUESTIONS);
    expect(counted).toMatchObject({
      memberships: 1,
      attributes: 1,
      group: FLOWS,
      onCall: FLOWS,
      rotas: FLOWS,
    });
    expect([...context.requester.manages.values()]).toEqual(Array(FLOWS).fill("unknown"));
  });

  it("asks once for the manager of whoever is in several groups", async () => {
    const flows = Array.from({ length: 3 }, (_, index) => demanding(index));
    const { directory } = await looked(flows, (_, member) => `shared-${String(member)}`);
    expect(directory.askedManagerOf).toHaveLength(50);
    expect(new Set(directory.askedManagerOf).size).toBe(50);
  });

  it("leaves out the rotas and groups beyond the bound, and says of neither that it is not", async () => {
    const flows = Array.from({ length: MOST_QUESTIONS + 5 }, (_, index) =>
      aFlow({
        name: `flow-${String(index)}` as FlowName,
        requestors: {
          allOf: [
            { not: { type: "on-call", rota: `rota-${String(index)}` as RotaName } },
            { not: { type: "group", id: aGroupId(`denied-${String(index)}`), name: "denied" } },
          ],
        },
      }),
    );
    const { counted, context } = await looked(flows);
    expect(counted).toMatchObject({ onCall: MOST_QUESTIONS, rotas: MOST_QUESTIONS, group: 0, managerOf: 0 });
    expect(context.requester.missingGroups.size).toBe(MOST_QUESTIONS + 5);
    const last = context.flows.at(-1)?.requestors;
    expect(last && isWhom(last, context.requester)).toBe("unknown");
  });
});

const wanted: Wanted = {
  caller: { userId: alice, userName: "alice" },
  principal: { type: "USER", id: alice, name: "alice" },
  requestFor: "self",
  targets: [
    {
      account: { id: anAccountId(2), name: "payments-prod" },
      permissionSet: {
        arn: aPermissionSetArn("PowerUser"),
        name: "PowerUser",
        sessionDuration: "PT1H",
        inManagementAccount: false,
      },
    },
  ],
  durationSeconds: 3600,
  now,
  justification: "incident 42",
  mfa: false,
  breakGlass: false,
};
