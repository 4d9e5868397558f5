import { describe, expect, it } from "vitest";
import type { RequestStep } from "../../../../lambdas/core/domain/approval-step.ts";
import type {
  AccessRequest,
  AskedExtension,
  RequestIn,
} from "../../../../lambdas/core/domain/access-request.ts";
import { commonOf, evolve } from "../../../../lambdas/core/domain/evolve.ts";
import { secondsAfter, timestamp, type Timestamp } from "../../../../lambdas/core/domain/ids.ts";
import type { Person } from "../../../../lambdas/core/domain/principal.ts";
import { decideRequest } from "../../../../lambdas/core/use-cases/decide-request.ts";
import type { RolesOf } from "../../../../lambdas/core/use-cases/directory-roles.ts";
import type { GrantSettings } from "../../../../lambdas/core/use-cases/ruled-out.ts";
import {
  aFlow,
  aGroupId,
  aPendingRequest,
  aPerson,
  aRequestId,
  aUserId,
  anAccountId,
  anActiveRequest,
} from "../../../support/builders.ts";
import { FakeDirectory } from "../../../support/fakes/directory.ts";
import {
  FakeAccessFlowStore,
  FakeAccessRequestStore,
  FakeWakeupStore,
} from "../../../support/fakes/stores.ts";
import { FakeWorkflow } from "../../../support/fakes/workflow.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";
import { rolesHeldBy } from "../../../support/roles.ts";
import { noGuardrails } from "../../../support/guardrails.ts";
import { noPolicies } from "../../../support/policies.ts";

const vera = aPerson("vera");
const [alice, bob, carol, dave] = ["alice", "bob", "carol", "dave"].map(aPerson) as [
  Person,
  Person,
  Person,
  Person,
];
const leads = aGroupId("payments-leads");
const engineers = aGroupId("payments-engineers");

/** Deploy settings that rule nothing out. */
const unrestricted: GrantSettings = { protectedAccounts: [], guardrails: noGuardrails };

