import { describe, expect, it } from "vitest";
import type { AccessFlow } from "../../lambdas/core/domain/access-flow.ts";
import { AccessRequestSchema } from "../../lambdas/core/domain/access-request.ts";
import type { RequestId } from "../../lambdas/core/domain/ids.ts";
import { aFlow } from "../support/builders.ts";
import {
  HOUR,
  MINUTE,
  bob,
  carol,
  leads,
  lockstepUnderTest,
  type LockstepUnderTest,
} from "../support/lockstep-under-test.ts";

const flowWith = (settings: Partial<AccessFlow["settings"]>): AccessFlow =>
  aFlow({ settings: { requesterCanApproveSelf: false, maxExtensions: 2, ...settings } });

/** Alice's active access for an hour, under a flow that lets it be extended; with the moment of its expiry. */
const active = async (settings: Partial<AccessFlow["settings"]> = { extensionNeedsApproval: false }) => {
  const lockstep = await lockstepUnderTest({ flow: flowWith(settings) });
  const id = await lockstep.submit();
  await lockstep.decide(id);
  const request = await lockstep.request(id);
  if (request.status !== "active") throw new Error(`not active: ${request.status}`);
  const expiry = new Date(request.expiresAt);
  /** Lets time pass until so many milliseconds after (or before) the expiry that the request began with. */
  const advanceTo = (milliseconds: number) =>
    lockstep.clock.advanceBy(expiry.getTime() + milliseconds - lockstep.clock.now().getTime());
  return { lockstep, id, expiry, advanceTo };
};

/** The longest that a removal takes when nothing is in its way. */
const REMOVED_WITHIN = MINUTE;

/** The access is there until its very last millisecond, ends then, and nobody ever wrote it without an expiry. */
const endsAt = async (lockstep: LockstepUnderTest, id: RequestId, end: Date): Promise<void> => {
  const left = end.getTime() - lockstep.clock.now().getTime();
  if (left > 0) {
    await lockstep.clock.advanceBy(left - 1);
    expect(lockstep.has()).toBe(true);
    expect(await lockstep.request(id)).toMatchObject({ status: "active", expiresAt: end.toISOString() });
    await lockstep.clock.advanceBy(1);
  }
  await lockstep.clock.advanceBy(REMOVED_WITHIN);
  expect(lockstep.has()).toBe(false);
  await lockstep.clock.runUntilIdle();
  const ended = await lockstep.request(id);
  expect(ended).toMatchObject({ status: "ended", expiresAt: end.toISOString() });
  expect(lockstep.entitlements.all).toMatchObject([{ state: "absent", holders: {} }]);
  expect(await lockstep.runningExecutions()).toBe(0);
  for (const version of lockstep.requests.history) {
    // What a stored item may not hold could not be read again.
    expect(AccessRequestSchema.safeParse(version).error).toBeUndefined();
    if (["granting", "active", "revoking"].includes(version.status))
      expect(version).toHaveProperty("expiresAt");
    expect("extension" in version).toBe(version.trail.at(-1)?.type === "ExtensionRequested");
  }
};

const later = (moment: Date, milliseconds: number) => new Date(moment.getTime() + milliseconds);

describe("access that is extended", () => {
  it.each([
    ["right away", -HOUR + MINUTE],
    ["a second before its expiry", -1000],
    ["a millisecond before its expiry", -1],
  ])("%s ends at its new expiry: the timer of the old one holds again", async (_, milliseconds) => {
    const { lockstep, id, expiry, advanceTo } = await active();
    await advanceTo(milliseconds);
    await lockstep.extend(id);
    await advanceTo(1);
    expect(lockstep.states.filter((state) => state === "Hold until expiry")).toHaveLength(2);
    await endsAt(lockstep, id, later(expiry, HOUR));
  });

  it.each([
    ["at its expiry", 0],
    ["a millisecond after its expiry", 1],
    ["a second after its expiry", 1000],
  ])("%s comes too late, and ends as if nobody had asked", async (_, milliseconds) => {
    const { lockstep, id, expiry, advanceTo } = await active();
    await advanceTo(milliseconds);
    await expect(lockstep.extend(id)).rejects.toMatchObject({ code: "not-active" });
    await endsAt(lockstep, id, expiry);
  });

  it("up to the flow's cap, to the second, lasts exactly as long as the flow allows", async () => {
    const { lockstep, id, expiry } = await active();
    await expect(lockstep.extend(id, { duration: "PT7H1S" })).rejects.toMatchObject({
      code: "duration-above-maximum",
    });
    await lockstep.extend(id, { duration: "PT7H" });
    await expect(lockstep.extend(id, { duration: "PT1S" })).rejects.toMatchObject({
      code: "duration-above-maximum",
    });
    await endsAt(lockstep, id, later(expiry, 7 * HOUR));
  });

  it("keeps what it shares with another request until the later of the two expiries", async () => {
    const { lockstep, id, expiry } = await active();
    const other = await lockstep.submit();
    await lockstep.decide(other);
    await lockstep.extend(other);
    await lockstep.clock.advanceBy(HOUR + MINUTE);
    expect(await lockstep.request(id)).toMatchObject({ status: "ended" });
    expect(lockstep.has()).toBe(true);
    await endsAt(lockstep, other, later(expiry, HOUR));
  });
});

