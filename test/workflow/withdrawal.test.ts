import { describe, expect, it } from "vitest";
import type { AccessFlow } from "../../lambdas/core/domain/access-flow.ts";
import type { Author } from "../../lambdas/core/domain/configuration/entry.ts";
import { deleteAccessFlow } from "../../lambdas/core/use-cases/configuration/delete-access-flow.ts";
import { changeConfiguration } from "../../lambdas/core/use-cases/configuration/change-configuration.ts";
import { aFlow, aPerson } from "../support/builders.ts";
import { DAY, MINUTE, lockstepUnderTest, type LockstepUnderTest } from "../support/lockstep-under-test.ts";

const root = aPerson("root");
const author: Author = { actor: { type: "user", userId: root.userId }, via: "api" };
const { name } = aFlow();

/** The write alone: what follows from it is told by the bus, or found by the sweep. */
const save = async ({ flows, clock }: LockstepUnderTest, overrides: Partial<AccessFlow>): Promise<void> => {
  const change = changeConfiguration<AccessFlow>({ kind: "access-flow", store: flows, clock });
  await change(name, author, (current, version): AccessFlow => ({
    ...(current ?? aFlow()),
    version,
    ...overrides,
  }));
};
const remove = ({ flows, clock }: LockstepUnderTest): Promise<void> =>
  deleteAccessFlow({ flows, clock })(name, author);

describe("what waits under an access flow", () => {
  it.each<readonly [string, (lockstep: LockstepUnderTest) => Promise<void>, string]>([
    [
      "deactivated",
      (lockstep) => save(lockstep, { active: false }),
      "access flow prod-power was deactivated",
    ],
    ["deleted", remove, "access flow prod-power was deleted"],
    [
      "made automatic",
      (lockstep) => save(lockstep, { trigger: "automatic" }),
      "access flow prod-power takes no requests any more",
    ],
  ])("ends within a second when that is %s, and says why and by whose hand", async (_, change, message) => {
    const lockstep = await lockstepUnderTest();
    const id = await lockstep.submit();
    await change(lockstep);
    await lockstep.flowChanged(name);
    const request = await lockstep.request(id);
    expect(request).toMatchObject({ status: "cancelled", ended: { reason: "withdrawn", message } });
    expect(request.trail.at(-1)).toMatchObject({
      type: "RequestWithdrawn",
      actor: { type: "lockstep", name: "workflow" },
      details: { message, flow: name, flowChangedBy: author.actor },
    });
    await expect(lockstep.decide(id)).rejects.toMatchObject({ code: "not-pending" });
    await lockstep.clock.runUntilIdle();
    expect(lockstep.provider.calls).toEqual([]);
    expect(await lockstep.runningExecutions()).toBe(0);
  });

  it("ends with the next sweep when nobody was told of the change: what saved it may have crashed", async () => {
    const lockstep = await lockstepUnderTest();
    const id = await lockstep.submit();
    await save(lockstep, { active: false });
    await lockstep.clock.advanceBy(5 * MINUTE);
    expect(await lockstep.request(id)).toMatchObject({ status: "pending" });
    await lockstep.sweep();
    expect(await lockstep.request(id)).toMatchObject({ status: "cancelled", ended: { reason: "withdrawn" } });
  });

  /*
   * submit reads the active flow ── the flow is deactivated ── everything that waits under it is looked at, and there is
   * nothing ── submit writes the request. The next sweep looks at what is, and not at what has changed.
   */
  it("ends although it was written after everything was looked at", async () => {
    const lockstep = await lockstepUnderTest();
    const create = lockstep.requests.create.bind(lockstep.requests);
    lockstep.requests.create = async (request) => {
      await save(lockstep, { active: false });
      await lockstep.flowChanged(name);
      return create(request);
    };
    const id = await lockstep.submit();
    expect(await lockstep.request(id)).toMatchObject({ status: "pending" });
    await lockstep.clock.advanceBy(5 * MINUTE);
    await lockstep.sweep();
    expect(await lockstep.request(id)).toMatchObject({ status: "cancelled", ended: { reason: "withdrawn" } });
  });

  /*
   * bob's approval reads the flow, which is active ── the flow is deactivated, and looked at: the look reads pending v1 and the
   * flow that is gone ── bob writes RequestApproved v2 ── the look's RequestWithdrawn v2 fails its condition, is retried, and
   * finds it approved. What was approved keeps what it was promised.
   */
  it("stays approved when the flow went between what the decision read of it and the decision's write", async () => {
    const lockstep = await lockstepUnderTest();
    const id = await lockstep.submit();
    const head = lockstep.flows.head.bind(lockstep.flows);
    let looks = 0;
    lockstep.betweenReadAndWrite(async () => {
      await save(lockstep, { active: false });
      lockstep.flows.get = async (flow) => (await head(flow)).item;
      // Whoever looks reads what has become of the flow, and writes when the approval is written.
      lockstep.flows.head = async (flow) => {
        const found = await head(flow);
        looks += 1;
        await lockstep.clock.sleep(5000);
        return found;
      };
      await lockstep.flowChanged(name);
    });
    await lockstep.decide(id);
    expect(looks).toBe(1);
    await lockstep.clock.advanceBy(MINUTE);
    expect(lockstep.transitions(id)).not.toContain("RequestWithdrawn");
    expect(lockstep.has()).toBe(true);
  });

  /* The flow is deactivated ── bob approves ── everything that waits under it is looked at, and there is nothing left. */
  it("is not granted by an approval that comes before anybody has looked", async () => {
    const lockstep = await lockstepUnderTest();
    const id = await lockstep.submit();
    await save(lockstep, { active: false });
    await expect(lockstep.decide(id)).rejects.toMatchObject({ code: "not-pending" });
    expect(await lockstep.request(id)).toMatchObject({ status: "cancelled", ended: { reason: "withdrawn" } });
    await lockstep.flowChanged(name);
    await lockstep.clock.runUntilIdle();
    expect(lockstep.transitions(id)).toEqual(["ApprovalNeeded", "RequestWithdrawn"]);
    expect(lockstep.provider.calls).toEqual([]);
    expect(await lockstep.runningExecutions()).toBe(0);
  });

  it("goes on as it was asked for when the flow is changed and stays active", async () => {
    const lockstep = await lockstepUnderTest();
    const id = await lockstep.submit();
    const before = await lockstep.request(id);
    await save(lockstep, { approval: { steps: [] }, duration: { max: "PT1M", maxSeconds: 60 } });
    await lockstep.flowChanged(name);
    await lockstep.sweep();
    expect(await lockstep.request(id)).toEqual(before);
    await lockstep.decide(id);
    expect(lockstep.has()).toBe(true);
    await lockstep.clock.advanceBy(59 * MINUTE);
    expect(lockstep.has()).toBe(true);
  });

  it("is left alone under another flow, and once it is approved, scheduled or active", async () => {
    const lockstep = await lockstepUnderTest();
    const active = await lockstep.submit();
    await lockstep.decide(active);
    const scheduled = await lockstep.submit(undefined, { startAt: "2026-01-08T09:00:00.000Z" });
    await lockstep.decide(scheduled);
    await remove(lockstep);
    await lockstep.flowChanged(name);
    await lockstep.sweep();
    expect((await lockstep.request(active)).status).toBe("active");
    expect((await lockstep.request(scheduled)).status).toBe("scheduled");
    await lockstep.clock.advanceBy(10 * DAY);
    expect(lockstep.statuses(scheduled)).toContain("active");
  });

  it("ends all of it, however many there are, at no more than twenty a second", async () => {
    const lockstep = await lockstepUnderTest();
    for (let count = 0; count < 120; count += 1) await lockstep.submit();
    await save(lockstep, { active: false });
    const began = lockstep.clock.now().getTime();
    await lockstep.flowChanged(name, 10_000);
    const ended = lockstep.requests.all.flatMap((request) =>
      request.status === "cancelled" ? [new Date(request.ended.at).getTime() - began] : [],
    );
    expect(ended).toHaveLength(120);
    expect(ended.filter((after) => after < 1000).length).toBeLessThanOrEqual(20);
    expect(Math.max(...ended)).toBeLessThanOrEqual(6_000);
  });
});

