import { describe, expect, it } from "vitest";
import type { RequestIn } from "../../lambdas/core/domain/access-request.ts";
import type { FlowName } from "../../lambdas/core/domain/ids.ts";
import { firstBrokenLink } from "../../lambdas/core/domain/audit.ts";
import { aFlow, aGroupId } from "../support/builders.ts";
import {
  DAY,
  HOUR,
  MINUTE,
  alice,
  automaticFlow,
  bob,
  carol,
  leads,
  lockstepUnderTest,
} from "../support/lockstep-under-test.ts";

describe("one access request", () => {
  it("is granted when it is approved, and gone when it expires", async () => {
    const lockstep = await lockstepUnderTest();
    const id = await lockstep.submit();
    expect(lockstep.has()).toBe(false);
    await lockstep.decide(id);
    expect(await lockstep.request(id)).toMatchObject({ status: "active" });
    expect(lockstep.has()).toBe(true);
    await lockstep.clock.advanceBy(HOUR - 1);
    expect(lockstep.has()).toBe(true);
    await lockstep.clock.advanceBy(1);
    expect(lockstep.has()).toBe(false);
    expect(await lockstep.request(id)).toMatchObject({ status: "ended", ended: { reason: "expired" } });
    expect(lockstep.statuses(id)).toEqual(["pending", "approved", "granting", "active", "revoking", "ended"]);
    expect(await lockstep.runningExecutions()).toBe(0);
  });

  it("enters eight states", async () => {
    const lockstep = await lockstepUnderTest();
    await lockstep.decide(await lockstep.submit());
    await lockstep.clock.runUntilIdle();
    expect(lockstep.states).toEqual([
      "Where to begin?",
      "Wait for approval",
      "Grant access",
      "Granted?",
      "Hold until expiry",
      "Revoke access",
      "Ended?",
      "Done",
    ]);
  });

  it("leaves one chain of audit entries, one a transition", async () => {
    const lockstep = await lockstepUnderTest();
    const id = await lockstep.submit();
    await lockstep.decide(id);
    await lockstep.clock.runUntilIdle();
    const entries = lockstep.requests.history
      .map(({ trail }) => trail.at(-1))
      .filter((entry) => entry !== undefined);
    expect(entries.map(({ type }) => type)).toEqual([
      "ApprovalNeeded",
      "RequestApproved",
      "GrantStarted",
      "AccessGranted",
      "RevocationStarted",
      "AccessEnded",
    ]);
    expect(firstBrokenLink(entries)).toBeUndefined();
  });

  it("lasts 90 days when it may", async () => {
    const flow = aFlow({ duration: { max: "P180D", maxSeconds: 180 * 24 * 3600 } });
    const lockstep = await lockstepUnderTest({ flow });
    const id = await lockstep.submit(alice, { duration: "P90D" });
    await lockstep.decide(id);
    await lockstep.clock.advanceBy(90 * DAY - 1);
    expect(lockstep.has()).toBe(true);
    await lockstep.clock.advanceBy(1);
    expect(lockstep.has()).toBe(false);
  });

  it("needs nobody under a flow without steps", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    const id = await lockstep.submit();
    expect(lockstep.statuses(id)).toEqual(["approved", "granting", "active"]);
    expect(lockstep.has()).toBe(true);
  });
});

