import { describe, expect, it } from "vitest";
import type { AccessFlow } from "../../lambdas/core/domain/access-flow.ts";
import type { RotaName } from "../../lambdas/core/domain/ids.ts";
import { aFlow } from "../support/builders.ts";
import {
  HOUR,
  MINUTE,
  alice,
  automaticFlow,
  carol,
  lockstepUnderTest,
  type LockstepUnderTest,
} from "../support/lockstep-under-test.ts";

/* Short accesses one after the other. The virtual clock begins on 2026-01-01 at midnight. */

const briefly = (overrides: Partial<AccessFlow> = {}): AccessFlow =>
  aFlow({
    approval: { ...aFlow().approval, automatic: { type: "duration-below", seconds: 30 * 60 } },
    ...overrides,
  });
const at = (minutes: number): string => new Date(Date.UTC(2026, 0, 1, 0, minutes)).toISOString();
const duration = "PT29M";

/** How a request stands as soon as it is made. */
const submitted = async (
  lockstep: LockstepUnderTest,
  ask: Parameters<LockstepUnderTest["submit"]>[1] = {},
  caller = alice,
) => (await lockstep.request(await lockstep.submit(caller, { duration, ...ask }))).status;

describe("where nobody is asked for what is short", () => {
  it("somebody is asked for what follows on it: ahead, at its end, and soon after", async () => {
    const lockstep = await lockstepUnderTest({ flow: briefly() });
    expect(await submitted(lockstep)).toBe("active");
    for (const minutes of [29, 60, 88])
      expect(await submitted(lockstep, { startAt: at(minutes) })).toBe("pending");
    expect(await submitted(lockstep, { startAt: at(90) })).toBe("scheduled");
    await lockstep.clock.advanceBy(31 * MINUTE);
    expect(lockstep.has()).toBe(false);
    expect(await submitted(lockstep)).toBe("pending");
  });

  it("nobody is asked again after a pause of an hour, or where both together are short", async () => {
    const lockstep = await lockstepUnderTest({ flow: briefly() });
    expect(await submitted(lockstep, { duration: "PT10M" })).toBe("active");
    await lockstep.clock.advanceBy(20 * MINUTE);
    expect(await submitted(lockstep, { duration: "PT15M" })).toBe("active");
    await lockstep.clock.advanceBy(2 * HOUR);
    expect(await submitted(lockstep)).toBe("active");
  });

  it("what comes first may be asked for last", async () => {
    const lockstep = await lockstepUnderTest({ flow: briefly() });
    expect(await submitted(lockstep, { startAt: at(20) })).toBe("scheduled");
    expect(await submitted(lockstep)).toBe("pending");
  });

  it("what others asked for the same person counts, and what somebody else has does not", async () => {
    const lockstep = await lockstepUnderTest({ flow: briefly({ requestFor: ["self", "others"] }) });
    expect(await submitted(lockstep, { principal: { type: "USER", name: "alice" } }, carol)).toBe("active");
    expect(await submitted(lockstep, { startAt: at(29) })).toBe("pending");
    expect(await submitted(lockstep, { startAt: at(29) }, carol)).toBe("scheduled");
  });

  it("what was cancelled or revoked counts for as long as it lasted", async () => {
    const lockstep = await lockstepUnderTest({ flow: briefly() });
    const cancelled = await lockstep.submit(alice, { duration, startAt: at(20) });
    await lockstep.cancel(cancelled);
    const revoked = await lockstep.submit(alice, { duration });
    await lockstep.clock.advanceBy(5 * MINUTE);
    await lockstep.revoke(revoked);
    await lockstep.clock.advanceBy(5 * MINUTE);
    expect(await submitted(lockstep, { duration: "PT20M" })).toBe("active");
  });

  it("two that were asked for at the same moment are seen when the second begins, and it is refused", async () => {
    const lockstep = await lockstepUnderTest({ flow: briefly() });
    // Both are judged before either is in the index.
    const listByRequester = lockstep.requests.listByRequester.bind(lockstep.requests);
    lockstep.requests.listByRequester = () => Promise.resolve({ items: [] });
    const first = await lockstep.submit(alice, { duration, startAt: at(100) });
    const second = await lockstep.submit(alice, { duration, startAt: at(129) });
    lockstep.requests.listByRequester = listByRequester;
    expect([(await lockstep.request(first)).status, (await lockstep.request(second)).status]).toEqual([
      "scheduled",
      "scheduled",
    ]);
    await lockstep.clock.advanceTo(new Date(at(110)));
    expect((await lockstep.request(first)).status).toBe("active");
    await lockstep.clock.advanceTo(new Date(at(140)));
    expect(await lockstep.request(second)).toMatchObject({
      status: "failed",
      ended: {
        message: expect.stringContaining(
          "access flow prod-power asked nobody as shorter than PT30M, which is not so any more",
        ) as unknown,
      },
    });
  });

  it("an extension counts once, and with what was before it", async () => {
    const settings = { requesterCanApproveSelf: false, maxExtensions: 3 };
    const lockstep = await lockstepUnderTest({ flow: briefly({ settings }) });
    const id = await lockstep.submit(alice, { duration: "PT10M" });
    await lockstep.clock.advanceBy(5 * MINUTE);
    await lockstep.extend(id, { duration: "PT15M" });
    expect(await lockstep.request(id)).toMatchObject({ expiresAt: at(25) });
    await lockstep.extend(id, { duration: "PT15M" });
    expect(await lockstep.request(id)).toMatchObject({ expiresAt: at(25), extension: { duration: "PT15M" } });
    await lockstep.clock.advanceBy(30 * MINUTE);
    const next = await lockstep.submit(alice, { duration: "PT1M" });
    await lockstep.extend(next, { duration: "PT10M" });
    expect(await lockstep.request(next)).toMatchObject({ extension: { duration: "PT10M" } });
  });

  const endlessly = () => Promise.resolve({ items: [], cursor: "there is more" });

  it("somebody is asked where there are more requests than anybody looks at: now and ahead", async () => {
    const lockstep = await lockstepUnderTest({ flow: briefly() });
    lockstep.requests.listByRequester = endlessly;
    expect([
      await submitted(lockstep, { duration: "PT1M" }),
      await submitted(lockstep, { duration: "PT1M", startAt: at(600) }),
    ]).toEqual(["pending", "pending"]);
  });

  it("and for an extension, too", async () => {
    const settings = { requesterCanApproveSelf: false, maxExtensions: 3 };
    const lockstep = await lockstepUnderTest({ flow: briefly({ settings }) });
    const id = await lockstep.submit(alice, { duration: "PT10M" });
    expect(await lockstep.request(id)).toMatchObject({ status: "active", expiresAt: at(10) });
    lockstep.requests.listByRequester = endlessly;
    await lockstep.extend(id, { duration: "PT10M" });
    expect(await lockstep.request(id)).toMatchObject({ expiresAt: at(10), extension: { duration: "PT10M" } });
  });

  it("what somebody has counts where others ask for them", async () => {
    const lockstep = await lockstepUnderTest({ flow: briefly({ requestFor: ["self", "others"] }) });
    const principal = { type: "USER", name: "alice" } as const;
    expect(await submitted(lockstep)).toBe("active");
    expect(await submitted(lockstep, { principal, startAt: at(29) }, carol)).toBe("pending");
    expect(await submitted(lockstep, { startAt: at(29) }, carol)).toBe("scheduled");
  });

  it("nothing but a rule about how long it lasts counts what begins at once: whoever is on call may ask again", async () => {
    const primary = "primary" as RotaName;
    const automatic = { type: "on-call", rota: primary } as const;
    const flow = aFlow({ approval: { ...aFlow().approval, automatic } });
    const lockstep = await lockstepUnderTest({ flow });
    const { userId: id, userName: name } = alice;
    await lockstep.policies.rotas.put({
      name: primary,
      version: 1,
      updatedAt: flow.updatedAt,
      updatedBy: "test",
      timeZone: "UTC",
      shifts: [],
      rotation: { participants: [{ id, name }], startsAt: flow.updatedAt, everyDays: 7 },
      overrides: [],
    });
    let listed = 0;
    const list = lockstep.requests.listByRequester.bind(lockstep.requests);
    lockstep.requests.listByRequester = (...asked) => {
      listed += 1;
      return list(...asked);
    };
    expect(await submitted(lockstep, { duration: "PT8H" })).toBe("active");
    expect(await submitted(lockstep, { duration: "PT8H" })).toBe("active");
    expect(listed).toBe(0);
    expect(await submitted(lockstep, { duration: "PT1H", startAt: at(8 * 60) })).toBe("pending");
  });
});

