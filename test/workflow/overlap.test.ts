import { describe, expect, it } from "vitest";
import { entitlementKey } from "../../lambdas/core/domain/entitlement.ts";
import {
  HOUR,
  MINUTE,
  alice,
  automaticFlow,
  carol,
  engineers,
  lockstepUnderTest,
  powerUser,
} from "../support/lockstep-under-test.ts";
import { anEntitlement } from "../support/builders.ts";

const group = { type: "GROUP" as const, name: "payments-engineers" };
const groupAccess = entitlementKey(anEntitlement({ principalType: "GROUP", principalId: engineers }));

describe("requests that need the same access", () => {
  it("share it: it goes with the last one, not with the first", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    const short = await lockstep.submit(alice, { duration: "PT1H" });
    const long = await lockstep.submit(alice, { duration: "PT2H" });
    await lockstep.clock.advanceBy(HOUR + MINUTE);
    expect(await lockstep.request(short)).toMatchObject({
      status: "ended",
      entitlements: [{ status: "kept" }],
    });
    expect(lockstep.has()).toBe(true);
    await lockstep.clock.advanceBy(HOUR);
    expect(await lockstep.request(long)).toMatchObject({
      status: "ended",
      entitlements: [{ status: "removed" }],
    });
    expect(lockstep.has()).toBe(false);
    expect(lockstep.provider.countOf("remove")).toBe(1);
  });

  it("that expire together remove it once", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    await lockstep.submit(alice, { principal: group });
    await lockstep.submit(carol, { principal: group });
    expect(lockstep.provider.present.has(groupAccess)).toBe(true);
    await lockstep.clock.runUntilIdle();
    expect(lockstep.provider.present.has(groupAccess)).toBe(false);
    expect(lockstep.provider.countOf("remove")).toBe(1);
  });

  it("wait for a removal to end, and then get it", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    lockstep.provider.operationMilliseconds = 5_000;
    await lockstep.submit(alice, { duration: "PT1M" });
    await lockstep.clock.advanceBy(MINUTE + 1_000);
    const next = await lockstep.submit(alice, { duration: "PT1H" });
    expect(await lockstep.request(next)).toMatchObject({ status: "granting" });
    await lockstep.clock.advanceBy(MINUTE);
    expect(await lockstep.request(next)).toMatchObject({ status: "active" });
    expect(lockstep.has()).toBe(true);
    await lockstep.clock.runUntilIdle();
    expect(lockstep.has()).toBe(false);
  });

  it("wait for the verdict of the first one", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    lockstep.provider.faults.push("throttled");
    const first = await lockstep.submit(alice);
    const second = await lockstep.submit(alice);
    expect([await lockstep.request(first), await lockstep.request(second)]).toMatchObject([
      { status: "granting" },
      { status: "granting" },
    ]);
    await lockstep.clock.advanceBy(MINUTE);
    expect([await lockstep.request(first), await lockstep.request(second)]).toMatchObject([
      { status: "active" },
      { status: "active" },
    ]);
    await lockstep.clock.runUntilIdle();
    expect(lockstep.has()).toBe(false);
  });
});

describe("standing access", () => {
  it("makes a request active at once, says so, and is never removed", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    lockstep.provider.present.add(entitlementKey(powerUser));
    const id = await lockstep.submit();
    expect(await lockstep.request(id)).toMatchObject({
      status: "active",
      entitlements: [{ standing: true }],
    });
    expect(lockstep.provider.countOf("apply")).toBe(0);
    await lockstep.clock.runUntilIdle();
    expect(await lockstep.request(id)).toMatchObject({ status: "ended", entitlements: [{ status: "kept" }] });
    expect(lockstep.has()).toBe(true);
    expect(lockstep.provider.countOf("remove")).toBe(0);
  });

  it("is not mistaken for it after a crash between the verdict and the grant's end", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    lockstep.provider.faults.push("throttled");
    lockstep.crashes.push({ function: "grant-access", when: "after" });
    await lockstep.submit();
    await lockstep.clock.runUntilIdle();
    expect(lockstep.has()).toBe(false);
  });
});
