import { describe, expect, it } from "vitest";
import { evaluate } from "../../../../lambdas/core/domain/evaluate.ts";
import type { FlowName, OrganizationalUnitId } from "../../../../lambdas/core/domain/ids.ts";
import {
  aFlow,
  aGroupId,
  aPermissionSetArn,
  aUserId,
  anAccountId,
  anOrganizationalUnitId,
} from "../../../support/builders.ts";
import { aPersonKnown, anAsk, aContext } from "../../../support/evaluations.ts";

const alice = aUserId("alice");
const ask = anAsk;
const context = aContext;
const stranger = aPersonKnown({ memberships: new Set() });
const automatic = aFlow({ name: "automatic" as FlowName, approval: { steps: [] } });

describe("evaluate", () => {
  it("names the flow that allows the request", () => {
    expect(evaluate(ask(), context())).toMatchObject({ allowed: true, flow: { name: "prod-power" } });
  });

  it("refuses a person whom no flow names, whatever groups they say they are in", () => {
    const outsider = evaluate(ask(), context({ requester: stranger }));
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
    expect(evaluate(ask(), context({ flows: [several], requester: stranger })).allowed).toBe(true);
  });

  it("needs to be covered by one of a flow's targets, with one of its permission sets", () => {
    const powerUser = { id: aPermissionSetArn("PowerUser"), name: "PowerUser" };
    const target = { organizationalUnits: [], permissionSets: [powerUser] };
    const readOnly = { id: aPermissionSetArn("ReadOnly"), name: "ReadOnly" };
    const flow = aFlow({
      targets: [
        { ...target, accounts: [{ id: anAccountId(3), name: "other" }] },
        {
          ...target,
          accounts: [{ id: anAccountId(2), name: "payments-prod" }],
          permissionSets: [readOnly, powerUser],
        },
      ],
    });
    expect(evaluate(ask(), context({ flows: [flow] })).allowed).toBe(true);
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
    expect(evaluate(ask(), context({ flows: [named], requester: stranger })).allowed).toBe(true);
    const mallory = aPersonKnown({ id: aUserId("mallory") });
    expect(evaluate(ask(), context({ flows: [named], requester: mallory })).allowed).toBe(false);
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
    const located = (...organizationalUnits: OrganizationalUnitId[]) =>
      new Map([[anAccountId(2), { organizationalUnits }]]);
    const below = located(anOrganizationalUnitId("Prod"), workloads);
    const beside = located(anOrganizationalUnitId("Sandbox"));
    expect(evaluate(ask(), context({ flows: [byUnit], accounts: below })).allowed).toBe(true);
    expect(evaluate(ask(), context({ flows: [byUnit], accounts: beside })).allowed).toBe(false);
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