describe("a flow's longest duration, where nobody decides", () => {
  it("bounds what is asked for ahead with what it follows, and not who asks again when they need it", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    expect(await submitted(lockstep, { duration: "PT8H" })).toBe("active");
    await expect(submitted(lockstep, { startAt: at(8 * 60) })).rejects.toMatchObject({
      code: "duration-above-maximum",
      message: expect.stringContaining(
        "allows at most PT8H, also of accesses that are asked for ahead and follow one another",
      ) as unknown,
    });
    expect(await submitted(lockstep, { duration: "PT8H", startAt: at(9 * 60) })).toBe("scheduled");
    await lockstep.clock.advanceBy(8 * HOUR + MINUTE);
    expect(await submitted(lockstep, { duration: "PT8H" })).toBe("active");
  });

  it("is judged again when each begins: of several that were asked for at the same moment those that are too much are refused", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    const listByRequester = lockstep.requests.listByRequester.bind(lockstep.requests);
    lockstep.requests.listByRequester = () => Promise.resolve({ items: [] });
    const first = await lockstep.submit(alice, { duration: "PT8H", startAt: at(60) });
    const second = await lockstep.submit(alice, { duration: "PT8H", startAt: at(60 + 8 * 60) });
    lockstep.requests.listByRequester = listByRequester;
    await lockstep.clock.advanceTo(new Date(at(90)));
    expect((await lockstep.request(first)).status).toBe("active");
    await lockstep.clock.advanceTo(new Date(at(60 + 9 * 60)));
    expect(await lockstep.request(second)).toMatchObject({
      status: "failed",
      ended: { reason: "refused", message: expect.stringContaining("PT8H in one go at most") as unknown },
    });
  });

  it("is not asked of what people decide, each of them", async () => {
    const lockstep = await lockstepUnderTest();
    await lockstep.decide(await lockstep.submit(alice, { duration: "PT8H" }));
    expect(await submitted(lockstep, { duration: "PT8H", startAt: at(8 * 60) })).toBe("pending");
  });
});
