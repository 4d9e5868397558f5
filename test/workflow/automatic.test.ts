import { describe, expect, it } from "vitest";
import type { AccessRequest } from "../../lambdas/core/domain/access-request.ts";
import { entitlementKey } from "../../lambdas/core/domain/entitlement.ts";
import { frozenHash } from "../../lambdas/core/domain/frozen.ts";
import type { FlowName, Timestamp } from "../../lambdas/core/domain/ids.ts";
import { anAutomaticFlow, automaticUnderTest } from "../support/automatic.ts";
import { aFlow, aPermissionSetArn } from "../support/builders.ts";
import { aPermissionSetFact, seen } from "../support/facts.ts";
import {
  alice,
  automaticFlow,
  bob,
  carol,
  engineers,
  HOUR,
  lockstepUnderTest,
  MINUTE,
  powerUser,
} from "../support/lockstep-under-test.ts";
import type { AccessFlow } from "../../lambdas/core/domain/access-flow.ts";

/** Lockstep with an automatic flow for the payments engineers, of whom alice is none at first. */
const world = async (overrides: Partial<AccessFlow> = {}) => {
  const lockstep = await lockstepUnderTest({ flow: automaticFlow });
  await lockstep.flows.put(anAutomaticFlow(overrides));
  const automatic = await automaticUnderTest(lockstep);
  lockstep.directory.leave(alice.userId, engineers);
  lockstep.directory.leave(carol.userId, engineers);
  const requestsOf = (userId = alice.userId): readonly AccessRequest[] =>
    lockstep.requests.all
      .filter(({ requester, automatic: by }) => requester.userId === userId && by !== undefined)
      .toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
  const run = async () => {
    const ran = await automatic.run();
    await lockstep.clock.advanceBy(0);
    return ran;
  };
  return {
    ...lockstep,
    automatic,
    run,
    requestsOf,
    /** Runs every five minutes for so long; `look` after each, and before it. */
    pass: async (milliseconds: number, look: () => void = () => undefined) => {
      const end = lockstep.clock.now().getTime() + milliseconds;
      while (lockstep.clock.now().getTime() < end) {
        await lockstep.clock.advanceBy(5 * MINUTE);
        look();
        await run();
        look();
      }
    },
  };
};

