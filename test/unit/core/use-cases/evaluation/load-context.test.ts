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
import type { Rota } from "../../../../../lambdas/core/domain/rota.ts";
import { loadContext } from "../../../../../lambdas/core/use-cases/evaluation/load-context.ts";
import { loadPerson } from "../../../../../lambdas/core/use-cases/evaluation/load-person.ts";
import { neededOfPerson } from "../../../../../lambdas/core/use-cases/evaluation/needed-facts.ts";
import { aFlow, aGroupId, aPermissionSetArn, aUserId, anAccountId } from "../../../../support/builders.ts";
import { anAsk, somebodyDecides } from "../../../../support/evaluations.ts";
import { FakeDirectory, FakeOrganization } from "../../../../support/fakes/directory.ts";
import { noPolicies } from "../../../../support/policies.ts";

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
