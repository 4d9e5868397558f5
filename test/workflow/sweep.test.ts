import { describe, expect, it } from "vitest";
import { firstBrokenLink } from "../../lambdas/core/domain/audit.ts";
import { entitlementKey, type EntitlementRecord } from "../../lambdas/core/domain/entitlement.ts";
import { commonOf, evolve } from "../../lambdas/core/domain/evolve.ts";
import { RetryableError } from "../../lambdas/core/domain/errors.ts";
import { timestamp, type RequestId } from "../../lambdas/core/domain/ids.ts";
import {
  HOUR,
  MINUTE,
  alice,
  automaticFlow,
  bob,
  lockstepUnderTest,
  powerUser,
} from "../support/lockstep-under-test.ts";

type Lockstep = Awaited<ReturnType<typeof lockstepUnderTest>>;

/** Sweeps in the sweep's own rhythm for so long. */
const sweepFor = async (lockstep: Lockstep, milliseconds: number): Promise<void> => {
  for (let left = milliseconds; left > 0; left -= 5 * MINUTE) {
    await lockstep.clock.advanceBy(5 * MINUTE);
    await lockstep.sweep();
  }
};

describe("an execution that was aborted", () => {
  it("while its request was active is replaced at once, and access ends on time", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow, replacesExecutions: true });
    const id = await lockstep.submit();
    await lockstep.stopExecutions();
    await lockstep.clock.advanceBy(0);
    expect(await lockstep.runningExecutions()).toBe(1);
    await lockstep.clock.advanceBy(HOUR + 2 * MINUTE);
    expect(await lockstep.request(id)).toMatchObject({ status: "ended", ended: { reason: "expired" } });
    expect(lockstep.has()).toBe(false);
  });

  it("again and again is left to the sweep's rhythm, and access ends within minutes of its expiry", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow, replacesExecutions: true });
    const id = await lockstep.submit();
    for (let time = 0; time < 3; time += 1) {
      await lockstep.stopExecutions();
      await lockstep.clock.advanceBy(0);
    }
    expect(await lockstep.runningExecutions()).toBe(0);
    await sweepFor(lockstep, HOUR + 10 * MINUTE);
    expect((await lockstep.request(id)).status).toBe("ended");
    expect(lockstep.has()).toBe(false);
  });

  it("while its request waited for approval is replaced by one that waits for it", async () => {
    const lockstep = await lockstepUnderTest({ replacesExecutions: true });
    const id = await lockstep.submit();
    await lockstep.stopExecutions();
    await lockstep.clock.advanceBy(0);
    await lockstep.decide(id, "approve", bob);
    expect((await lockstep.request(id)).status).toBe("active");
  });
});

describe("without any rule, the sweep alone", () => {
  it("ends access whose execution is gone, within minutes of its expiry", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    const id = await lockstep.submit();
    await lockstep.stopExecutions();
    await sweepFor(lockstep, HOUR);
    expect((await lockstep.request(id)).status).toBe("active");
    await sweepFor(lockstep, 10 * MINUTE);
    expect((await lockstep.request(id)).status).toBe("ended");
    expect(lockstep.has()).toBe(false);
  });

  it("starts what was never started", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    lockstep.lost.push("start");
    const once = { key: "once", body: "the same" };
    await expect(lockstep.submit(alice, {}, once)).rejects.toThrow(RetryableError);
    lockstep.lost.length = 0;
    const [request] = lockstep.requests.all;
    await sweepFor(lockstep, 10 * MINUTE);
    expect((await lockstep.request(request?.id as RequestId)).status).toBe("active");
  });

  it("lapses what nobody decided on, when its execution is gone", async () => {
    const lockstep = await lockstepUnderTest();
    const id = await lockstep.submit();
    await lockstep.stopExecutions();
    await sweepFor(lockstep, 24 * HOUR + 10 * MINUTE);
    expect((await lockstep.request(id)).status).toBe("lapsed");
  });

  it("tries a stuck revoke again, on and on, until it succeeds", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    const id = await lockstep.submit();
    lockstep.failing.set("revoke-access", new RetryableError("RevokeUnfinished", "denied by a policy"));
    await lockstep.clock.runUntilIdle();
    expect((await lockstep.request(id)).status).toBe("stuck");
    await sweepFor(lockstep, HOUR);
    // After 2, 7, 14 and 28 minutes or so, and then more and more rarely: each of them tries for 24 hours.
    expect(await lockstep.runningExecutions()).toBe(4);
    lockstep.failing.clear();
    await lockstep.clock.runUntilIdle();
    expect((await lockstep.request(id)).status).toBe("ended");
    expect(lockstep.has()).toBe(false);
  });

  it("has everything in the trail, in one unbroken chain, though no stream ever delivered anything", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    const id = await lockstep.submit();
    await sweepFor(lockstep, HOUR + 20 * MINUTE);
    const request = await lockstep.request(id);
    const { items } = await lockstep.audit.list(id, { limit: 100 });
    expect(items).toHaveLength(request.version);
    expect(firstBrokenLink(items)).toBeUndefined();
    expect(new Set(lockstep.events.published.map(({ id }) => id)).size).toBe(request.version);
  });

  it("looks no more at what is over", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    await lockstep.submit();
    await sweepFor(lockstep, HOUR + 20 * MINUTE);
    expect((await lockstep.sweep()).requests.lookedAt).toBe(0);
  });
});