describe("an extension that meets", () => {
  it("the timer of the expiry, which comes between its read and its write, changes nothing", async () => {
    const { lockstep, id, expiry, advanceTo } = await active();
    await advanceTo(-1);
    lockstep.betweenReadAndWrite(() => lockstep.clock.advanceBy(1));
    await expect(lockstep.extend(id)).rejects.toMatchObject({ code: "not-active" });
    await endsAt(lockstep, id, expiry);
  });

  it("a revoke by the timer that is repeated after a crash, is held to: the access goes on", async () => {
    const { lockstep, id, expiry, advanceTo } = await active();
    lockstep.crashes.push({ function: "revoke-access", when: "before" });
    await advanceTo(-1);
    lockstep.betweenReadAndWrite(() => lockstep.clock.advanceBy(1));
    await lockstep.extend(id);
    expect(await lockstep.request(id)).toMatchObject({ status: "active" });
    await endsAt(lockstep, id, later(expiry, HOUR));
  });

  it("an early revoke, which comes between its read and its write, changes nothing", async () => {
    const { lockstep, id, expiry } = await active();
    lockstep.betweenReadAndWrite(() => lockstep.revoke(id));
    await expect(lockstep.extend(id)).rejects.toMatchObject({ code: "not-active" });
    expect(lockstep.has()).toBe(false);
    await lockstep.clock.runUntilIdle();
    expect(await lockstep.request(id)).toMatchObject({
      status: "ended",
      ended: { reason: "revoked" },
      expiresAt: expiry.toISOString(),
    });
  });

  it("an early revoke, between whose read and write it comes, is ended by it all the same", async () => {
    const { lockstep, id, expiry } = await active();
    lockstep.betweenReadAndWrite(() => lockstep.extend(id));
    await lockstep.revoke(id);
    expect(lockstep.has()).toBe(false);
    await lockstep.clock.runUntilIdle();
    expect(await lockstep.request(id)).toMatchObject({
      status: "ended",
      ended: { reason: "revoked" },
      expiresAt: later(expiry, HOUR).toISOString(),
    });
    expect(await lockstep.runningExecutions()).toBe(0);
  });

  it("another one under another key is given beside it, within the flow's limits", async () => {
    const { lockstep, id, expiry } = await active();
    lockstep.betweenReadAndWrite(() => lockstep.extend(id, {}, { key: "other", body: "same" }));
    await lockstep.extend(id, {}, { key: "one", body: "same" });
    await expect(lockstep.extend(id)).rejects.toMatchObject({ code: "too-many-extensions" });
    await endsAt(lockstep, id, later(expiry, 2 * HOUR));
  });

  it("the last one that the flow allows is refused", async () => {
    const { lockstep, id, expiry } = await active({ maxExtensions: 1, extensionNeedsApproval: false });
    lockstep.betweenReadAndWrite(() => lockstep.extend(id));
    await expect(lockstep.extend(id)).rejects.toMatchObject({ code: "too-many-extensions" });
    await endsAt(lockstep, id, later(expiry, HOUR));
  });

  it("itself under the same key is given once", async () => {
    const { lockstep, id, expiry } = await active();
    const idempotency = { key: "one", body: "same" };
    lockstep.betweenReadAndWrite(() => lockstep.extend(id, {}, idempotency));
    await lockstep.extend(id, {}, idempotency);
    await endsAt(lockstep, id, later(expiry, HOUR));
  });
});

