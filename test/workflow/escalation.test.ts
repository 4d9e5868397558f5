import { describe, expect, it } from "vitest";
import type { FlowStep, Party } from "../../lambdas/core/domain/access-flow.ts";
import { recordTransition } from "../../lambdas/core/use-cases/record-transition.ts";
import { aFlow, aGroupId, aPerson } from "../support/builders.ts";
import { FakeAuditTrail } from "../support/fakes/stores.ts";
import { FakeEventPublisher } from "../support/fakes/event-publisher.ts";
import {
  DAY,
  MINUTE,
  bob,
  carol,
  lockstepUnderTest,
  type LockstepUnderTest,
} from "../support/lockstep-under-test.ts";

const dave = aPerson("dave");
const erin = aPerson("erin");
const user = ({ userId, userName }: typeof bob): Party => ({ type: "user", id: userId, name: userName });
const leadsGroup: Party = { type: "group", id: aGroupId("payments-leads"), name: "payments-leads" };

/** Payments leads decide within a day; half an hour later dave may, too, and an hour later erin. */
const escalating = (...more: FlowStep[]) =>
  aFlow({
    approval: {
      steps: [
        {
          anyOf: [leadsGroup],
          withinSeconds: DAY / 1000,
          escalation: { afterSeconds: 30 * 60, tiers: [[user(dave)], [user(erin)]] },
        },
        ...more,
      ],
    },
  });

const withPeople = async (flow = escalating()): Promise<LockstepUnderTest> => {
  const lockstep = await lockstepUnderTest({ flow });
  for (const { userId, userName } of [dave, erin]) lockstep.directory.addUser({ userId, userName });
  return lockstep;
};

/** Every announcement as the bus gets it: when, and whom it adds. */
const announcements = async ({ requests }: LockstepUnderTest, of = "ApprovalEscalated") => {
  const events = new FakeEventPublisher();
  const record = recordTransition({ audit: new FakeAuditTrail(), events });
  for (const version of requests.history) await record(version);
  return events.published
    .filter(({ type }) => type === of)
    .map(({ at, detail }) => ({ at, added: detail["added"], approvers: detail["approvers"] }));
};

describe("a request that nobody decides", () => {
  it("is put before more people every half hour, each tier announced once with those whom it adds", async () => {
    const lockstep = await withPeople();
    const id = await lockstep.submit();
    await lockstep.clock.advanceBy(30 * MINUTE - 1);
    expect(await announcements(lockstep)).toEqual([]);
    await lockstep.clock.advanceBy(1);
    await lockstep.clock.advanceBy(30 * MINUTE);
    await lockstep.clock.advanceBy(6 * 60 * MINUTE);
    const id_ = ({ type, id }: Party) => ({ type, id });
    expect(await announcements(lockstep)).toEqual([
      {
        at: "2026-01-01T00:30:00.000Z",
        added: [id_(user(dave))],
        approvers: [id_(leadsGroup), id_(user(dave))],
      },
      {
        at: "2026-01-01T01:00:00.000Z",
        added: [id_(user(erin))],
        approvers: [id_(leadsGroup), id_(user(dave)), id_(user(erin))],
      },
    ]);
    expect(await lockstep.request(id)).toMatchObject({ status: "pending", approval: { tiersAnnounced: 2 } });
    expect(await lockstep.runningExecutions()).toBe(1);
    await lockstep.clock.runUntilIdle();
    expect(await lockstep.request(id)).toMatchObject({
      status: "lapsed",
      ended: { at: "2026-01-02T00:00:00.000Z" },
    });
  });

  it("is decided by nobody of a tier before that opens, and by any one of it afterwards", async () => {
    const lockstep = await withPeople();
    const id = await lockstep.submit();
    await lockstep.clock.advanceBy(30 * MINUTE - 1);
    await expect(lockstep.decide(id, "approve", dave)).rejects.toMatchObject({
      code: "approver-no-longer-eligible",
    });
    await lockstep.clock.advanceBy(1);
    await expect(lockstep.decide(id, "approve", erin)).rejects.toMatchObject({
      code: "approver-no-longer-eligible",
    });
    await lockstep.decide(id, "approve", dave);
    expect(lockstep.has()).toBe(true);
  });

  it("is decided by those who could before, whatever has opened", async () => {
    const lockstep = await withPeople();
    const id = await lockstep.submit();
    await lockstep.clock.advanceBy(3 * 60 * MINUTE);
    await lockstep.decide(id, "approve", bob);
    expect(lockstep.has()).toBe(true);
  });

  it("counts from the beginning of each step, and announces the next step's tiers anew", async () => {
    const second: FlowStep = {
      anyOf: [user(carol)],
      withinSeconds: DAY / 1000,
      escalation: { afterSeconds: 10 * 60, tiers: [[user(erin)]] },
    };
    const lockstep = await withPeople(escalating(second));
    const id = await lockstep.submit();
    await lockstep.clock.advanceBy(35 * MINUTE);
    await lockstep.decide(id, "approve", dave);
    expect(await lockstep.request(id)).toMatchObject({ approval: { since: "2026-01-01T00:35:00.000Z" } });
    expect((await lockstep.request(id)).approval).not.toHaveProperty("tiersAnnounced");
    await lockstep.clock.advanceBy(10 * MINUTE);
    expect((await announcements(lockstep)).map(({ at }) => at)).toEqual([
      "2026-01-01T00:30:00.000Z",
      "2026-01-01T00:45:00.000Z",
    ]);
    await lockstep.decide(id, "approve", erin);
    expect(lockstep.has()).toBe(true);
  });

  it("opens no tier after its deadline", async () => {
    const [step] = escalating().approval.steps;
    if (step === undefined) throw new Error("The flow has a step");
    const lockstep = await withPeople(aFlow({ approval: { steps: [{ ...step, withinSeconds: 45 * 60 }] } }));
    const id = await lockstep.submit();
    await lockstep.clock.runUntilIdle();
    expect(lockstep.transitions(id)).toEqual(["ApprovalNeeded", "ApprovalEscalated", "RequestLapsed"]);
    expect(await lockstep.request(id)).toMatchObject({ ended: { at: "2026-01-01T00:45:00.000Z" } });
  });
});

