import { describe, expect, it } from "vitest";
import { timestamp } from "../../../../../lambdas/core/domain/ids.ts";
import type { EntitlementRecord } from "../../../../../lambdas/core/domain/entitlement.ts";
import type { AssignmentFact } from "../../../../../lambdas/core/domain/inventory/facts.ts";
import { entitlementWatch } from "../../../../../lambdas/core/use-cases/sync/entitlement-watch.ts";
import { aRequestId, anEntitlement, identityCenter } from "../../../../support/builders.ts";
import { VirtualClock } from "../../../../support/virtual-clock.ts";

const one = aRequestId("one");
const two = aRequestId("two");
const entitlement = anEntitlement();
const expiresAt = timestamp(new Date("2026-01-01T02:00:00.000Z"));
const inAMinute = timestamp(new Date("2026-01-01T00:01:00.000Z"));

const assignment: AssignmentFact = {
  kind: "assignment",
  accountId: entitlement.accountId,
  permissionSetArn: entitlement.permissionSetArn,
  principalType: entitlement.principalType,
  principalId: entitlement.principalId,
};

const common = { entitlement, version: 7, holders: {} };
const held = { ...common, holders: { [one]: { expiresAt }, [two]: { expiresAt } } };

const whatIsSaidOf = (
  record: EntitlementRecord | undefined,
  statuses: Readonly<Record<string, string>> = {},
) =>
  entitlementWatch({
    entitlements: { get: () => Promise.resolve(record) },
    requests: {
      get: (id) => Promise.resolve(id in statuses ? ({ status: statuses[id] } as never) : undefined),
    },
    identityCenter,
    clock: new VirtualClock(),
  }).of(assignment);

describe("what Lockstep is doing with an assignment", () => {
  it("is nothing where it never had to do with it", async () => {
    expect(await whatIsSaidOf(undefined)).toEqual({ version: 0, heldBy: [] });
  });

  it("is asked by the entitlement that the assignment is", async () => {
    const keys: string[] = [];
    const watch = entitlementWatch({
      entitlements: {
        get: (key) => {
          keys.push(key);
          return Promise.resolve(undefined);
        },
      },
      requests: { get: () => Promise.resolve(undefined) },
      identityCenter,
      clock: new VirtualClock(),
    });
    await watch.of(assignment);
    expect(keys).toEqual([
      [
        "identity-center/account-assignment",
        entitlement.accountId,
        entitlement.permissionSetArn,
        entitlement.principalType,
        entitlement.principalId,
      ].join("#"),
    ]);
  });

  it.each([
    { ...held, state: "observing", by: one },
    { ...common, state: "removing", by: one },
    { ...common, state: "verifying", by: one, until: inAMinute },
  ] satisfies EntitlementRecord[])("is not settled while it is $state", async (record) => {
    expect(await whatIsSaidOf(record, { [one]: "active" })).toBe("unsettled");
  });

  it("is settled when it removed the access, and nobody holds it", async () => {
    expect(await whatIsSaidOf({ ...common, state: "absent" })).toEqual({ version: 7, heldBy: [] });
  });

  it("is settled where the access was there before, whatever its holders are at", async () => {
    expect(await whatIsSaidOf({ ...held, state: "standing" }, { [one]: "granting" })).toEqual({
      version: 7,
      heldBy: [one, two],
    });
  });

  it.each(["granting", "revoking"])(
    "is not settled when all who hold what it made are %s: a Create or a removal may be on its way",
    async (status) => {
      expect(await whatIsSaidOf({ ...held, state: "ours" }, { [one]: status, [two]: status })).toBe(
        "unsettled",
      );
    },
  );

  it("is settled as soon as one of its holders is active", async () => {
    expect(await whatIsSaidOf({ ...held, state: "ours" }, { [one]: "granting", [two]: "active" })).toEqual({
      version: 7,
      heldBy: [one, two],
    });
  });

  it("is not settled while an attempt may still land that nobody saw end", async () => {
    const record = { ...held, state: "ours", uncertainUntil: inAMinute } as const;
    expect(await whatIsSaidOf(record, { [one]: "active" })).toBe("unsettled");
    const over = { ...record, uncertainUntil: timestamp(new Date("2026-01-01T00:00:00.000Z")) };
    expect(await whatIsSaidOf(over, { [one]: "active" })).toMatchObject({ version: 7 });
  });
});