describe("approval", () => {
  it("grants nothing before it, and nothing after a rejection", async () => {
    const lockstep = await lockstepUnderTest();
    const id = await lockstep.submit();
    await lockstep.clock.advanceBy(HOUR);
    expect(lockstep.provider.calls).toEqual([]);
    await lockstep.decide(id, "reject");
    await lockstep.clock.runUntilIdle();
    expect(await lockstep.request(id)).toMatchObject({
      status: "rejected",
      ended: { reason: "rejected", by: bob },
    });
    expect(lockstep.provider.calls).toEqual([]);
    expect(await lockstep.runningExecutions()).toBe(0);
  });

  it("lapses at its deadline", async () => {
    const lockstep = await lockstepUnderTest();
    const id = await lockstep.submit();
    await lockstep.clock.advanceBy(DAY - 1000);
    expect(await lockstep.request(id)).toMatchObject({ status: "pending" });
    await lockstep.clock.advanceBy(1000);
    expect(await lockstep.request(id)).toMatchObject({ status: "lapsed" });
    await expect(lockstep.decide(id)).rejects.toMatchObject({ code: "not-pending" });
    expect(lockstep.provider.calls).toEqual([]);
  });

  it("goes through all its steps, each with its own deadline and its own person", async () => {
    const step = (group: string, withinSeconds: number) => ({
      anyOf: [{ type: "group" as const, id: aGroupId(group), name: group }],
      withinSeconds,
    });
    const flow = aFlow({ approval: { steps: [step("payments-leads", 3600), step("security", 600)] } });
    const lockstep = await lockstepUnderTest({ flow });
    lockstep.directory.addGroup({
      groupId: aGroupId("security"),
      displayName: "security",
      members: [bob.userId, carol.userId],
    });
    const id = await lockstep.submit();
    await lockstep.decide(id);
    expect(await lockstep.request(id)).toMatchObject({ status: "pending" });
    await expect(lockstep.decide(id, "approve", bob)).rejects.toMatchObject({ code: "already-decided" });
    await lockstep.clock.advanceBy(5 * MINUTE);
    await lockstep.decide(id, "approve", carol);
    expect(lockstep.has()).toBe(true);

    const late = await lockstep.submit();
    await lockstep.decide(late);
    await lockstep.clock.advanceBy(10 * MINUTE);
    expect(await lockstep.request(late)).toMatchObject({ status: "lapsed" });
  });

  it("asks the directory at the moment of the decision", async () => {
    const lockstep = await lockstepUnderTest();
    const id = await lockstep.submit();
    lockstep.directory.leave(bob.userId, leads);
    await expect(lockstep.decide(id)).rejects.toMatchObject({ code: "approver-no-longer-eligible" });
    lockstep.directory.join(carol.userId, leads);
    await lockstep.decide(id, "approve", carol);
    expect(lockstep.has()).toBe(true);
  });

  it("is decided although the wake-up is lost: the deadline looks", async () => {
    const lockstep = await lockstepUnderTest();
    const id = await lockstep.submit();
    const { createdAt: enteredAt } = await lockstep.request(id);
    const lost = { requestId: id, taskToken: "lost", enteredAt, retryCount: 99, expiresAt: enteredAt };
    await lockstep.wakeups.put(lost);
    await lockstep.decide(id);
    expect(await lockstep.request(id)).toMatchObject({ status: "approved" });
    await lockstep.clock.advanceBy(DAY);
    expect(await lockstep.request(id)).toMatchObject({ status: "active" });
  });

  it("is decided although the decision comes before the wait has begun", async () => {
    const lockstep = await lockstepUnderTest();
    lockstep.crashes.push({ function: "await-approval", when: "before" });
    const id = await lockstep.submit();
    await lockstep.decide(id);
    expect(await lockstep.request(id)).toMatchObject({ status: "approved" });
    await lockstep.clock.advanceBy(5 * MINUTE);
    expect(await lockstep.request(id)).toMatchObject({ status: "active" });
  });
});

describe("a scheduled start", () => {
  const startAt = "2026-01-08T09:00:00.000Z";

  it("waits for its time, and the duration counts from there", async () => {
    const lockstep = await lockstepUnderTest();
    const id = await lockstep.submit(alice, { startAt });
    await lockstep.decide(id);
    expect(await lockstep.request(id)).toMatchObject({ status: "scheduled", startAt });
    await lockstep.clock.advanceTo(new Date("2026-01-08T08:59:59.999Z"));
    expect(lockstep.has()).toBe(false);
    await lockstep.clock.advanceTo(new Date(startAt));
    expect(await lockstep.request(id)).toMatchObject({
      status: "active",
      expiresAt: "2026-01-08T10:00:00.000Z",
    });
    await lockstep.clock.runUntilIdle();
    expect(lockstep.has()).toBe(false);
  });

  it("grants nothing once it is cancelled", async () => {
    const lockstep = await lockstepUnderTest();
    const id = await lockstep.submit(alice, { startAt });
    await lockstep.decide(id);
    await lockstep.cancel(id);
    await lockstep.clock.runUntilIdle();
    expect(await lockstep.request(id)).toMatchObject({ status: "cancelled" });
    expect(lockstep.provider.calls).toEqual([]);
    expect(await lockstep.runningExecutions()).toBe(0);
  });
});

