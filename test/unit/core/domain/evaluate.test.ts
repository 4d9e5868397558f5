import { describe, expect, it } from "vitest";
import {
  accountsToLocate,
  evaluate,
  groupsNamedIn,
  type EvaluationContext,
} from "../../../../lambdas/core/domain/evaluate.ts";
import type { FlowName } from "../../../../lambdas/core/domain/ids.ts";
import {
  aFlow,
  aGroupId,
  aPermissionSetArn,
  aUserId,
  anAccountId,
  anOrganizationalUnitId,
} from "../../../support/builders.ts";

const alice = aUserId("alice");
const ask = (overrides: Partial<Parameters<typeof evaluate>[0]> = {}) => ({
  requester: alice,
  targets: [{ accountId: anAccountId(2), permissionSetArn: aPermissionSetArn("PowerUser") }],
  durationSeconds: 3600,
  sessions: [],
  ...overrides,
});
const context = (overrides: Partial<EvaluationContext> = {}): EvaluationContext => ({
  flows: [aFlow()],
  memberships: new Set([aGroupId("payments-engineers")]),
  ancestors: new Map(),
  ...overrides,
});
const automatic = aFlow({ name: "automatic" as FlowName, approval: { steps: [] } });

describe("what has to be looked up", () => {
  it("is each group once, and no person", () => {
    const engineers = { type: "group", id: aGroupId("payments-engineers"), name: "engineers" } as const;
    expect(groupsNamedIn([engineers, { type: "user", id: alice, name: "alice" }, engineers])).toEqual([
      engineers.id,
    ]);
  });

  it("is where an account lies, only if a flow offers its permission set by organizational unit", () => {
    const byUnit = (permissionSet: string) =>
      aFlow({
        targets: [
          {
            accounts: [],
            organizationalUnits: [{ id: anOrganizationalUnitId("Workloads"), name: "/Workloads" }],
            permissionSets: [
              { id: aPermissionSetArn("Billing"), name: "Billing" },
              { id: aPermissionSetArn(permissionSet), name: permissionSet },
            ],
          },
        ],
      });
    const twice = ask({ targets: [...ask().targets, ...ask().targets] });
    expect(accountsToLocate(twice, [byUnit("PowerUser")])).toEqual([anAccountId(2)]);
    expect(accountsToLocate(twice, [byUnit("ReadOnly")])).toEqual([]);
  });
});