describe("an automatic flow", () => {
  it("gives whoever joins its group the access, by a request of its own that says so", async () => {
    const lockstep = await world();
    await lockstep.run();
    expect(lockstep.has()).toBe(false);
    lockstep.directory.join(alice.userId, engineers);
    expect(await lockstep.run()).toMatchObject({ made: 1, ended: 0 });
    expect(lockstep.has()).toBe(true);
    const [request] = lockstep.requestsOf();
    expect(request).toMatchObject({
      status: "active",
      requester: alice,
      flow: { name: "engineers-power", version: 1 },
      automatic: { until: "2026-01-01T08:00:00.000Z" },
      expiresAt: "2026-01-01T08:00:00.000Z",
      entitlements: [{ accountName: "payments-prod", permissionSetName: "PowerUser", sessionSeconds: 3600 }],
    });
    expect(request?.trail[0]).toMatchObject({
      type: "AutomaticallyApproved",
      actor: { type: "lockstep", name: "automatic" },
      details: { flow: "engineers-power" },
    });
    expect(await lockstep.run()).toMatchObject({ made: 0, ended: 0 });
  });

  it("goes on giving it across periods without a gap, each of them with an end of its own", async () => {
    const lockstep = await world({ duration: { max: "PT2H", maxSeconds: 2 * 3600 } });
    lockstep.directory.join(alice.userId, engineers);
    await lockstep.run();
    const held: boolean[] = [];
    await lockstep.pass(24 * HOUR, () => held.push(lockstep.has()));
    expect(held).not.toContain(false);
    expect(lockstep.provider.countOf("remove")).toBe(0);
    const requests = lockstep.requestsOf();
    // One and a half hours behind each other, and no more of them than that takes.
    expect(requests.length).toBeGreaterThanOrEqual(16);
    expect(requests.length).toBeLessThanOrEqual(18);
    for (const request of lockstep.requests.history)
      if ("expiresAt" in request && request.automatic !== undefined && request.expiresAt !== undefined)
        expect(request.expiresAt <= request.automatic.until).toBe(true);
    for (const { createdAt, automatic } of requests)
      expect(new Date(automatic?.until ?? "").getTime() - new Date(createdAt).getTime()).toBeLessThanOrEqual(
        2 * HOUR,
      );
  });

  it("takes it away from whoever leaves, within one run", async () => {
    const lockstep = await world();
    lockstep.directory.join(alice.userId, engineers);
    await lockstep.run();
    lockstep.directory.leave(alice.userId, engineers);
    expect(await lockstep.run()).toMatchObject({ made: 0, ended: 1 });
    await lockstep.clock.advanceBy(MINUTE);
    expect(lockstep.has()).toBe(false);
    const [request] = lockstep.requestsOf();
    expect(request).toMatchObject({
      status: "ended",
      ended: { reason: "context-ended", message: "the access flow that gave it is not for you any more" },
    });
    expect(lockstep.transitions(request?.id as never)).toEqual([
      "AutomaticallyApproved",
      "GrantStarted",
      "AccessGranted",
      "RevocationStarted",
      "AccessEnded",
    ]);
  });

  describe("that has come to give more than a run looks at", () => {
    const permissionSets = Array.from({ length: 201 }, (_, index) => {
      const name = `Set${String(index)}`;
      return { id: aPermissionSetArn(name), name };
    });

    /** Alice and carol are given what the flow gives, and 201 permission sets more are added to that. */
    const widened = async ({ crowded }: { readonly crowded: boolean }) => {
      const lockstep = await world();
      for (const { userId } of [alice, carol]) lockstep.directory.join(userId, engineers);
      lockstep.setCrowded(crowded);
      await lockstep.run();
      for (const { name } of permissionSets)
        await lockstep.automatic.inventory.record(seen(aPermissionSetFact(name)));
      const { targets } = anAutomaticFlow();
      const more = targets.map((target) => ({ ...target, permissionSets }));
      await lockstep.flows.put(anAutomaticFlow({ version: 2, targets: [...targets, ...more] }));
      const attempt = async () => {
        const ran = await lockstep.automatic.attempt();
        await lockstep.clock.advanceBy(MINUTE);
        return ran;
      };
      return { ...lockstep, attempt };
    };

    it("takes it away from whoever leaves, leaves it to the others to its expiry, and goes on for nobody", async () => {
      const lockstep = await widened({ crowded: false });
      lockstep.directory.leave(alice.userId, engineers);
      expect(await lockstep.attempt()).toMatchObject({ made: 0, ended: 1, problems: [expect.any(String)] });
      expect([lockstep.has(alice), lockstep.has(carol)]).toEqual([false, true]);
      for (let minutes = 0; minutes < 8 * 60; minutes += 5) {
        await lockstep.clock.advanceBy(4 * MINUTE);
        await lockstep.attempt();
      }
      expect(lockstep.has(carol)).toBe(false);
      expect(lockstep.requestsOf(carol.userId)).toMatchObject([{ status: "ended" }]);
    });

    it("ends what is on its way to whoever leaves meanwhile, and nobody else's", async () => {
      const lockstep = await widened({ crowded: true });
      lockstep.directory.leave(alice.userId, engineers);
      expect(await lockstep.attempt()).toMatchObject({ made: 0, ended: 1 });
      lockstep.setCrowded(false);
      await lockstep.clock.advanceBy(10 * MINUTE);
      expect(lockstep.requestsOf()).toMatchObject([{ status: "cancelled" }]);
      expect([lockstep.has(alice), lockstep.has(carol)]).toEqual([false, true]);
    });
  });

  it("gives it again to whoever comes back within the same period", async () => {
    const lockstep = await world();
    lockstep.directory.join(alice.userId, engineers);
    await lockstep.run();
    lockstep.directory.leave(alice.userId, engineers);
    await lockstep.run();
    await lockstep.clock.advanceBy(5 * MINUTE);
    lockstep.directory.join(alice.userId, engineers);
    expect(await lockstep.run()).toMatchObject({ made: 1 });
    await lockstep.clock.advanceBy(MINUTE);
    expect(lockstep.has()).toBe(true);
  });

  it("ends by itself when nobody runs any more", async () => {
    const lockstep = await world();
    lockstep.directory.join(alice.userId, engineers);
    await lockstep.run();
    await lockstep.clock.advanceBy(8 * HOUR + MINUTE);
    expect(lockstep.has()).toBe(false);
  });

  it("leaves access alone that was there before it, and what others ask for by themselves", async () => {
    const lockstep = await world();
    lockstep.provider.present.add(entitlementKey(powerUser));
    lockstep.directory.join(alice.userId, engineers);
    lockstep.directory.join(carol.userId, engineers);
    await lockstep.run();
    const asked = await lockstep.submit(carol, { duration: "PT4H" });
    lockstep.directory.leave(alice.userId, engineers);
    lockstep.directory.leave(carol.userId, engineers);
    await lockstep.run();
    await lockstep.clock.advanceBy(MINUTE);
    // Standing, and held by what carol asked for.
    expect(lockstep.has()).toBe(true);
    expect(lockstep.has(carol)).toBe(true);
    expect(lockstep.requestsOf(carol.userId)).toMatchObject([
      { status: "ended", entitlements: [{ status: "kept" }] },
    ]);
    expect(await lockstep.request(asked)).toMatchObject({ status: "active" });
    await lockstep.clock.advanceBy(4 * HOUR);
    expect(lockstep.has(carol)).toBe(false);
    expect(lockstep.has()).toBe(true);
  });

  it("gives nothing outside of its timeframe, and nothing that lasts beyond it", async () => {
    // A Thursday.
    const timeframe = { days: ["thursday"], from: "01:00", to: "03:00", timeZone: "UTC" } as const;
    const lockstep = await world({ timeframe: { ...timeframe, days: ["thursday"] } });
    lockstep.directory.join(alice.userId, engineers);
    await lockstep.run();
    expect(lockstep.has()).toBe(false);
    await lockstep.pass(HOUR);
    expect(lockstep.has()).toBe(true);
    expect(lockstep.requestsOf()).toMatchObject([{ expiresAt: "2026-01-01T03:00:00.000Z" }]);
    await lockstep.pass(2 * HOUR);
    await lockstep.clock.advanceBy(MINUTE);
    expect(lockstep.has()).toBe(false);
    expect(lockstep.requestsOf()).toHaveLength(1);
  });

  it("ends what it gave when it is deactivated, and what it is about to give", async () => {
    const lockstep = await world();
    lockstep.directory.join(alice.userId, engineers);
    await lockstep.run();
    await lockstep.flows.put(anAutomaticFlow({ version: 2, active: false }));
    await lockstep.run();
    await lockstep.clock.advanceBy(MINUTE);
    expect(lockstep.has()).toBe(false);
    expect(lockstep.requestsOf()).toMatchObject([
      { status: "ended", ended: { message: "the access flow that gave it was deactivated" } },
    ]);
  });

  it("ends what it gave when it is deleted", async () => {
    const lockstep = await world();
    lockstep.directory.join(alice.userId, engineers);
    await lockstep.run();
    await lockstep.flows.delete(anAutomaticFlow());
    await lockstep.run();
    await lockstep.clock.advanceBy(MINUTE);
    expect(lockstep.requestsOf()).toMatchObject([{ status: "ended", ended: { reason: "context-ended" } }]);
  });

  it("leaves what somebody gave up away until the end of its period, and nobody extends it", async () => {
    const lockstep = await world();
    lockstep.directory.join(alice.userId, engineers);
    await lockstep.run();
    const [request] = lockstep.requestsOf();
    const id = request?.id as never;
    await expect(lockstep.extend(id)).rejects.toMatchObject({
      code: "extension-not-allowed",
      message: expect.stringContaining("goes on by itself") as string,
    });
    await lockstep.revoke(id);
    await lockstep.clock.advanceBy(MINUTE);
    expect(lockstep.has()).toBe(false);
    await lockstep.pass(7 * HOUR + 50 * MINUTE);
    expect(lockstep.has()).toBe(false);
    await lockstep.pass(15 * MINUTE);
    await lockstep.clock.advanceBy(MINUTE);
    expect(lockstep.has()).toBe(true);
  });

  it("gives less, and never beyond the period, when the grant has to wait", async () => {
    const lockstep = await world();
    lockstep.directory.join(alice.userId, engineers);
    lockstep.setCrowded(true);
    await lockstep.run();
    await lockstep.clock.advanceBy(20 * MINUTE);
    expect(lockstep.has()).toBe(false);
    lockstep.setCrowded(false);
    await lockstep.clock.advanceBy(2 * MINUTE);
    expect(lockstep.requestsOf()).toMatchObject([
      { status: "active", expiresAt: "2026-01-01T08:00:00.000Z", durationSeconds: 8 * 3600 },
    ]);
  });

  it("gives nothing by a grant that comes when the period is over, nor by a request that says another end", async () => {
    const lockstep = await world({ duration: { max: "PT2M", maxSeconds: 120 } });
    lockstep.directory.join(alice.userId, engineers);
    lockstep.setCrowded(true);
    await lockstep.run();
    await lockstep.clock.advanceBy(3 * MINUTE);
    expect(lockstep.requestsOf()).toMatchObject([{ status: "failed", ended: { reason: "refused" } }]);
    const [over] = lockstep.requestsOf();
    const other = { ...over, automatic: { until: "2027-01-01T00:00:00.000Z" as Timestamp } } as AccessRequest;
    expect(frozenHash(other)).not.toBe(other.frozen);
  });

  it("ends what is on its way when its context has ended meanwhile", async () => {
    const lockstep = await world();
    lockstep.directory.join(alice.userId, engineers);
    lockstep.setCrowded(true);
    await lockstep.run();
    lockstep.directory.leave(alice.userId, engineers);
    expect(await lockstep.run()).toMatchObject({ ended: 1 });
    lockstep.setCrowded(false);
    await lockstep.clock.advanceBy(10 * MINUTE);
    expect(lockstep.requestsOf()).toMatchObject([
      { status: "cancelled", ended: { reason: "context-ended" } },
    ]);
    expect(lockstep.provider.countOf("apply")).toBe(0);
  });

  it("comes to its end although the machine was not told: the sweep tells it", async () => {
    const lockstep = await world();
    lockstep.directory.join(alice.userId, engineers);
    await lockstep.run();
    lockstep.directory.leave(alice.userId, engineers);
    lockstep.lost.push("start");
    expect(await lockstep.automatic.attempt()).toMatchObject({ problems: ["no answer"] });
    lockstep.lost.pop();
    expect(lockstep.has()).toBe(true);
    for (let minutes = 0; minutes < 15; minutes += 5) {
      await lockstep.clock.advanceBy(5 * MINUTE);
      await lockstep.sweep();
    }
    await lockstep.clock.advanceBy(MINUTE);
    expect(lockstep.has()).toBe(false);
  });

  it("serves no request of anybody's", async () => {
    const lockstep = await lockstepUnderTest({ flow: anAutomaticFlow({ name: "only" as FlowName }) });
    await expect(lockstep.submit(alice)).rejects.toMatchObject({ code: "no-matching-flow" });
    await lockstep.flows.put(aFlow());
    await expect(lockstep.submit(bob)).rejects.toMatchObject({ code: "no-matching-flow" });
  });
});
