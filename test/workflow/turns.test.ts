import { describe, expect, it } from "vitest";
import { secondsAfter } from "../../lambdas/core/domain/ids.ts";
import { KeptTurn } from "../../lambdas/core/use-cases/kept-turn.ts";
import { FakeTurns } from "../support/fakes/turns.ts";
import {
  HOUR,
  MINUTE,
  alice,
  automaticFlow,
  carol,
  lockstepUnderTest,
} from "../support/lockstep-under-test.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const SECOND = 1000;

/** Alice's and carol's accesses, which expire at the same moment. */
const twoThatExpireTogether = async () => {
  const lockstep = await lockstepUnderTest({ flow: automaticFlow });
  const first = await lockstep.submit(alice, { duration: "PT10M" });
  const second = await lockstep.submit(carol, { duration: "PT10M" });
  await lockstep.clock.advanceBy(9 * MINUTE);
  expect([lockstep.has(alice), lockstep.has(carol)]).toEqual([true, true]);
  lockstep.provider.operationMilliseconds = 3 * SECOND;
  return { lockstep, first, second };
};

describe("removals that fall due together", () => {
  it("are made by one invocation, one after another in an account, and both requests end", async () => {
    const { lockstep, first, second } = await twoThatExpireTogether();
    await lockstep.clock.advanceBy(MINUTE + 8 * SECOND);
    expect([lockstep.has(alice), lockstep.has(carol)]).toEqual([false, false]);
    expect(lockstep.provider.countOf("remove")).toBe(2);
    await lockstep.clock.advanceBy(MINUTE);
    for (const id of [first, second]) expect(await lockstep.request(id)).toMatchObject({ status: "ended" });
    expect(lockstep.provider.countOf("remove")).toBe(2);
  });

  it("wait no longer than a minute for an invocation that crashed in its turn", async () => {
    const { lockstep, first, second } = await twoThatExpireTogether();
    lockstep.holdUp("before its Delete");
    await lockstep.clock.advanceBy(MINUTE + 30 * SECOND);
    expect([lockstep.has(alice), lockstep.has(carol)]).toEqual([true, true]);
    await lockstep.clock.advanceBy(2 * MINUTE);
    expect([lockstep.has(alice), lockstep.has(carol)]).toEqual([false, false]);
    await lockstep.clock.runUntilIdle();
    for (const id of [first, second]) expect(await lockstep.request(id)).toMatchObject({ status: "ended" });
  });

  it("do not keep one another from ending: what AWS does not delete is only its own request's delay", async () => {
    const { lockstep, first, second } = await twoThatExpireTogether();
    lockstep.provider.unfinishedFor.add(alice.userId);
    await lockstep.clock.advanceBy(5 * MINUTE);
    expect(await lockstep.request(second)).toMatchObject({ status: "ended" });
    expect(await lockstep.request(first)).toMatchObject({
      status: "revoking",
      delay: { lastError: "AWS is still deleting the assignment" },
    });
    lockstep.provider.unfinishedFor.clear();
    await lockstep.clock.runUntilIdle();
    expect(await lockstep.request(first)).toMatchObject({ status: "ended" });
  });
});

describe("an invocation that waited for its turn", () => {
  it("deletes nothing that was removed, and taken anew by somebody, meanwhile", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    await lockstep.submit(alice, { duration: "PT10M" });
    await lockstep.clock.advanceBy(10 * MINUTE - SECOND);
    const goOn = lockstep.holdUp("before its turn");
    await lockstep.clock.advanceBy(30 * SECOND);
    const second = await lockstep.submit(alice, { duration: "PT1H" });
    expect(await lockstep.request(second)).toMatchObject({ status: "active" });
    await goOn();
    await lockstep.clock.advanceBy(MINUTE);
    expect(lockstep.has()).toBe(true);
    await lockstep.clock.runUntilIdle();
    expect(lockstep.has()).toBe(false);
  });

  it("finds a dangling access of its request as what it is, although another one met it first", async () => {
    const { lockstep, first, second } = await twoThatExpireTogether();
    for (const person of [alice, carol]) lockstep.provider.deletedPrincipals.add(person.userId);
    await lockstep.clock.runUntilIdle();
    for (const id of [first, second]) {
      expect(await lockstep.request(id)).toMatchObject({
        status: "ended",
        entitlements: [{ status: "dangling", message: "the principal was not found" }],
      });
    }
    expect(lockstep.provider.countOf("remove")).toBe(2);
  });
});

