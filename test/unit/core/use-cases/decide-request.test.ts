import { describe, expect, it } from "vitest";
import { secondsAfter, timestamp } from "../../../../lambdas/core/domain/ids.ts";
import type { Person } from "../../../../lambdas/core/domain/principal.ts";
import { decideRequest } from "../../../../lambdas/core/use-cases/decide-request.ts";
import { aGroupId, aPendingRequest, aPerson } from "../../../support/builders.ts";
import { FakeDirectory } from "../../../support/fakes/directory.ts";
import { FakeAccessRequestStore, FakeWakeupStore } from "../../../support/fakes/stores.ts";
import { FakeWorkflow } from "../../../support/fakes/workflow.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

const [alice, bob, carol, dave] = ["alice", "bob", "carol", "dave"].map(aPerson) as [
  Person,
  Person,
  Person,
  Person,
];
const leads = aGroupId("payments-leads");
const engineers = aGroupId("payments-engineers");

/** Alice's request waits for a payments lead: bob, and (wrongly) alice herself; dave administrates. */
const setUp = async (pending = aPendingRequest()) => {
  const clock = new VirtualClock();
  const requests = new FakeAccessRequestStore();
  const wakeups = new FakeWakeupStore();
  const directory = new FakeDirectory();
  const workflow = new FakeWorkflow();
  directory.addGroup({ groupId: leads, displayName: "payments-leads", members: [bob.userId, alice.userId] });
  directory.addGroup({
    groupId: engineers,
    displayName: "payments-engineers",
    members: [alice.userId, carol.userId],
  });
  await requests.create(pending);
  const enteredAt = timestamp(clock.now());
  const expiresAt = secondsAfter(clock.now(), 60);
  await wakeups.put({ requestId: pending.id, taskToken: "token", enteredAt, retryCount: 0, expiresAt });
  const isAdministrator = (person: Person) => Promise.resolve(person.userId === dave.userId);
  const decide = decideRequest({ requests, wakeups, directory, workflow, clock, isAdministrator });
  return {
    clock,
    requests,
    directory,
    workflow,
    stored: () => requests.get(pending.id),
    decide: (
      caller: Person,
      decision: "approve" | "reject" = "approve",
      idempotency?: { key: string; body: string },
    ) =>
      decide({
        caller,
        requestId: pending.id,
        decision,
        ...(idempotency === undefined ? {} : { idempotency }),
      }),
  };
};

describe("a decision", () => {
  it("by an approver approves the request and wakes its execution", async () => {
    const lockstep = await setUp();
    const decided = await lockstep.decide(bob);
    expect(decided).toMatchObject({
      status: "approved",
      approval: { decisions: [{ by: bob, decision: "approve" }] },
    });
    expect(lockstep.workflow.woken).toEqual(["token"]);
  });

  const groupRequest = () =>
    aPendingRequest({ principal: { type: "GROUP", id: engineers, name: "payments-engineers" } });

  it.each([
    ["the requester, though an approver", alice, aPendingRequest, "self-approval"],
    ["a stranger", carol, aPendingRequest, "not-found"],
    ["an administrator who is no approver", dave, aPendingRequest, "approver-no-longer-eligible"],
  ] as const)("by %s changes nothing", async (_who, caller, request, code) => {
    const lockstep = await setUp(request());
    const before = await lockstep.stored();
    await expect(lockstep.decide(caller)).rejects.toMatchObject({ code });
    expect(await lockstep.stored()).toEqual(before);
    expect(lockstep.workflow.woken).toEqual([]);
  });

  it("by a member of the group that would get the access changes nothing", async () => {
    const lockstep = await setUp(groupRequest());
    lockstep.directory.join(carol.userId, leads);
    await expect(lockstep.decide(carol)).rejects.toMatchObject({ code: "beneficiary-approval" });
    expect(await lockstep.stored()).toMatchObject({ status: "pending" });
  });

  it("by someone who was asked and has left the group is refused with that reason", async () => {
    const lockstep = await setUp();
    lockstep.directory.leave(bob.userId, leads);
    await expect(lockstep.decide(bob)).rejects.toMatchObject({ code: "approver-no-longer-eligible" });
  });

  it("on one's own request is allowed where the flow says so", async () => {
    const { approval } = aPendingRequest();
    const lockstep = await setUp(
      aPendingRequest({ approval: { ...approval, requesterCanApproveSelf: true } }),
    );
    expect(await lockstep.decide(alice)).toMatchObject({ status: "approved" });
  });

  it("after the deadline comes too late, even when the request has not lapsed yet", async () => {
    const lockstep = await setUp();
    await lockstep.clock.advanceBy(24 * 3_600_000);
    await expect(lockstep.decide(bob)).rejects.toMatchObject({ code: "not-pending" });
  });

  it("is made once: a second one is refused, a repeated POST with its key is answered again", async () => {
    const lockstep = await setUp();
    const idempotency = { key: "key", body: "approve" };
    const first = await lockstep.decide(bob, "approve", idempotency);
    expect(await lockstep.decide(bob, "approve", idempotency)).toEqual(first);
    await expect(lockstep.decide(bob)).rejects.toMatchObject({ code: "already-decided" });
    await expect(lockstep.decide(bob, "reject", { key: "key", body: "reject" })).rejects.toMatchObject({
      code: "idempotency-key-reused",
    });
    expect((await lockstep.stored())?.approval.decisions).toHaveLength(1);
  });

  it("of two at the same moment is one: the other is told that nothing is pending any more", async () => {
    const lockstep = await setUp();
    lockstep.directory.join(dave.userId, leads);
    const answers = await Promise.allSettled([
      lockstep.decide(bob, "approve"),
      lockstep.decide(dave, "reject"),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(answers.find(({ status }) => status === "rejected")).toMatchObject({
      reason: { code: "not-pending" },
    });
    expect((await lockstep.stored())?.approval.decisions).toHaveLength(1);
  });
});