describe("more time that waits under an access flow", () => {
  const extendable = aFlow({ settings: { requesterCanApproveSelf: false, maxExtensions: 1 } });
  const waiting = async () => {
    const lockstep = await lockstepUnderTest({ flow: extendable });
    const id = await lockstep.submit();
    await lockstep.decide(id);
    await lockstep.extend(id);
    return { lockstep, id, before: await lockstep.request(id) };
  };
  const expiryOf = (request: object): unknown => "expiresAt" in request && request.expiresAt;

  it("ends within a second when that is deactivated, by whose hand is told, and the access ends once, when it would have", async () => {
    const { lockstep, id, before } = await waiting();
    await save(lockstep, { ...extendable, active: false });
    await lockstep.flowChanged(name);
    const request = await lockstep.request(id);
    expect(request).not.toHaveProperty("extension");
    expect(expiryOf(request)).toBe(expiryOf(before));
    expect(request.trail.at(-1)).toMatchObject({
      type: "ExtensionWithdrawn",
      actor: { type: "lockstep", name: "workflow" },
      details: {
        message: "access flow prod-power was deactivated",
        flow: name,
        duration: "PT1H",
        flowChangedBy: author.actor,
      },
    });
    await expect(lockstep.decideExtension(id)).rejects.toThrow("No extension");
    expect(lockstep.has()).toBe(true);
    await lockstep.clock.runUntilIdle();
    expect(await lockstep.request(id)).toMatchObject({ status: "ended", ended: { reason: "expired" } });
    expect(lockstep.transitions(id).slice(-3)).toEqual([
      "ExtensionWithdrawn",
      "RevocationStarted",
      "AccessEnded",
    ]);
    expect(lockstep.has()).toBe(false);
    expect(await lockstep.runningExecutions()).toBe(0);
  });

  it("ends with the next sweep when nobody was told of the change, and is looked at once", async () => {
    const { lockstep, id } = await waiting();
    await remove(lockstep);
    await lockstep.sweep();
    expect((await lockstep.request(id)).trail.at(-1)).toMatchObject({
      type: "ExtensionWithdrawn",
      details: { message: "access flow prod-power was deleted" },
    });
    const running = await lockstep.runningExecutions();
    await lockstep.clock.advanceBy(5 * MINUTE);
    await lockstep.sweep();
    expect(await lockstep.runningExecutions()).toBe(running);
  });

  it("goes on to wait under a flow that is changed and stays active, and nothing is started for it", async () => {
    const { lockstep, id, before } = await waiting();
    const running = await lockstep.runningExecutions();
    await save(lockstep, { ...extendable, duration: { max: "PT2H", maxSeconds: 7200 } });
    await lockstep.flowChanged(name);
    await lockstep.sweep();
    expect(await lockstep.request(id)).toEqual(before);
    expect(await lockstep.runningExecutions()).toBe(running);
  });
});