describe("a Delete that nobody answered", () => {
  it("keeps the access from being confirmed and taken until it cannot arrive any more", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    const first = await lockstep.submit(alice, { duration: "PT10M" });
    await lockstep.clock.advanceBy(9 * MINUTE);
    lockstep.provider.faults.push("answer-lost");
    await lockstep.clock.advanceBy(MINUTE + 30 * SECOND);
    expect(await lockstep.request(first)).toMatchObject({ status: "revoking" });
    const second = await lockstep.submit(alice, { duration: "PT1H" });
    expect(await lockstep.request(second)).toMatchObject({ status: "granting" });
    await lockstep.clock.advanceBy(3 * MINUTE);
    expect(await lockstep.request(first)).toMatchObject({ status: "ended" });
    expect(await lockstep.request(second)).toMatchObject({ status: "active" });
  });

  /*
   * A takes the turn and sends a Delete, whose answer is lost on the way; somebody has taken the access away by hand.
   * B takes the turn, sees it gone and confirms; the next request takes it; A's Delete arrives, and hits that one.
   */
  it.each([
    ["the same clock", 0],
    ["a clock that is ten minutes ahead", 10 * MINUTE],
    ["a clock that is ten minutes behind", -10 * MINUTE],
  ])("does not hit whoever takes the access next, by %s", async (_, offBy) => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    await lockstep.submit(alice, { duration: "PT10M" });
    await lockstep.clock.advanceBy(9 * MINUTE);
    lockstep.provider.present.clear();
    lockstep.provider.faults.push("arrives-late");
    await lockstep.clock.advanceBy(MINUTE + SECOND);
    expect(lockstep.provider.countOf("remove")).toBe(1);
    lockstep.setFunctionClock(offBy);
    const next = await lockstep.submit(alice, { duration: "PT1H" });
    await lockstep.clock.advanceBy(25 * MINUTE);
    expect(await lockstep.request(next)).toMatchObject({ status: "active" });
    expect(lockstep.has()).toBe(true);
  });
});

describe("a late Create that AWS takes hours for", () => {
  it("is waited for, however long it stays in progress, and removed when it has landed", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    const goOn = lockstep.holdUp("before its Create");
    const id = await lockstep.submit(alice, { duration: "PT10M" });
    await lockstep.clock.advanceBy(10 * MINUTE + 30 * SECOND);
    expect(lockstep.has()).toBe(false);
    lockstep.provider.operationMilliseconds = 4 * HOUR;
    await goOn();
    lockstep.provider.operationMilliseconds = 0;
    await lockstep.clock.advanceBy(HOUR);
    expect(await lockstep.request(id)).toMatchObject({
      status: "revoking",
      delay: { lastError: "ConflictException: an earlier write is not complete" },
    });
    await lockstep.clock.advanceBy(4 * HOUR);
    expect(await lockstep.request(id)).toMatchObject({ status: "ended" });
    expect(lockstep.has()).toBe(false);
  });
});

describe("a turn that is over by its own clock", () => {
  it("is not given back: the next one waits until what it covers cannot arrive any more", async () => {
    const clock = new VirtualClock();
    const turns = new FakeTurns(clock);
    const first = await KeptTurn.take({ turns, clock }, "removals");
    await clock.advanceBy(MINUTE);
    await first?.end();
    expect(await turns.take("removals", 60)).toMatchObject({ inherited: true });
  });
});

describe("a removal that does not get on", () => {
  it("says so in the request after a minute, and then every half hour, with the time since when", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    const id = await lockstep.submit(alice, { duration: "PT10M" });
    lockstep.provider.unfinishedFor.add(alice.userId);
    await lockstep.clock.advanceBy(4 * HOUR);
    expect(await lockstep.request(id)).toMatchObject({
      status: "revoking",
      delay: { since: secondsAfter(new Date("2026-01-01T00:00:00.000Z"), 600) },
    });
    const told = lockstep.transitions(id).filter((type) => type === "RevocationDelayed");
    expect(told.length).toBeGreaterThanOrEqual(5);
    expect(told.length).toBeLessThanOrEqual(9);
  });
});