/** Alice's request waits for a payments lead: bob, and (wrongly) alice herself; dave administrates. */
const setUp = async (pending = aPendingRequest()) => {
  const clock = new VirtualClock();
  const requests = new FakeAccessRequestStore();
  const wakeups = new FakeWakeupStore();
  const directory = new FakeDirectory();
  const workflow = new FakeWorkflow();
  const flows = new FakeAccessFlowStore();
  await flows.put(aFlow());
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
  const rolesOf = rolesHeldBy({ administrator: [dave] });
  const decide = decideRequest({
    ...noPolicies(),
    ...unrestricted,
    requests,
    flows,
    wakeups,
    directory,
    workflow,
    clock,
    rolesOf,
  });
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

/* What a decision leaves behind, and what each refusal says: of the request itself, and of more time on it. */

const HOUR = 3_600_000;
const security = aGroupId("security");
const stepOf = (group: "payments-leads" | "security", withinSeconds: number): RequestStep => ({
  anyOf: [{ type: "group", id: aGroupId(group), name: group }],
  withinSeconds,
});
/** As whom the trail says that a payments lead spoke. */
const asLead = { as: [`group:${leads}`], standsFor: ["group"] };
const midnight = timestamp(new Date("2026-01-01T00:00:00.000Z"));

/** Alice's request, which a payments lead and then security decide, within ten minutes each. */
const inTwoSteps = (): RequestIn<"pending"> => {
  const { approval } = aPendingRequest();
  const steps = [stepOf("payments-leads", 600), stepOf("security", 300)];
  return aPendingRequest({
    approval: { ...approval, steps },
    deadline: secondsAfter(new Date(midnight), 600),
  });
};

/** More time that alice asked for at midnight, which a payments lead decides within half an hour. */
const moreTime = (overrides: Partial<AskedExtension> = {}): AskedExtension => ({
  by: alice,
  duration: "PT2H",
  durationSeconds: 7200,
  justification: "not done yet",
  askedAt: midnight,
  deadline: secondsAfter(new Date(midnight), 1800),
  approval: {
    steps: [stepOf("payments-leads", 1800)],
    asked: [bob.userId],
    requesterCanApproveSelf: false,
    decisions: [],
  },
  ...overrides,
});
/** Alice's active request until 01:00, which erin approved. */
const activeRequest = (extension?: AskedExtension): RequestIn<"active"> => {
  const { extension: _none, ...request } = anActiveRequest();
  const erin = aPerson("erin");
  const decisions = request.approval.decisions.map((decision) => ({ ...decision, by: erin }));
  return {
    ...request,
    approval: { ...request.approval, decisions },
    ...(extension !== undefined && { extension }),
  };
};

/**
 * Any request, to be decided by bob, a payments lead, and carol, of security; dave administrates, vera audits. Alice is the
 * requester and approves nothing.
 */
const world = async (
  request: AccessRequest,
  options: {
    readonly withoutToken?: boolean;
    readonly rolesOf?: RolesOf;
    readonly settings?: Partial<GrantSettings>;
  } = {},
) => {
  const clock = new VirtualClock();
  const requests = new FakeAccessRequestStore();
  const wakeups = new FakeWakeupStore();
  const directory = new FakeDirectory();
  const workflow = new FakeWorkflow();
  const flows = new FakeAccessFlowStore();
  await flows.put(aFlow());
  directory.addGroup({ groupId: leads, displayName: "payments-leads", members: [bob.userId] });
  directory.addGroup({ groupId: security, displayName: "security", members: [carol.userId] });
  await requests.create(request);
  if (options.withoutToken !== true) {
    const expiresAt = secondsAfter(clock.now(), 60);
    await wakeups.put({
      requestId: request.id,
      taskToken: "token",
      enteredAt: midnight,
      retryCount: 0,
      expiresAt,
    });
  }
  const rolesOf = options.rolesOf ?? rolesHeldBy({ administrator: [dave], auditor: [vera] });
  const decide = decideRequest({
    ...noPolicies(),
    ...unrestricted,
    ...options.settings,
    requests,
    flows,
    wakeups,
    directory,
    workflow,
    clock,
    rolesOf,
  });
  const as = (
    caller: Person,
    decision: "approve" | "reject" = "approve",
    rest: {
      readonly reason?: string;
      readonly extension?: Timestamp;
      readonly idempotency?: { readonly key: string; readonly body: string };
    } = {},
  ) => decide({ caller, requestId: request.id, decision, ...rest });
  return {
    clock,
    requests,
    flows,
    directory,
    workflow,
    decide: as,
    now: async () => {
      const found = await requests.get(request.id);
      if (found === undefined) throw new Error("The request is gone");
      return found;
    },
    /** That somebody's decision is refused in these words, and changes nothing. */
    refuses: async (answer: Promise<AccessRequest>, code: string, message: string) => {
      const written = requests.history.length;
      await expect(answer).rejects.toMatchObject({ name: "DomainError", code, message, fields: [] });
      expect(requests.history).toHaveLength(written);
      expect([workflow.woken, workflow.started.size]).toEqual([[], 0]);
    },
  };
};

describe("what a decision on a request leaves behind", () => {
  it("is who decided which step and why, in the request and in its trail", async () => {
    const lockstep = await world(inTwoSteps());
    await lockstep.clock.advanceBy(60_000);
    const at = secondsAfter(new Date(midnight), 60);
    const decided = await lockstep.decide(bob, "approve", { reason: "go" });
    const { version, trail, ...rest } = await lockstep.now();
    const { version: _version, trail: _trail, ...before } = inTwoSteps();
    expect(rest).toEqual({
      ...before,
      deadline: secondsAfter(new Date(at), 300),
      approval: {
        ...before.approval,
        decisions: [{ step: 0, by: bob, decision: "approve", reason: "go", at }],
      },
    });
    expect(decided).toEqual(await lockstep.now());
    expect(version).toBe(2);
    expect(trail.at(-1)).toMatchObject({
      type: "NextApprovalNeeded",
      at,
      actor: { type: "user", userId: bob.userId },
      status: "pending",
    });
    expect(trail.at(-1)?.details).toEqual({ step: 0, decision: "approve", reason: "go", ...asLead });
    expect(lockstep.workflow.woken).toEqual(["token"]);
  });

  it("is no reason where none was given", async () => {
    const lockstep = await world(aPendingRequest());
    const { status, approval, trail } = await lockstep.decide(bob);
    expect(status).toBe("approved");
    // Nor a field without a value: the store drops it, and the answer would differ from what is stored.
    expect(approval.decisions).toStrictEqual([{ step: 0, by: bob, decision: "approve", at: midnight }]);
    expect(trail.at(-1)?.type).toBe("RequestApproved");
    expect(trail.at(-1)?.details).toStrictEqual({ step: 0, decision: "approve", ...asLead });
  });

  it("is the end of the request when it rejects, whatever steps are left", async () => {
    const lockstep = await world(inTwoSteps());
    await lockstep.clock.advanceBy(1000);
    const at = secondsAfter(new Date(midnight), 1);
    const rejected = await lockstep.decide(bob, "reject", { reason: "not today" });
    expect(rejected).toMatchObject({
      status: "rejected",
      approval: { decisions: [{ step: 0, by: bob, decision: "reject", reason: "not today", at }] },
    });
    expect(rejected).toHaveProperty("ended", { reason: "rejected", by: bob, at, message: "not today" });
    expect(rejected).not.toHaveProperty("deadline");
    expect(rejected.trail.at(-1)).toMatchObject({
      type: "RequestRejected",
      actor: { type: "user", userId: bob.userId },
      details: { step: 0, decision: "reject", reason: "not today" },
    });
    expect(lockstep.workflow.woken).toEqual(["token"]);
  });

  it("is an end without a message when it rejects and says nothing", async () => {
    const lockstep = await world(aPendingRequest());
    const rejected = await lockstep.decide(bob, "reject");
    expect("ended" in rejected && rejected.ended).toStrictEqual({
      reason: "rejected",
      by: bob,
      at: midnight,
    });
    expect(rejected.trail.at(-1)?.details).toStrictEqual({ step: 0, decision: "reject", ...asLead });
  });

  it("is approval once the last step is decided, each by another person", async () => {
    const lockstep = await world(inTwoSteps());
    await lockstep.decide(bob);
    const approved = await lockstep.decide(carol);
    expect(approved).toMatchObject({
      status: "approved",
      approval: {
        decisions: [
          { step: 0, by: bob },
          { step: 1, by: carol },
        ],
      },
    });
    expect(approved.trail.at(-1)).toMatchObject({
      type: "RequestApproved",
      details: { step: 1, decision: "approve" },
    });
  });

  it("is the key that it came with, next to those that the item knew", async () => {
    const made = { key: "made", body: "ask" };
    const key = { key: "decided", body: "approve" };
    for (const [request, decision] of [
      [inTwoSteps(), "approve"],
      [aPendingRequest(), "approve"],
      [aPendingRequest(), "reject"],
    ] as const) {
      const lockstep = await world({ ...request, answered: [made] });
      const decided = await lockstep.decide(bob, decision, { idempotency: key });
      expect(decided.answered).toEqual([made, key]);
    }
    const lockstep = await world({ ...aPendingRequest(), answered: [made] });
    expect((await lockstep.decide(bob)).answered).toEqual([made]);
  });

  it("starts the execution of an approved request that none waits for, and of no other", async () => {
    const approved = await world(aPendingRequest(), { withoutToken: true });
    const { id } = await approved.decide(bob);
    expect([...approved.workflow.started]).toEqual([[id, { version: 1, requestId: id, begin: "grant" }]]);
    const rejected = await world(aPendingRequest(), { withoutToken: true });
    await rejected.decide(bob, "reject");
    expect([rejected.workflow.started.size, rejected.workflow.woken]).toEqual([0, []]);
  });

  it("wakes the execution again when it comes again: the first waking may have been lost", async () => {
    const lockstep = await world(aPendingRequest());
    const idempotency = { key: "key", body: "approve" };
    lockstep.workflow.unavailable = true;
    await expect(lockstep.decide(bob, "approve", { idempotency })).rejects.toMatchObject({
      name: "WorkflowUnavailable",
    });
    lockstep.workflow.unavailable = false;
    expect(await lockstep.decide(bob, "approve", { idempotency })).toMatchObject({ status: "approved" });
    expect(lockstep.workflow.woken).toEqual(["token"]);
    expect(lockstep.requests.history).toHaveLength(2);
  });
});

describe("who is told what when they may not decide", () => {
  const { id } = aPendingRequest();
  const unseen = `There is no access request ${id} that you may see.`;
  const notNow = "You are not, or no longer, an approver of the step that waits.";
  const notOwn = "You asked for this access, so somebody else has to decide on it.";

  it("is nothing, to somebody who is no party to it", async () => {
    const lockstep = await world(aPendingRequest());
    await lockstep.refuses(lockstep.decide(aPerson("mallory")), "not-found", unseen);
  });

  it("is nothing of a request that does not exist", async () => {
    const lockstep = await world(aPendingRequest({ id: aRequestId("another") }));
    const decide = decideRequest({
      ...noPolicies(),
      ...unrestricted,
      ...lockstep,
      wakeups: new FakeWakeupStore(),
      rolesOf: rolesHeldBy({ administrator: [bob] }),
    });
    await lockstep.refuses(decide({ caller: bob, requestId: id, decision: "approve" }), "not-found", unseen);
  });

  it("is that it is their own, to a requester who approves nothing", async () => {
    const lockstep = await world(aPendingRequest());
    await lockstep.refuses(lockstep.decide(alice), "self-approval", notOwn);
    await lockstep.refuses(lockstep.decide(alice, "reject"), "self-approval", notOwn);
  });

  it("is that they are no approver, to a requester whom the flow lets decide and names nowhere", async () => {
    const { approval } = aPendingRequest();
    const lockstep = await world(
      aPendingRequest({ approval: { ...approval, requesterCanApproveSelf: true } }),
    );
    await lockstep.refuses(lockstep.decide(alice), "approver-no-longer-eligible", notNow);
  });

  it("is that they would get it, to a member of the group that it is for", async () => {
    const lockstep = await world(
      aPendingRequest({ principal: { type: "GROUP", id: security, name: "security" } }),
    );
    lockstep.directory.join(bob.userId, security);
    await lockstep.refuses(
      lockstep.decide(bob),
      "beneficiary-approval",
      "You would get this access, so somebody else has to decide on it.",
    );
  });

  it.each([
    ["an administrator", dave],
    ["an auditor", vera],
  ])("is that they are no approver, to %s", async (_who, caller) => {
    const lockstep = await world(aPendingRequest());
    await lockstep.refuses(lockstep.decide(caller), "approver-no-longer-eligible", notNow);
    await lockstep.refuses(lockstep.decide(caller, "reject"), "approver-no-longer-eligible", notNow);
  });

  it("is that they are none any more, to somebody who was asked; nobody has to ask for their roles", async () => {
    const lockstep = await world(aPendingRequest(), {
      rolesOf: () => {
        throw new Error("Nobody asks that of somebody who was asked");
      },
    });
    lockstep.directory.leave(bob.userId, leads);
    await lockstep.refuses(lockstep.decide(bob), "approver-no-longer-eligible", notNow);
  });

  it("is that it is not their turn, to an approver of a later step", async () => {
    const lockstep = await world(inTwoSteps());
    await lockstep.refuses(lockstep.decide(carol), "approver-no-longer-eligible", notNow);
  });

  it("is that they have decided, to the approver of an earlier step, though the next one is theirs too", async () => {
    const { approval } = inTwoSteps();
    const decision = { step: 0, by: bob, decision: "approve" as const, at: midnight };
    const lockstep = await world({ ...inTwoSteps(), approval: { ...approval, decisions: [decision] } });
    lockstep.directory.join(bob.userId, security);
    await lockstep.refuses(lockstep.decide(bob), "already-decided", "You have decided on this already.");
    expect(await lockstep.decide(carol)).toMatchObject({ status: "approved" });
  });
});

describe("when it can be decided", () => {
  const until =
    "a request can be decided while it is pending, and more time while the access is active, each until its deadline.";

  it("is until the deadline, to the tick", async () => {
    const [inTime, late] = [await world(inTwoSteps()), await world(inTwoSteps())];
    await inTime.clock.advanceBy(599_999);
    expect(await inTime.decide(bob)).toMatchObject({ status: "pending", version: 2 });
    await late.clock.advanceBy(600_000);
    await late.refuses(
      late.decide(bob),
      "not-pending",
      `The deadline of this request (2026-01-01T00:10:00.000Z) has passed; ${until}`,
    );
  });

  it("is not once it is decided: to everybody but who decided it, that is what it is by now", async () => {
    const pending = aPendingRequest();
    const approved = evolve("RequestApproved", pending, commonOf(pending), {
      actor: { type: "lockstep", name: "workflow" },
      now: new Date(midnight),
    });
    const lockstep = await world(approved);
    await lockstep.refuses(
      lockstep.decide(bob),
      "not-pending",
      `This request is approved, and nothing of it waits for a decision; ${until}`,
    );
    await lockstep.refuses(
      lockstep.decide(alice),
      "self-approval",
      "You asked for this access, so somebody else has to decide on it.",
    );
  });

  it("is not once the access is active and nobody asked for more time", async () => {
    const lockstep = await world(activeRequest());
    await lockstep.refuses(
      lockstep.decide(bob),
      "not-pending",
      `This request is active, and nothing of it waits for a decision; ${until}`,
    );
  });

  it("is by one of two who decide at once; the other one decides on what is there then", async () => {
    const lockstep = await world(inTwoSteps());
    lockstep.directory.join(dave.userId, leads);
    const both = await Promise.allSettled([lockstep.decide(bob), lockstep.decide(dave)]);
    expect(
      both.map((one) => (one.status === "rejected" ? (one.reason as unknown) : one.status)),
    ).toMatchObject(["fulfilled", { code: "approver-no-longer-eligible" }]);
  });

  /*
   * bob and dave read step 1 ── bob's approval is written, and step 2 begins ── dave's write of step 1 fails its condition, and
   * he reads again: step 2 is his, too, but he has not seen that it waits.
   */
  it("is of the step that was read: one who may decide the next one, too, is told that it waits", async () => {
    const lockstep = await world(inTwoSteps());
    lockstep.directory.join(dave.userId, leads);
    lockstep.directory.join(dave.userId, security);
    const [, late] = await Promise.allSettled([lockstep.decide(bob), lockstep.decide(dave)]);
    expect(late).toMatchObject({
      reason: {
        code: "concurrent-modification",
        message:
          "Somebody else has decided step 1 of the approval meanwhile, and step 2 waits now. Look at the request, and decide again if that is yours, too.",
      },
    });
    expect((await lockstep.now()).approval.decisions).toMatchObject([{ by: bob }]);
    expect(await lockstep.decide(dave)).toMatchObject({ status: "approved" });
  });

  it("is not while others go on writing: it is read and decided five times, and then left", async () => {
    const lockstep = await world(aPendingRequest());
    let writes = 0;
    lockstep.requests.replace = () => {
      writes += 1;
      return Promise.resolve("conflict");
    };
    await lockstep.refuses(
      lockstep.decide(bob),
      "concurrent-modification",
      "This request is being changed by others right now. Try again.",
    );
    expect(writes).toBe(5);
  });
});

describe("a decision on more time", () => {
  const extension = midnight;
  const { id, expiresAt } = activeRequest();

  it("moves the expiry from where it is, when its last step is approved", async () => {
    const lockstep = await world({ ...activeRequest(moreTime()), answered: [{ key: "made", body: "ask" }] });
    await lockstep.clock.advanceBy(60_000);
    const at = secondsAfter(new Date(midnight), 60);
    const idempotency = { key: "decided", body: "approve" };
    const extended = await lockstep.decide(bob, "approve", { extension, reason: "finish it", idempotency });
    const { approval: _approval, askedAt: _askedAt, deadline: _deadline, ...asked } = moreTime();
    const decisions = [{ step: 0, by: bob, decision: "approve", reason: "finish it", at }];
    const { trail, version, ...rest } = extended;
    const { trail: _trail, version: before, ...unchanged } = activeRequest();
    expect(rest).toEqual({
      ...unchanged,
      answered: [{ key: "made", body: "ask" }, idempotency],
      expiresAt: "2026-01-01T03:00:00.000Z",
      extensions: [{ ...asked, at, expiresAt: "2026-01-01T03:00:00.000Z", decisions }],
    });
    expect(version).toBe(before + 1);
    expect(trail.at(-1)).toMatchObject({
      type: "AccessExtended",
      at,
      actor: { type: "user", userId: bob.userId },
      status: "active",
    });
    expect(trail.at(-1)?.details).toEqual({
      step: 0,
      decision: "approve",
      reason: "finish it",
      ...asLead,
      duration: "PT2H",
      expiresAt: "2026-01-01T03:00:00.000Z",
    });
  });

  it("drops it when it rejects, and leaves the expiry and the request's own approval alone", async () => {
    const lockstep = await world(activeRequest(moreTime()));
    const idempotency = { key: "decided", body: "reject" };
    const rejected = await lockstep.decide(bob, "reject", { extension, idempotency });
    const { trail, version: _version, ...rest } = rejected;
    const { trail: _trail, version: _before, ...unchanged } = activeRequest();
    expect(rest).toEqual({ ...unchanged, answered: [idempotency] });
    expect(trail.at(-1)).toMatchObject({
      type: "ExtensionRejected",
      actor: { type: "user", userId: bob.userId },
    });
    expect(trail.at(-1)?.details).toEqual({ step: 0, decision: "reject", ...asLead, duration: "PT2H" });
  });

  it("goes on to its next step, with that one's time, and moves nothing yet", async () => {
    const steps = [stepOf("payments-leads", 1800), stepOf("security", 300)];
    const { approval } = moreTime();
    const lockstep = await world(activeRequest(moreTime({ approval: { ...approval, steps } })));
    await lockstep.clock.advanceBy(60_000);
    const at = secondsAfter(new Date(midnight), 60);
    const idempotency = { key: "decided", body: "approve" };
    const waiting = await lockstep.decide(bob, "approve", { extension, idempotency });
    const decisions = [{ step: 0, by: bob, decision: "approve", at }];
    expect(waiting).toMatchObject({ status: "active", expiresAt, answered: [idempotency] });
    expect(waiting).toHaveProperty("extension", {
      ...moreTime(),
      deadline: secondsAfter(new Date(at), 300),
      approval: { ...approval, steps, decisions },
    });
    expect(waiting).not.toHaveProperty("extensions");
    expect(waiting.trail.at(-1)?.type).toBe("NextExtensionApprovalNeeded");
    expect(waiting.trail.at(-1)?.details).toEqual({ step: 0, decision: "approve", ...asLead });
    const extended = await lockstep.decide(carol, "approve", { extension });
    expect(extended.trail.at(-1)).toMatchObject({
      type: "AccessExtended",
      details: { step: 1, decision: "approve", duration: "PT2H" },
    });
  });

  it("wakes nobody: the timer of the old expiry looks at the item", async () => {
    for (const decision of ["approve", "reject"] as const) {
      const lockstep = await world(activeRequest(moreTime()));
      await lockstep.decide(bob, decision, { extension });
      expect([lockstep.workflow.woken, lockstep.workflow.started.size]).toEqual([[], 0]);
    }
  });

  it("is by those who decide on the extension: who decided on the request may decide again", async () => {
    const request = activeRequest(moreTime());
    const decision = { step: 0, by: bob, decision: "approve" as const, at: midnight };
    const decided = { ...request.approval, decisions: [decision] };
    const lockstep = await world({ ...request, approval: decided });
    expect(await lockstep.decide(bob, "approve", { extension })).toMatchObject({
      expiresAt: "2026-01-01T03:00:00.000Z",
      approval: { decisions: [decision] },
    });
  });

  it("is once a person, as on a request", async () => {
    const { approval } = moreTime();
    const decision = { step: 0, by: bob, decision: "approve" as const, at: midnight };
    const steps = [stepOf("payments-leads", 1800), stepOf("payments-leads", 300)];
    const lockstep = await world(
      activeRequest(moreTime({ approval: { ...approval, steps, decisions: [decision] } })),
    );
    await lockstep.refuses(
      lockstep.decide(bob, "approve", { extension }),
      "already-decided",
      "You have decided on this already.",
    );
  });

  it("is by its requester only where the extension's own flow lets them, whatever the request's did", async () => {
    const request = activeRequest(moreTime());
    const lenient = { ...request.approval, requesterCanApproveSelf: true };
    const lockstep = await world({ ...request, approval: lenient });
    lockstep.directory.join(alice.userId, leads);
    await lockstep.refuses(
      lockstep.decide(alice, "approve", { extension }),
      "self-approval",
      "You asked for this access, so somebody else has to decide on it.",
    );
  });

  it("is until its deadline, to the tick", async () => {
    const [inTime, late] = [await world(activeRequest(moreTime())), await world(activeRequest(moreTime()))];
    await inTime.clock.advanceBy(HOUR / 2 - 1);
    expect(await inTime.decide(bob, "approve", { extension })).toHaveProperty("extensions");
    await late.clock.advanceBy(HOUR / 2);
    await late.refuses(
      late.decide(bob, "approve", { extension }),
      "not-pending",
      "The deadline of this extension (2026-01-01T00:30:00.000Z) has passed; a request can be decided while it is pending, and more time while the access is active, each until its deadline.",
    );
  });

  const later = secondsAfter(new Date(midnight), 1);
  it.each([
    [
      "while the request itself waits",
      aPendingRequest(),
      later,
      `No more time that was asked for at ${later} waits for a decision: the request itself waits, and a decision on it names no extension.`,
    ],
    [
      "when other time was asked for since",
      activeRequest(moreTime()),
      later,
      `No more time that was asked for at ${later} waits for a decision: what waits is more time that was asked for at ${midnight}.`,
    ],
    [
      "when no time waits any more",
      activeRequest(),
      later,
      `No more time that was asked for at ${later} waits for a decision: this request is active, and nothing of it waits for a decision.`,
    ],
    [
      "that it does not name, being meant for the request",
      activeRequest(moreTime()),
      undefined,
      'This request is active, so that it was decided; what waits is more time on it. A decision on that names it by its askedAt: {"extension": "…"}. See with GET /requests/{id} what it asks for.',
    ],
  ])("is none %s", async (_, request, named, message) => {
    const lockstep = await world(request);
    const rest = named === undefined ? {} : { extension: named };
    await lockstep.refuses(lockstep.decide(bob, "approve", rest), "not-pending", message);
  });

  it("is shown to whom it asks: somebody who was asked for it alone learns that they may not decide", async () => {
    const frank = aPerson("frank");
    const { approval } = moreTime();
    const lockstep = await world(
      activeRequest(moreTime({ approval: { ...approval, asked: [aUserId("frank")] } })),
    );
    await lockstep.refuses(
      lockstep.decide(frank, "approve", { extension }),
      "approver-no-longer-eligible",
      "You are not, or no longer, an approver of the step that waits.",
    );
    expect((await lockstep.now()).id).toBe(id);
  });
});

/*
 * An admin deactivates a bad flow ── a moment later somebody approves what waits under it ── the machine has not looked yet. What
 * counts is what is there when the approval is made.
 */
describe("an approval once its access flow is gone", () => {
  const ends: readonly (readonly [string, (flows: FakeAccessFlowStore) => Promise<unknown>, string])[] = [
    [
      "deactivated",
      (flows) => flows.put({ ...aFlow(), version: 2, active: false }),
      "access flow prod-power was deactivated",
    ],
    ["deleted", (flows) => flows.delete(aFlow()), "access flow prod-power was deleted"],
    [
      "made automatic",
      (flows) => flows.put({ ...aFlow(), version: 2, trigger: "automatic" }),
      "access flow prod-power takes no requests any more",
    ],
  ];

  it.each(ends)("gives nothing when that was %s: the request ends, and says why", async (_, happens, why) => {
    const lockstep = await world(aPendingRequest());
    await happens(lockstep.flows);
    await expect(lockstep.decide(bob)).rejects.toMatchObject({
      code: "not-pending",
      message: `Your approval gave nothing: ${why}, so that this request has ended.`,
    });
    const request = await lockstep.now();
    expect(request).toMatchObject({
      status: "cancelled",
      ended: { reason: "withdrawn", message: why },
      approval: { decisions: [] },
    });
    expect(request.trail.at(-1)).toMatchObject({
      type: "RequestWithdrawn",
      actor: { type: "lockstep", name: "api" },
      details: { flow: "prod-power", message: why },
    });
    expect(lockstep.workflow.woken).toEqual(["token"]);
  });

  it.each(ends)(
    "moves no expiry when that was %s: the extension ends, and says why",
    async (_, happens, why) => {
      const before = activeRequest(moreTime());
      const lockstep = await world(before);
      await happens(lockstep.flows);
      await expect(lockstep.decide(bob, "approve", { extension: midnight })).rejects.toMatchObject({
        code: "not-pending",
        message: `Your approval gave no more time: ${why}. The access goes on until the expiry that it has.`,
      });
      const request = await lockstep.now();
      expect(request).toMatchObject({ status: "active", expiresAt: before.expiresAt });
      expect(request).not.toHaveProperty("extension");
      expect(request).not.toHaveProperty("extensions");
      expect(request.trail.at(-1)).toMatchObject({
        type: "ExtensionWithdrawn",
        actor: { type: "lockstep", name: "api" },
        details: { flow: "prod-power", duration: "PT2H", message: why },
      });
      expect(lockstep.workflow.woken).toEqual([]);
    },
  );

  it("is still refused for who may not decide: nobody ends a request by trying", async () => {
    const lockstep = await world(aPendingRequest());
    await lockstep.flows.put({ ...aFlow(), version: 2, active: false });
    await lockstep.refuses(
      lockstep.decide(dave),
      "approver-no-longer-eligible",
      "You are not, or no longer, an approver of the step that waits.",
    );
  });

  it("is no different from a rejection, which needs no flow", async () => {
    const lockstep = await world(aPendingRequest());
    await lockstep.flows.put({ ...aFlow(), version: 2, active: false });
    expect(await lockstep.decide(bob, "reject")).toMatchObject({
      status: "rejected",
      approval: { decisions: [{ by: bob, decision: "reject" }] },
    });
  });

  it("counts under a flow that is changed and goes on: the request keeps what it was asked for under", async () => {
    const lockstep = await world(aPendingRequest());
    await lockstep.flows.put({ ...aFlow(), version: 2, duration: { max: "PT1M", maxSeconds: 60 } });
    expect(await lockstep.decide(bob)).toMatchObject({ status: "approved", durationSeconds: 3600 });
  });
});

describe("an approval of more time than the deploy settings allow by now", () => {
  it.each<readonly [string, Partial<GrantSettings>, string]>([
    [
      "into an account that is protected",
      { protectedAccounts: [{ id: anAccountId(2), reason: "listed" }] },
      `nothing may be granted into account ${anAccountId(2)}`,
    ],
    [
      "of what is never granted",
      { guardrails: { neverGrantable: [{ permissionSets: ["PowerUser"] }] } },
      `PowerUser is never granted in account ${anAccountId(2)} (deploy setting guardrails.neverGrantable)`,
    ],
    [
      "for longer in all than anything may last",
      { guardrails: { neverGrantable: [], maxDurationSeconds: 3 * 3600 - 1 } },
      "it would last PT3H in all, and nothing lasts longer than PT2H59M59S (deploy setting guardrails.maxDuration)",
    ],
  ])("%s moves no expiry", async (_, settings, why) => {
    const before = activeRequest(moreTime());
    const lockstep = await world(before, { settings });
    await expect(lockstep.decide(bob, "approve", { extension: midnight })).rejects.toMatchObject({
      code: "not-pending",
      message: `Your approval gave no more time: ${why}. The access goes on until the expiry that it has.`,
    });
    const request = await lockstep.now();
    expect(request).toMatchObject({ status: "active", expiresAt: before.expiresAt });
    expect(request.trail.at(-1)).toMatchObject({ type: "ExtensionWithdrawn", details: { message: why } });
  });

  it("moves it where all of it fits to the second", async () => {
    const settings = { guardrails: { neverGrantable: [], maxDurationSeconds: 3 * 3600 } };
    const lockstep = await world(activeRequest(moreTime()), { settings });
    expect(await lockstep.decide(bob, "approve", { extension: midnight })).toMatchObject({
      expiresAt: "2026-01-01T03:00:00.000Z",
    });
  });
});