describe("evaluate", () => {
  it("names the flow that allows the request", () => {
    expect(evaluate(ask(), context())).toMatchObject({ allowed: true, flow: { name: "prod-power" } });
  });

  it("refuses a person whom no flow names, whatever groups they say they are in", () => {
    const outsider = evaluate(ask(), context({ memberships: new Set() }));
    expect(outsider).toEqual({
      allowed: false,
      code: "no-matching-flow",
      reasons: ["no access flow names you or one of your groups as a requestor"],
    });
  });

  it("needs to be named once, among whomever else a flow names", () => {
    const several = aFlow({
      requestors: {
        anyOf: [
          { type: "group", id: aGroupId("others"), name: "others" },
          { type: "user", id: alice, name: "alice" },
        ],
      },
    });
    expect(evaluate(ask(), context({ flows: [several], memberships: new Set() })).allowed).toBe(true);
  });

  it("needs to be covered by one of a flow's targets, with one of its permission sets", () => {
    const [target] = aFlow().targets;
    if (target === undefined) throw new Error("The flow has no target");
    const [powerUser] = target.permissionSets;
    if (powerUser === undefined) throw new Error("The target has no permission set");
    const readOnly = { id: aPermissionSetArn("ReadOnly"), name: "ReadOnly" };
    const flow = aFlow({
      targets: [
        { ...target, accounts: [{ id: anAccountId(3), name: "other" }] },
        { ...target, permissionSets: [readOnly, powerUser] },
      ],
    });
    expect(evaluate(ask(), context({ flows: [flow] })).allowed).toBe(true);
    expect(accountsToLocate(ask(), [flow])).toEqual([]);
  });

  it("says of each flow that names somebody why it does not serve", () => {
    const elsewhere = { accountId: anAccountId(9), permissionSetArn: aPermissionSetArn("PowerUser") };
    expect(evaluate(ask({ targets: [elsewhere] }), context({ flows: [aFlow(), automatic] }))).toEqual({
      allowed: false,
      code: "no-matching-flow",
      reasons: [
        "access flow prod-power does not cover everything that you asked for",
        "access flow automatic does not cover everything that you asked for",
      ],
    });
  });

  it("allows a person named by id", () => {
    const named = aFlow({ requestors: { anyOf: [{ type: "user", id: alice, name: "alice" }] } });
    expect(evaluate(ask(), context({ flows: [named], memberships: new Set() })).allowed).toBe(true);
    expect(evaluate(ask({ requester: aUserId("mallory") }), context({ flows: [named] })).allowed).toBe(false);
  });

  it("needs one flow for every target: two flows with half each do not add up", () => {
    const other = { accountId: anAccountId(3), permissionSetArn: aPermissionSetArn("PowerUser") };
    const half = aFlow({
      name: "other-half" as FlowName,
      targets: [
        {
          accounts: [{ id: anAccountId(3), name: "other" }],
          organizationalUnits: [],
          permissionSets: [{ id: aPermissionSetArn("PowerUser"), name: "PowerUser" }],
        },
      ],
    });
    const both = evaluate(ask({ targets: [...ask().targets, other] }), context({ flows: [aFlow(), half] }));
    expect(both).toMatchObject({ allowed: false, code: "no-matching-flow" });
  });

  it("allows an account by any organizational unit above it", () => {
    const workloads = anOrganizationalUnitId("Workloads");
    const byUnit = aFlow({
      targets: [
        {
          accounts: [],
          organizationalUnits: [{ id: workloads, name: "/Workloads" }],
          permissionSets: [{ id: aPermissionSetArn("PowerUser"), name: "PowerUser" }],
        },
      ],
    });
    const below = new Map([[anAccountId(2), [anOrganizationalUnitId("Prod"), workloads]]]);
    const beside = new Map([[anAccountId(2), [anOrganizationalUnitId("Sandbox")]]]);
    expect(evaluate(ask(), context({ flows: [byUnit], ancestors: below })).allowed).toBe(true);
    expect(evaluate(ask(), context({ flows: [byUnit], ancestors: beside })).allowed).toBe(false);
    expect(accountsToLocate(ask(), [byUnit])).toEqual([anAccountId(2)]);
    expect(accountsToLocate(ask(), [aFlow()])).toEqual([]);
  });

  it("refuses a permission set that the account is not offered with", () => {
    const administrator = { accountId: anAccountId(2), permissionSetArn: aPermissionSetArn("Administrator") };
    expect(evaluate(ask({ targets: [administrator] }), context()).allowed).toBe(false);
  });

  it("refuses a duration above the maximum, and says the maximum; the maximum itself is fine", () => {
    expect(evaluate(ask({ durationSeconds: 8 * 3600 }), context()).allowed).toBe(true);
    const tooLong = evaluate(ask({ durationSeconds: 8 * 3600 + 1 }), context());
    expect(tooLong).toMatchObject({ allowed: false, code: "duration-above-maximum" });
    expect(tooLong.allowed ? [] : tooLong.reasons).toEqual(["access flow prod-power allows at most PT8H"]);
  });

  it("takes the flow with the fewest approvals, then the first by name", () => {
    const named = (name: string) => aFlow({ name: name as FlowName });
    expect(evaluate(ask(), context({ flows: [aFlow(), automatic] }))).toMatchObject({
      flow: { name: "automatic" },
    });
    for (const flows of [
      [named("b"), named("a")],
      [named("a"), named("b")],
    ]) {
      expect(evaluate(ask(), context({ flows }))).toMatchObject({ flow: { name: "a" } });
    }
  });
});