describe("the access to a suspended account", () => {
  it("is still there, visibly, with AWS's own reason, and ends as soon as AWS allows", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    const id = await lockstep.submit(alice, { duration: "PT10M" });
    await lockstep.clock.advanceBy(9 * MINUTE);
    lockstep.provider.failure = "the account is suspended";
    await lockstep.clock.advanceBy(HOUR);
    expect(lockstep.has()).toBe(true);
    expect(await lockstep.request(id)).toMatchObject({
      status: "revoking",
      delay: { since: "2026-01-01T00:10:00.000Z", lastError: "the account is suspended" },
    });
    lockstep.provider.failure = undefined;
    await lockstep.clock.advanceBy(16 * MINUTE);
    expect(await lockstep.request(id)).toMatchObject({ status: "ended" });
    expect(lockstep.has()).toBe(false);
  });
});

describe("removals that fail together", () => {
  it("are stuck after 24 hours, all of them, whoever had how many turns; and keep their story when tried again", async () => {
    const { lockstep, first, second } = await twoThatExpireTogether();
    for (const person of [alice, carol]) lockstep.provider.unfinishedFor.add(person.userId);
    await lockstep.clock.advanceBy(25 * HOUR);
    // Some eight attempts an hour each, and not a look every few seconds.
    expect(lockstep.invocations.length).toBeLessThan(2 * 25 * 20);
    for (const id of [first, second]) {
      expect(await lockstep.request(id)).toMatchObject({
        status: "stuck",
        since: "2026-01-01T00:10:00.000Z",
        lastError: "AWS is still deleting the assignment",
      });
      await lockstep.revoke(id, id === first ? alice : carol);
      expect(await lockstep.request(id)).toMatchObject({
        status: "revoking",
        delay: { since: "2026-01-01T00:10:00.000Z", lastError: "AWS is still deleting the assignment" },
      });
    }
  });
});

describe("two invocations by clocks that disagree", () => {
  it("do not both delete: a turn that was not given back is waited out by the time that passes", async () => {
    const { lockstep, first } = await twoThatExpireTogether();
    const goOn = lockstep.holdUp("before its Delete");
    await lockstep.clock.advanceBy(MINUTE + 5 * SECOND);
    lockstep.setFunctionClock(10 * MINUTE);
    await lockstep.clock.advanceBy(30 * SECOND);
    expect(lockstep.provider.countOf("remove")).toBe(0);
    await goOn();
    await lockstep.clock.advanceBy(30 * MINUTE);
    expect(await lockstep.request(first)).toMatchObject({ status: "ended" });
    expect([lockstep.has(alice), lockstep.has(carol)]).toEqual([false, false]);
  });
});

describe("a grant when too many wait for AWS", () => {
  it("waits before its expiry is fixed, so that nobody loses time of their access", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    lockstep.setCrowded(true);
    const id = await lockstep.submit(alice, { duration: "PT10M" });
    await lockstep.clock.advanceBy(5 * MINUTE);
    expect(await lockstep.request(id)).toMatchObject({ status: "approved" });
    expect(lockstep.provider.calls).toEqual([]);
    lockstep.setCrowded(false);
    await lockstep.clock.advanceBy(MINUTE);
    const active = await lockstep.request(id);
    if (active.status !== "active") throw new Error(`It is ${active.status}`);
    expect(Date.parse(active.expiresAt) - Date.parse(active.activeAt)).toBeGreaterThanOrEqual(10 * MINUTE);
  });

  it("is cancelled like any other that has not begun", async () => {
    const lockstep = await lockstepUnderTest({ flow: automaticFlow });
    lockstep.setCrowded(true);
    const id = await lockstep.submit();
    await lockstep.cancel(id);
    lockstep.setCrowded(false);
    await lockstep.clock.runUntilIdle();
    expect(await lockstep.request(id)).toMatchObject({ status: "cancelled" });
    expect(lockstep.provider.calls).toEqual([]);
  });
});