describe("an escalation that something comes between", () => {
  /*
   * bob reads pending v1 ── the machine writes ApprovalEscalated v2 ── bob's write of v2 fails its condition,
   * he reads v2, decides, and writes RequestApproved v3 ── the machine, which waits anew, is woken.
   */
  it("is written between an approver's read and write: both stand, in that order", async () => {
    const lockstep = await withPeople();
    const id = await lockstep.submit();
    await lockstep.clock.advanceBy(30 * MINUTE - 1);
    lockstep.betweenReadAndWrite(() => lockstep.clock.advanceBy(1));
    await lockstep.decide(id, "approve", bob);
    expect(lockstep.transitions(id).slice(0, 3)).toEqual([
      "ApprovalNeeded",
      "ApprovalEscalated",
      "RequestApproved",
    ]);
    expect(lockstep.has()).toBe(true);
  });

  /*
   * The machine's look reads pending v1 ── bob writes RequestApproved v2 ── the look's ApprovalEscalated v2 fails its
   * condition (ConcurrentModification), is retried, and reads approved: nobody is told of a tier that never opened.
   */
  it("loses to a decision that comes between its own read and write, and nobody is told", async () => {
    const lockstep = await withPeople();
    const id = await lockstep.submit();
    const replace = lockstep.requests.replace.bind(lockstep.requests);
    let raced = false;
    lockstep.requests.replace = async (next, from) => {
      if (next.trail.at(-1)?.type === "ApprovalEscalated" && !raced) {
        raced = true;
        await lockstep.decide(id, "approve", bob);
      }
      return replace(next, from);
    };
    await lockstep.clock.advanceBy(30 * MINUTE);
    await lockstep.clock.advanceBy(MINUTE);
    expect(raced).toBe(true);
    expect(lockstep.transitions(id)).not.toContain("ApprovalEscalated");
    expect(lockstep.has()).toBe(true);
  });

  it("is late by the time until somebody looks when the wake-up or the execution is lost, and announced once", async () => {
    const lockstep = await withPeople();
    const id = await lockstep.submit();
    await lockstep.stopExecutions();
    await lockstep.clock.advanceBy(30 * MINUTE);
    // Time has opened it all the same.
    await expect(lockstep.decide(id, "approve", erin)).rejects.toMatchObject({
      code: "approver-no-longer-eligible",
    });
    expect(await announcements(lockstep)).toEqual([]);
    await lockstep.clock.advanceBy(5 * MINUTE);
    await lockstep.sweep();
    await lockstep.sweep();
    expect((await announcements(lockstep)).map(({ at }) => at)).toEqual(["2026-01-01T00:35:00.000Z"]);
    await lockstep.decide(id, "approve", dave);
    expect(lockstep.has()).toBe(true);
  });

  it("tells of two tiers at once when both opened while nobody looked", async () => {
    const lockstep = await withPeople();
    const id = await lockstep.submit();
    await lockstep.stopExecutions();
    await lockstep.clock.advanceBy(65 * MINUTE);
    await lockstep.sweep();
    expect((await announcements(lockstep)).map(({ added }) => added)).toEqual([
      [
        { type: "user", id: dave.userId },
        { type: "user", id: erin.userId },
      ],
    ]);
    expect(await lockstep.request(id)).toMatchObject({ approval: { tiersAnnounced: 2 } });
  });
});