describe("an extension that waits for approval", () => {
  const waiting = async () => {
    const world = await active({});
    await world.lockstep.extend(world.id);
    expect(await world.lockstep.request(world.id)).toMatchObject({ status: "active", extension: {} });
    return world;
  };

  it("moves nothing: the access ends at its expiry, and the extension with it", async () => {
    const { lockstep, id, expiry } = await waiting();
    const asked = await lockstep.waitingExtension(id);
    await endsAt(lockstep, id, expiry);
    await expect(lockstep.decide(id, "approve", bob, asked)).rejects.toMatchObject({ code: "not-pending" });
  });

  it.each([
    ["long before the expiry", -HOUR / 2],
    ["a second before it", -1000],
    ["at the last tick before it", -1],
  ])("moves the expiry when it is approved %s", async (_, milliseconds) => {
    const { lockstep, id, expiry, advanceTo } = await waiting();
    await advanceTo(milliseconds);
    await lockstep.decideExtension(id);
    await endsAt(lockstep, id, later(expiry, HOUR));
  });

  it("is not approved any more when the timer comes between the approval's read and its write", async () => {
    const { lockstep, id, expiry, advanceTo } = await waiting();
    await advanceTo(-1);
    lockstep.betweenReadAndWrite(() => lockstep.clock.advanceBy(1));
    await expect(lockstep.decideExtension(id)).rejects.toMatchObject({ name: "DomainError" });
    await endsAt(lockstep, id, expiry);
  });

  it("is approved at the last tick while the timer's revoke has crashed: the access goes on, and ends", async () => {
    const { lockstep, id, expiry, advanceTo } = await waiting();
    lockstep.crashes.push({ function: "revoke-access", when: "before" });
    await advanceTo(-1);
    lockstep.betweenReadAndWrite(() => lockstep.clock.advanceBy(1));
    await lockstep.decideExtension(id);
    await endsAt(lockstep, id, later(expiry, HOUR));
  });

  it("is dropped by a revoke that comes between the approval's read and its write", async () => {
    const { lockstep, id } = await waiting();
    lockstep.betweenReadAndWrite(() => lockstep.revoke(id));
    await expect(lockstep.decideExtension(id)).rejects.toMatchObject({ name: "DomainError" });
    expect(lockstep.has()).toBe(false);
    await lockstep.clock.runUntilIdle();
    expect(await lockstep.request(id)).toMatchObject({ status: "ended", ended: { reason: "revoked" } });
  });

  it("is rejected without a trace in what the access is", async () => {
    const { lockstep, id, expiry } = await waiting();
    await lockstep.decideExtension(id, "reject");
    await endsAt(lockstep, id, expiry);
  });
});

describe("an approval that comes late", () => {
  const notPending = { code: "not-pending" };
  const isUntouched = async (lockstep: LockstepUnderTest, id: RequestId) => {
    const request = await lockstep.request(id);
    expect(request).toMatchObject({ status: "active", extension: { approval: { decisions: [] } } });
    expect(request).not.toHaveProperty("extensions");
  };

  it("for the request, when it has lost the race and an extension waits by now, decides on nothing", async () => {
    const lockstep = await lockstepUnderTest({ flow: flowWith({}) });
    lockstep.directory.join(carol.userId, leads);
    const id = await lockstep.submit();
    lockstep.betweenReadAndWrite(async () => {
      await lockstep.decide(id, "approve", bob);
      await lockstep.extend(id);
    });
    await expect(lockstep.decide(id, "approve", carol)).rejects.toMatchObject(notPending);
    await isUntouched(lockstep, id);
  });

  it("for an extension, when it has lost the race and another one waits by now, decides on nothing", async () => {
    const { lockstep, id } = await active({});
    lockstep.directory.join(carol.userId, leads);
    await lockstep.extend(id, { duration: "PT1M" });
    const seen = await lockstep.waitingExtension(id);
    lockstep.betweenReadAndWrite(async () => {
      await lockstep.decideExtension(id, "reject");
      await lockstep.clock.advanceBy(1);
      await lockstep.extend(id, { duration: "PT7H" });
    });
    await expect(lockstep.decide(id, "approve", carol, seen)).rejects.toMatchObject(notPending);
    await isUntouched(lockstep, id);
  });
});
