import { describe, expect, it } from "vitest";
import {
  HOUR,
  MINUTE,
  alice,
  automaticFlow,
  bob,
  engineers,
  leads,
  lockstepUnderTest,
} from "../support/lockstep-under-test.ts";

describe("a grant that fails", () => {
  it("is taken back, and says why", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    lockstep.provider.failure = "the account has too many roles";
    const id = await lockstep.submit();
    lockstep.provider.failure = undefined;
    await lockstep.clock.runUntilIdle();
    expect(await lockstep.request(id)).toMatchObject({
      status: "failed",
      ended: { reason: "grant-failed", message: "the account has too many roles" },
    });
    expect(lockstep.has()).toBe(false);
    expect(lockstep.statuses(id)).not.toContain("active");
  });

  it("by a crash is taken back too, and looked for once more when it could still land", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    lockstep.provider.operationMilliseconds = MINUTE;
    lockstep.crashes.push({ function: "grant-access", when: "before-answer" });
    const id = await lockstep.submit();
    await lockstep.clock.runUntilIdle();
    expect(await lockstep.request(id)).toMatchObject({ status: "failed", ended: { reason: "grant-failed" } });
    expect(lockstep.transitions(id)).toContain("VerificationStarted");
    expect(lockstep.entitlements.all).toMatchObject([{ state: "absent", holders: {} }]);
    expect(lockstep.has()).toBe(false);
  });

  it("is looked for once more at the right time when the function's clock is behind", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    lockstep.crashes.push({ function: "grant-access", when: "before-answer" });
    const id = await lockstep.submit();
    lockstep.setFunctionClock(-10 * MINUTE);
    await lockstep.clock.runUntilIdle();
    expect(await lockstep.request(id)).toMatchObject({ status: "failed" });
    expect(lockstep.invocations.filter((invoked) => invoked.function === "revoke-access")).toHaveLength(2);
  });

  it("for good, by a defect, is never left half-granted", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    lockstep.failing.set("grant-access", new TypeError("a defect"));
    const id = await lockstep.submit();
    await lockstep.clock.advanceBy(HOUR);
    expect(await lockstep.request(id)).toMatchObject({ status: "approved" });
    lockstep.failing.clear();
    await lockstep.clock.advanceBy(5 * MINUTE);
    expect(await lockstep.request(id)).toMatchObject({ status: "active" });
  });

  it("that takes longer than the access lasts never becomes active", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    lockstep.provider.operationMilliseconds = 30_000;
    const id = await lockstep.submit(alice, { duration: "PT10S" });
    await lockstep.clock.runUntilIdle();
    expect(await lockstep.request(id)).toMatchObject({
      status: "failed",
      ended: { message: "the grant took longer than the access was to last" },
    });
    // Its outcome is known, so nothing has to be looked for once more.
    expect(lockstep.statuses(id)).toEqual(["approved", "granting", "revoking", "failed"]);
    expect(lockstep.has()).toBe(false);
  });
});

describe("a revoke", () => {
  it("goes on after the user's groups, the flow and the approver are gone", async () => {
    const lockstep = await lockstepUnderTest();
    const id = await lockstep.submit();
    await lockstep.decide(id);
    lockstep.directory.deleteGroup(engineers);
    lockstep.directory.deleteGroup(leads);
    lockstep.directory.deleteUser(bob.userId);
    for (const flow of await lockstep.flows.list()) await lockstep.flows.delete(flow);
    await lockstep.clock.runUntilIdle();
    expect(lockstep.has()).toBe(false);
    expect(await lockstep.request(id)).toMatchObject({ status: "ended" });
  });

  it("of a deleted user's access ends as dangling: AWS refuses, and nobody can use it", async () => {
    const lockstep = await lockstepUnderTest();
    const id = await lockstep.submit();
    await lockstep.decide(id);
    lockstep.provider.deletedPrincipals.add(alice.userId);
    await lockstep.clock.runUntilIdle();
    expect(await lockstep.request(id)).toMatchObject({
      status: "ended",
      entitlements: [{ status: "dangling" }],
    });
  });

  it("goes on for hours while AWS throttles, and is seen to be at it", async () => {
    const lockstep = await lockstepUnderTest();
    const id = await lockstep.submit();
    await lockstep.decide(id);
    lockstep.provider.faults.push(...Array.from({ length: 20 }, () => "throttled" as const));
    await lockstep.clock.advanceBy(HOUR + MINUTE);
    expect(await lockstep.request(id)).toMatchObject({ status: "revoking" });
    expect(lockstep.has()).toBe(true);
    await lockstep.clock.advanceBy(4 * HOUR);
    expect(await lockstep.request(id)).toMatchObject({ status: "ended" });
    expect(lockstep.has()).toBe(false);
  });

  it("is reported as stuck after about 24 hours, in words, and is tried again when asked for", async () => {
    const lockstep = await lockstepUnderTest();
    const id = await lockstep.submit();
    await lockstep.decide(id);
    lockstep.provider.faults.push(...Array.from({ length: 1000 }, () => "throttled" as const));
    await lockstep.clock.advanceBy(HOUR + 20 * HOUR);
    expect(await lockstep.request(id)).toMatchObject({ status: "revoking" });
    await lockstep.clock.advanceBy(8 * HOUR);
    expect(await lockstep.request(id)).toMatchObject({
      status: "stuck",
      lastError: "ThrottlingException: Rate exceeded",
    });
    expect(lockstep.has()).toBe(true);
    lockstep.provider.faults.length = 0;
    await lockstep.revoke(id);
    expect(lockstep.has()).toBe(false);
    expect(await lockstep.request(id)).toMatchObject({ status: "ended", ended: { reason: "expired" } });
  });

  it("that never came as far as to say that it began is reported as stuck all the same", async () => {
    const lockstep = await lockstepUnderTest();
    const id = await lockstep.submit();
    await lockstep.decide(id);
    lockstep.failing.set("revoke-access", new TypeError("a defect"));
    await lockstep.clock.advanceBy(HOUR + 28 * HOUR);
    expect(await lockstep.request(id)).toMatchObject({ status: "stuck", lastError: "TypeError: a defect" });
  });

  it("survives its function being killed before and after its work", async () => {
    const lockstep = await lockstepUnderTest();
    const id = await lockstep.submit();
    await lockstep.decide(id);
    lockstep.crashes.push(
      { function: "revoke-access", when: "before" },
      { function: "revoke-access", when: "after" },
    );
    await lockstep.clock.runUntilIdle();
    expect(await lockstep.request(id)).toMatchObject({ status: "ended" });
    expect(lockstep.has()).toBe(false);
    expect(lockstep.provider.countOf("remove")).toBe(1);
  });
});