describe("an orphan", () => {
  it("is removed, by the function that removes, and looked for once more", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    const id = await lockstep.submit();
    await lockstep.stopExecutions();
    await endWithoutReleasing(lockstep, id);
    const report = await lockstep.sweep();
    expect(report.findings.map(({ kind }) => kind)).toEqual(["dead-holder", "orphan"]);
    await lockstep.clock.advanceBy(MINUTE);
    expect(lockstep.has()).toBe(false);
    expect((await recordOf(lockstep)).state).toBe("verifying");
    await sweepFor(lockstep, 30 * MINUTE);
    expect((await recordOf(lockstep)).state).toBe("absent");
  });

  it("that a new request wants goes first, and comes back for that one", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    const id = await lockstep.submit();
    await lockstep.stopExecutions();
    await endWithoutReleasing(lockstep, id);
    const second = await lockstep.submit();
    await sweepFor(lockstep, 30 * MINUTE);
    expect(await lockstep.request(second)).toMatchObject({ status: "active" });
    expect(lockstep.has()).toBe(true);
    expect(Object.keys((await recordOf(lockstep)).holders)).toEqual([second]);
  });
});

describe("the sweep beside the machine", () => {
  it("finds nothing while a grant takes its time, however often it looks", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    lockstep.provider.operationMilliseconds = 8 * MINUTE;
    const id = await lockstep.submit();
    for (let second = 0; second < 12 * 60; second += 20) {
      await lockstep.clock.advanceBy(20_000);
      const { findings } = await lockstep.sweep();
      expect(findings.filter(({ kind }) => kind !== "audit-gap")).toEqual([]);
    }
    expect((await lockstep.request(id)).status).toBe("active");
  });

  it("finds nothing while a revoke takes its time, and removes nothing twice", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    const id = await lockstep.submit();
    lockstep.provider.operationMilliseconds = 30_000;
    await lockstep.clock.advanceBy(HOUR - MINUTE);
    for (let second = 0; second < 180; second += 10) {
      await lockstep.clock.advanceBy(10_000);
      const { findings } = await lockstep.sweep();
      expect(findings.filter(({ kind }) => kind !== "audit-gap")).toEqual([]);
    }
    expect((await lockstep.request(id)).status).toBe("ended");
    expect(lockstep.provider.countOf("remove")).toBe(1);
  });

  it.each([10 * MINUTE, -10 * MINUTE])("takes nothing early when its clock is %i ms off", async (offBy) => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    const id = await lockstep.submit();
    lockstep.setFunctionClock(offBy);
    await sweepFor(lockstep, HOUR - 15 * MINUTE);
    expect((await lockstep.request(id)).status).toBe("active");
    expect(lockstep.has()).toBe(true);
    await sweepFor(lockstep, 40 * MINUTE);
    expect((await lockstep.request(id)).status).toBe("ended");
    expect(lockstep.has()).toBe(false);
  });

  it("never takes standing access, nor what somebody else made again", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    lockstep.provider.present.add(entitlementKey(powerUser));
    await lockstep.submit();
    await sweepFor(lockstep, 2 * HOUR);
    expect(lockstep.has(alice)).toBe(true);
    expect(lockstep.provider.countOf("remove")).toBe(0);

    lockstep.provider.present.clear();
    const id = await lockstep.submit();
    await sweepFor(lockstep, 2 * HOUR);
    expect((await lockstep.request(id)).status).toBe("ended");
    lockstep.provider.present.add(entitlementKey(powerUser));
    await lockstep.clock.advanceBy(1000);
    expect((await lockstep.sweep()).findings.map(({ kind }) => kind)).toEqual(["appeared"]);
    await sweepFor(lockstep, HOUR);
    expect(lockstep.has(alice)).toBe(true);
  });
});

const recordOf = (lockstep: Lockstep): Promise<EntitlementRecord> => {
  const [record] = lockstep.entitlements.all;
  return record === undefined ? Promise.reject(new Error("Nothing is kept")) : Promise.resolve(record);
};

/** What a defect might do: the request says that it is over, and its hold is still there. */
const endWithoutReleasing = async (lockstep: Lockstep, id: RequestId): Promise<void> => {
  const active = await lockstep.request(id);
  if (active.status !== "active") throw new Error(`${id} is ${active.status}`);
  const now = lockstep.clock.now();
  const actor = { type: "lockstep", name: "workflow" } as const;
  const { activeAt, expiresAt } = active;
  const ending = { reason: "revoked" as const };
  const draft = { ...commonOf(active), activeAt, expiresAt, ending };
  const revoking = evolve("RevocationStarted", active, draft, { actor, now });
  const ended = { ...ending, at: timestamp(now) };
  const over = evolve(
    "AccessEnded",
    revoking,
    { ...commonOf(revoking), activeAt, expiresAt, ended },
    { actor, now },
  );
  await lockstep.requests.replace(revoking, ["active"]);
  await lockstep.requests.replace(over, ["revoking"]);
};
