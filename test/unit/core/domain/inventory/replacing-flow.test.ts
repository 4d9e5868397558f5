import { expect, it } from "vitest";
import type { AccessFlow } from "../../../../../lambdas/core/domain/access-flow.ts";
import { FlowNameSchema } from "../../../../../lambdas/core/domain/ids.ts";
import { replacingFlow } from "../../../../../lambdas/core/domain/inventory/replacing-flow.ts";
import {
  aFlow,
  aGroupId,
  aPermissionSetArn,
  aUserId,
  anOrganizationalUnitId,
} from "../../../../support/builders.ts";
import { anAssignmentFact } from "../../../../support/facts.ts";

const engineers = aGroupId("payments-engineers");
const held = {
  assignment: anAssignmentFact(2, "PowerUser", { user: "alice" }),
  groups: new Set([engineers]),
  organizationalUnits: [anOrganizationalUnitId("prod")],
};

const nameOf = (flows: readonly AccessFlow[], changes: Partial<typeof held> = {}) =>
  replacingFlow(flows, { ...held, ...changes })?.name;

it("a user's by a flow that names one of their groups, or the user", () => {
  expect(nameOf([aFlow()])).toBe("prod-power");
  expect(nameOf([aFlow()], { groups: new Set() })).toBeUndefined();
  const requestors = { anyOf: [{ type: "user" as const, id: aUserId("alice"), name: "alice" }] };
  expect(nameOf([aFlow({ requestors })], { groups: new Set() })).toBe("prod-power");
});

it("a group's by a flow that names this group", () => {
  const groups = new Set<never>();
  const ofEngineers = anAssignmentFact(2, "PowerUser", { group: "payments-engineers" });
  expect(nameOf([aFlow()], { assignment: ofEngineers, groups })).toBe("prod-power");
  const ofOthers = anAssignmentFact(2, "PowerUser", { group: "others" });
  expect(nameOf([aFlow()], { assignment: ofOthers, groups })).toBeUndefined();
});

it("only by one that gives access to the same permission set in the same account, or below a unit above it", () => {
  expect(
    nameOf([aFlow()], { assignment: anAssignmentFact(3, "PowerUser", { user: "alice" }) }),
  ).toBeUndefined();
  expect(
    nameOf([aFlow()], { assignment: anAssignmentFact(2, "ReadOnly", { user: "alice" }) }),
  ).toBeUndefined();
  const below = aFlow({
    targets: [
      {
        accounts: [],
        organizationalUnits: [{ id: anOrganizationalUnitId("prod"), name: "/Prod" }],
        permissionSets: [{ id: aPermissionSetArn("PowerUser"), name: "PowerUser" }],
      },
    ],
  });
  expect(nameOf([below])).toBe("prod-power");
  expect(nameOf([below], { organizationalUnits: [] })).toBeUndefined();
});

it("by the one of several that asks the least", () => {
  const automatic = aFlow({ name: FlowNameSchema.parse("automatic"), approval: { steps: [] } });
  expect(nameOf([aFlow(), automatic])).toBe("automatic");
});

it("by no flow under which one asks for others alone", () => {
  expect(nameOf([aFlow({ requestFor: ["others", "direct-reports"] })])).toBeUndefined();
  expect(nameOf([aFlow({ requestFor: ["others", "self"] })])).toBe("prod-power");
});