describe("an early revoke", () => {
  it("removes the access at once; the sleeping execution finds it over and removes nothing more", async () => {
    const lockstep = await lockstepUnderTest();
    const id = await lockstep.submit();
    await lockstep.decide(id);
    await lockstep.clock.advanceBy(MINUTE);
    await lockstep.revoke(id, bob);
    expect(lockstep.has()).toBe(false);
    expect(await lockstep.request(id)).toMatchObject({
      status: "ended",
      ended: { reason: "revoked", by: bob },
    });
    await lockstep.clock.runUntilIdle();
    expect(lockstep.provider.countOf("remove")).toBe(1);
    expect(await lockstep.runningExecutions()).toBe(0);
  });

  it("acts when the attempt has ended if it comes while granting", async () => {
    const lockstep = await lockstepUnderTest();
    lockstep.provider.operationMilliseconds = 5_000;
    const id = await lockstep.submit();
    await lockstep.decide(id);
    await lockstep.revoke(id);
    expect(await lockstep.request(id)).toMatchObject({ status: "granting" });
    expect(lockstep.provider.countOf("remove")).toBe(0);
    await lockstep.clock.runUntilIdle();
    expect(await lockstep.request(id)).toMatchObject({
      status: "ended",
      ended: { reason: "revoked", by: alice },
    });
    expect(lockstep.statuses(id)).toEqual([
      "pending",
      "approved",
      "granting",
      "granting",
      "revoking",
      "ended",
    ]);
    expect(lockstep.has()).toBe(false);
    const { ended } = (await lockstep.request(id)) as RequestIn<"ended">;
    expect(Date.parse(ended.at) - Date.parse("2026-01-01T00:00:00.000Z")).toBeLessThan(MINUTE);
  });

  it("is refused to strangers, who do not learn that the request exists", async () => {
    const lockstep = await lockstepUnderTest();
    const id = await lockstep.submit();
    await lockstep.decide(id);
    await expect(lockstep.revoke(id, carol)).rejects.toMatchObject({ code: "not-found" });
    expect(lockstep.has()).toBe(true);
  });

  it("changes nothing on a request that is over", async () => {
    const lockstep = await lockstepUnderTest();
    const id = await lockstep.submit();
    await lockstep.decide(id, "reject");
    const before = await lockstep.request(id);
    await lockstep.revoke(id);
    await lockstep.cancel(id);
    expect(await lockstep.request(id)).toEqual(before);
  });
});

describe("what was approved", () => {
  it("is what is granted: an item that was changed since is refused", async () => {
    const lockstep = await lockstepUnderTest();
    const id = await lockstep.submit(alice, { startAt: "2026-01-02T00:00:00.000Z" });
    await lockstep.decide(id);
    const approved = await lockstep.request(id);
    if (approved.status !== "scheduled") throw new Error(`Expected scheduled, found ${approved.status}`);
    const version = approved.version + 1;
    const trail = approved.trail.map((entry) => ({ ...entry, sequence: entry.sequence + 1 }));
    await lockstep.requests.replace({ ...approved, durationSeconds: 7200, version, trail }, ["scheduled"]);
    await lockstep.clock.advanceBy(DAY);
    expect(await lockstep.request(id)).toMatchObject({ status: "failed", ended: { reason: "refused" } });
    expect(lockstep.provider.calls).toEqual([]);
  });

  it("does not change with the flow", async () => {
    const lockstep = await lockstepUnderTest();
    const id = await lockstep.submit(alice, { startAt: "2026-01-02T00:00:00.000Z" });
    await lockstep.decide(id);
    await lockstep.flows.delete(aFlow({ name: "prod-power" as FlowName }));
    await lockstep.clock.advanceBy(DAY);
    expect(lockstep.has()).toBe(true);
    await lockstep.clock.runUntilIdle();
    expect(lockstep.has()).toBe(false);
  });
});

describe("time", () => {
  it("is the machine's when the function's clock is behind: an expiry is not looked at over and over", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    const id = await lockstep.submit();
    lockstep.setFunctionClock(-10 * MINUTE);
    await lockstep.clock.advanceBy(HOUR);
    expect(lockstep.has()).toBe(false);
    expect(lockstep.invocations.filter((invoked) => invoked.function === "revoke-access")).toHaveLength(1);
    expect(await lockstep.request(id)).toMatchObject({ status: "ended" });
  });

  it("of an expiry is a whole second, as a Wait state counts: the first look is on time", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    await lockstep.clock.advanceBy(1234);
    const id = await lockstep.submit();
    expect(await lockstep.request(id)).toMatchObject({ expiresAt: "2026-01-01T01:00:02.000Z" });
    await lockstep.clock.runUntilIdle();
    expect(lockstep.invocations.filter((invoked) => invoked.function === "revoke-access")).toHaveLength(1);
  });
});
