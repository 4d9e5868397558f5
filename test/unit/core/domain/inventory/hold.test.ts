import { expect, it } from "vitest";
import type { EntitlementRecord } from "../../../../../lambdas/core/domain/entitlement.ts";
import { holdOf } from "../../../../../lambdas/core/domain/inventory/hold.ts";
import { aRequestId, anEntitlement } from "../../../../support/builders.ts";
import { afterMinutes } from "../../../../support/facts.ts";

const [one, two] = [aRequestId("one"), aRequestId("two")];
const base = {
  entitlement: anEntitlement(),
  version: 3,
  holders: { [one]: { expiresAt: afterMinutes(10) }, [two]: { expiresAt: afterMinutes(20) } },
};
const requests = [
  { id: two, until: afterMinutes(20) },
  { id: one, until: afterMinutes(10) },
];

it.each<readonly [string, EntitlementRecord | undefined, object]>([
  ["nobody ever asked Lockstep for it", undefined, { kind: "standing", requests: [] }],
  ["it was given up", { ...base, holders: {}, state: "absent" }, { kind: "standing", requests: [] }],
  [
    "a request is finding out whether it is there",
    { ...base, state: "observing", by: one },
    { kind: "standing", requests: [] },
  ],
  ["it was there before requests came", { ...base, state: "standing" }, { kind: "standing", requests }],
  ["Lockstep made it", { ...base, state: "ours" }, { kind: "temporary", requests }],
  ["it is being removed", { ...base, state: "removing", by: one }, { kind: "ending", requests: [] }],
  [
    "its removal is verified",
    { ...base, state: "verifying", by: one, until: afterMinutes(30) },
    { kind: "ending", requests: [] },
  ],
])("says how an assignment is held: %s", (_name, record, hold) => {
  expect(holdOf(record)).toEqual(hold);
});