describe("more time that nobody decides", () => {
  const settings = { requesterCanApproveSelf: false, maxExtensions: 1 };
  const idOf = ({ type, id }: Party) => ({ type, id });

  /** Alice has access for three hours, and asks for an hour more at once. */
  const asked = async () => {
    const lockstep = await withPeople({ ...escalating(), settings });
    const id = await lockstep.submit(undefined, { duration: "PT3H" });
    await lockstep.decide(id);
    await lockstep.extend(id);
    const told = () => announcements(lockstep, "ExtensionEscalated");
    const after = async (milliseconds: number) => {
      await lockstep.clock.advanceBy(milliseconds);
      await lockstep.sweep();
    };
    return { lockstep, id, told, after };
  };

  it("is put before more people by the next sweep after each tier opens, once, and the access ends when it would have", async () => {
    const { lockstep, id, told, after } = await asked();
    const { expiresAt } = (await lockstep.request(id)) as { readonly expiresAt?: string };
    await after(30 * MINUTE - 1);
    expect(await told()).toEqual([]);
    await after(1);
    await after(5 * MINUTE);
    await after(25 * MINUTE);
    await after(5 * MINUTE);
    expect(await told()).toEqual([
      {
        at: "2026-01-01T00:30:00.000Z",
        added: [idOf(user(dave))],
        approvers: [idOf(leadsGroup), idOf(user(dave))],
      },
      {
        at: "2026-01-01T01:00:00.000Z",
        added: [idOf(user(erin))],
        approvers: [idOf(leadsGroup), idOf(user(dave)), idOf(user(erin))],
      },
    ]);
    expect(await lockstep.request(id)).toMatchObject({
      status: "active",
      expiresAt,
      extension: { approval: { tiersAnnounced: 2 } },
    });
    await lockstep.clock.runUntilIdle();
    expect(await lockstep.request(id)).toMatchObject({ status: "ended", expiresAt });
    expect(lockstep.transitions(id).slice(-3)).toEqual([
      "ExtensionEscalated",
      "RevocationStarted",
      "AccessEnded",
    ]);
    expect(lockstep.has()).toBe(false);
    expect(await lockstep.runningExecutions()).toBe(0);
  });

  it("is given by whom a tier adds, whether they were told or not, and moves the expiry once", async () => {
    const { lockstep, id, told, after } = await asked();
    await after(30 * MINUTE);
    const askedAt = await lockstep.waitingExtension(id);
    await lockstep.decide(id, "approve", dave, askedAt);
    await after(30 * MINUTE);
    expect(await told()).toHaveLength(1);
    expect(await lockstep.request(id)).toMatchObject({ expiresAt: "2026-01-01T04:00:00.000Z" });
    await lockstep.clock.runUntilIdle();
    expect(await lockstep.request(id)).toMatchObject({
      status: "ended",
      expiresAt: "2026-01-01T04:00:00.000Z",
    });
  });

  it("is told of nobody once its deadline has passed", async () => {
    const { lockstep, id, told, after } = await asked();
    await lockstep.clock.advanceBy(3 * 60 * MINUTE - 1);
    await after(1);
    expect(await told()).toEqual([]);
    await lockstep.clock.runUntilIdle();
    expect(await lockstep.request(id)).toMatchObject({ status: "ended" });
  });

  /*
   * The look that a sweep began reads active v4, whose extension waits ── bob writes AccessExtended v5 ── the look's
   * ExtensionEscalated v5 fails its condition, is retried, finds nothing that waits, and holds until the new expiry.
   */
  it("loses to a decision that comes between the look's read and write: nobody is told, and the time is given", async () => {
    const { lockstep, id, told, after } = await asked();
    const askedAt = await lockstep.waitingExtension(id);
    const replace = lockstep.requests.replace.bind(lockstep.requests);
    let raced = false;
    lockstep.requests.replace = async (next, from) => {
      if (next.trail.at(-1)?.type === "ExtensionEscalated" && !raced) {
        raced = true;
        await lockstep.decide(id, "approve", bob, askedAt);
      }
      return replace(next, from);
    };
    await after(30 * MINUTE);
    await after(5 * MINUTE);
    expect(raced).toBe(true);
    expect(await told()).toEqual([]);
    expect(await lockstep.request(id)).toMatchObject({ expiresAt: "2026-01-01T04:00:00.000Z" });
    await lockstep.clock.runUntilIdle();
    expect(lockstep.has()).toBe(false);
    expect(await lockstep.runningExecutions()).toBe(0);
  });
});
