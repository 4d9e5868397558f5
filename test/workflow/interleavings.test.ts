import { describe, expect, it } from "vitest";
import type { FlowName } from "../../lambdas/core/domain/ids.ts";
import {
  HOUR,
  MINUTE,
  alice,
  automaticFlow,
  bob,
  lockstepUnderTest,
} from "../support/lockstep-under-test.ts";
import { aFlow } from "../support/builders.ts";

/**
 * Step Functions invokes a function again when it has lost the connection to the first invocation, which runs on.
 * Each test holds the first one up at one place, lets the machine go on without it, and then lets it finish.
 */
describe("a grant that runs on after the machine has given it up", () => {
  it("takes nothing any more once its request is over: nobody would remove it", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    const goOn = lockstep.holdUp("before it takes hold");
    const id = await lockstep.submit(alice, { duration: "PT1M" });
    await lockstep.clock.advanceBy(10_000);
    expect(await lockstep.request(id)).toMatchObject({ status: "active" });
    await lockstep.clock.runUntilIdle();
    expect(await lockstep.request(id)).toMatchObject({ status: "ended" });
    await goOn();
    await lockstep.clock.runUntilIdle();
    expect(lockstep.has()).toBe(false);
    expect(lockstep.entitlements.all).toMatchObject([{ state: "absent", holders: {} }]);
  });

  it("takes nothing any more when its request was taken back before it held anything", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    lockstep.failing.set("grant-access", new TypeError("a defect"));
    lockstep.failing.clear();
    const goOn = lockstep.holdUp("before it takes hold");
    lockstep.provider.failure = "the account has too many roles";
    const id = await lockstep.submit(alice, { duration: "PT1M" });
    await lockstep.clock.runUntilIdle();
    expect(await lockstep.request(id)).toMatchObject({ status: "failed" });
    lockstep.provider.failure = undefined;
    await goOn();
    await lockstep.clock.runUntilIdle();
    expect(lockstep.has()).toBe(false);
  });

  it("sends its Create late: the access is looked for until that cannot happen any more, and removed", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    const goOn = lockstep.holdUp("before its Create");
    const id = await lockstep.submit(alice, { duration: "PT1M" });
    await lockstep.clock.advanceBy(2 * MINUTE);
    expect(lockstep.statuses(id)).toContain("active");
    expect(await lockstep.request(id)).toMatchObject({
      status: "revoking",
      entitlements: [{ status: "verifying" }],
    });
    await goOn();
    expect(lockstep.has()).toBe(true);
    await lockstep.clock.runUntilIdle();
    expect(lockstep.has()).toBe(false);
    expect(await lockstep.request(id)).toMatchObject({ status: "ended" });
  });
});

describe("a revoke that runs on after the machine has given it up", () => {
  it("deletes nothing late: somebody else may hold the same access by then", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    const first = await lockstep.submit(alice, { duration: "PT1M" });
    const goOn = lockstep.holdUp("before its Delete");
    await lockstep.clock.advanceBy(10 * MINUTE);
    expect(await lockstep.request(first)).toMatchObject({ status: "ended" });
    const second = await lockstep.submit(alice);
    expect(await lockstep.request(second)).toMatchObject({ status: "active" });
    await goOn();
    expect(lockstep.has()).toBe(true);
    await lockstep.clock.runUntilIdle();
    expect(lockstep.has()).toBe(false);
  });

  it("does not delete beside another one of the same request", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    lockstep.provider.operationMilliseconds = 5_000;
    const id = await lockstep.submit(alice, { duration: "PT1M" });
    await lockstep.clock.advanceBy(MINUTE);
    await lockstep.revoke(id);
    await lockstep.clock.runUntilIdle();
    expect(await lockstep.request(id)).toMatchObject({ status: "ended" });
    expect(lockstep.provider.countOf("remove")).toBe(1);
  });
});

describe("a request whose execution was stopped by hand", () => {
  it("is taken back by a revoke while it was being granted", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    lockstep.holdUp("before its Create");
    lockstep.provider.faults.push(...Array.from({ length: 50 }, () => "throttled" as const));
    const id = await lockstep.submit();
    await lockstep.stopExecutions();
    lockstep.provider.faults.length = 0;
    await lockstep.revoke(id);
    expect(await lockstep.request(id)).toMatchObject({ status: "granting" });
    await lockstep.clock.runUntilIdle();
    expect(await lockstep.request(id)).toMatchObject({
      status: "ended",
      ended: { reason: "revoked", by: alice },
    });
    expect(lockstep.has()).toBe(false);
  });

  it("ends by a revoke that is asked for again, although an execution of its name has run", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    const id = await lockstep.submit();
    lockstep.holdUp("before its Delete");
    await lockstep.revoke(id);
    await lockstep.stopExecutions();
    expect(await lockstep.request(id)).toMatchObject({ status: "revoking" });
    await lockstep.clock.advanceBy(HOUR);
    expect(await lockstep.request(id)).toMatchObject({ status: "revoking" });
    await lockstep.revoke(id);
    // The stopped one's turn was never given back: it is waited out.
    await lockstep.clock.advanceBy(2 * MINUTE);
    expect(await lockstep.request(id)).toMatchObject({ status: "ended" });
    expect(lockstep.has()).toBe(false);
  });
});

describe("a request whose start was lost", () => {
  const idempotency = { key: "key", body: "body" };

  it("begins when it is approved", async () => {
    const lockstep = await lockstepUnderTest();
    lockstep.lost.push("start");
    await expect(lockstep.submit(alice, {}, idempotency)).rejects.toMatchObject({
      name: "WorkflowUnavailable",
    });
    lockstep.lost.length = 0;
    const [made] = lockstep.requests.all;
    if (made === undefined) throw new Error("The request was not written");
    await lockstep.decide(made.id, "approve", bob);
    expect(await lockstep.request(made.id)).toMatchObject({ status: "active" });
    await lockstep.clock.runUntilIdle();
    expect(lockstep.has()).toBe(false);
  });

  it("begins when its POST is sent again, approved or not", async () => {
    const flow = aFlow({ name: "prod-power" as FlowName });
    const lockstep = await lockstepUnderTest({ flow });
    lockstep.lost.push("start");
    await expect(lockstep.submit(alice, {}, idempotency)).rejects.toMatchObject({
      name: "WorkflowUnavailable",
    });
    const [made] = lockstep.requests.all;
    if (made === undefined) throw new Error("The request was not written");
    await expect(lockstep.decide(made.id, "approve", bob)).rejects.toMatchObject({
      name: "WorkflowUnavailable",
    });
    lockstep.lost.length = 0;
    await lockstep.submit(alice, {}, idempotency);
    expect(await lockstep.request(made.id)).toMatchObject({ status: "active" });
  });
});

describe("a removal", () => {
  it("is confirmed although another request leaves its mark on the record meanwhile", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    const first = await lockstep.submit(alice, { duration: "PT1M" });
    lockstep.provider.operationMilliseconds = 30_000;
    await lockstep.clock.advanceBy(MINUTE);
    const second = await lockstep.submit(alice, { duration: "PT5S" });
    await lockstep.clock.advanceBy(31_000);
    expect(await lockstep.request(first)).toMatchObject({
      status: "ended",
      entitlements: [{ status: "removed" }],
    });
    await lockstep.clock.runUntilIdle();
    expect(await lockstep.request(second)).toMatchObject({ status: "failed" });
    expect(lockstep.has()).toBe(false);
  });
});
