import { beforeEach, describe, expect, it } from "vitest";
import type { AccessRequest, RequestIn } from "../../../../lambdas/core/domain/access-request.ts";
import { DomainError } from "../../../../lambdas/core/domain/errors.ts";
import { commonOf, evolve } from "../../../../lambdas/core/domain/evolve.ts";
import { secondsAfter, timestamp } from "../../../../lambdas/core/domain/ids.ts";
import type { Person } from "../../../../lambdas/core/domain/principal.ts";
import type { Idempotency } from "../../../../lambdas/core/use-cases/idempotency.ts";
import { cancelRequest, revokeRequest } from "../../../../lambdas/core/use-cases/revoke-request.ts";
import {
  aGroupId,
  aPendingRequest,
  aPerson,
  anActiveRequest,
  everyEndOf,
} from "../../../support/builders.ts";
import { FakeDirectory } from "../../../support/fakes/directory.ts";
import { InterruptedStore } from "../../../support/fakes/interrupted-store.ts";
import { FakeWakeupStore } from "../../../support/fakes/stores.ts";
import { FakeWorkflow } from "../../../support/fakes/workflow.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";
import { rolesHeldBy } from "../../../support/roles.ts";

/* Alice's request, whose approver is bob; root administrates. */

const [alice, bob, root] = [aPerson("alice"), aPerson("bob"), aPerson("root")];
const erin = aPerson("erin");
const made = new Date("2026-01-01T00:00:00.000Z");
const active = anActiveRequest();
const { id, version, trail } = active;
const shared = { ...commonOf(active), version, trail };
const ending = { reason: "expired" } as const;
const workflowActor = { type: "lockstep", name: "workflow" } as const;

const notGranted: readonly AccessRequest[] = [
  aPendingRequest(),
  { ...shared, status: "approved" },
  { ...shared, status: "scheduled", startAt: timestamp(made) },
];
const granting: RequestIn<"granting"> = { ...shared, status: "granting", expiresAt: active.expiresAt };
const revoking: RequestIn<"revoking"> = { ...active, status: "revoking", ending };
const stuck: RequestIn<"stuck"> = {
  ...active,
  status: "stuck",
  ending,
  since: secondsAfter(made, -60),
  lastError: "Conflict",
};
const begun: readonly AccessRequest[] = [granting, active, revoking, stuck];
const over = everyEndOf(active);

let clock: VirtualClock;
let requests: InterruptedStore;
let wakeups: FakeWakeupStore;
let directory: FakeDirectory;
let workflow: FakeWorkflow;

beforeEach(async () => {
  clock = new VirtualClock(made);
  requests = new InterruptedStore();
  wakeups = new FakeWakeupStore();
  directory = new FakeDirectory();
  workflow = new FakeWorkflow();
  const leads = { groupId: aGroupId("payments-leads"), displayName: "payments-leads" };
  directory.addGroup({ ...leads, members: [bob.userId] });
  await clock.advanceBy(60_000);
});

interface Call {
  readonly caller?: Person;
  readonly reason?: string;
  readonly idempotency?: Idempotency;
}
const dependencies = () => ({
  requests,
  wakeups,
  workflow,
  clock,
  directory,
  rolesOf: rolesHeldBy({ administrator: [root], auditor: [erin] }),
});
const actions = { revoke: revokeRequest, cancel: cancelRequest };
const call = (action: keyof typeof actions, { caller = alice, ...rest }: Call = {}) =>
  actions[action](dependencies())({ caller, requestId: id, ...rest });
const end = async (action: keyof typeof actions, request: AccessRequest, options: Call = {}) => {
  expect(await requests.create(request)).toBe("written");
  return call(action, options);
};
const refusal = async (action: keyof typeof actions, request: AccessRequest, options: Call = {}) => {
  const error: unknown = await end(action, request, options).catch((thrown: unknown) => thrown);
  if (!(error instanceof DomainError)) throw new Error("It was not refused", { cause: error });
  expect(requests.history).toHaveLength(1);
  expect(workflow.started.size + workflow.woken.length).toBe(0);
  return { code: error.code, message: error.message };
};
const waiting = () =>
  wakeups.put({
    requestId: id,
    taskToken: "token",
    enteredAt: timestamp(made),
    retryCount: 0,
    expiresAt: secondsAfter(made, 60),
  });
const begunRevokes = () => [...workflow.started];
const input = { version: 1, requestId: id, begin: "revoke" };
const withoutTrail = ({ trail: _trail, version: _version, ...rest }: AccessRequest) => rest;

describe.each(["revoke", "cancel"] as const)("a %s of what was not granted yet", (action) => {
  it.each(notGranted)("cancels it, says who and when, and wakes its execution: $status", async (request) => {
    await waiting();
    const cancelled = await end(action, request);
    expect(withoutTrail(cancelled)).toStrictEqual({
      ...commonOf(request),
      status: "cancelled",
      ended: { reason: "cancelled", by: alice, at: timestamp(clock.now()) },
    });
    expect(cancelled.trail.at(-1)).toMatchObject({
      type: "RequestCancelled",
      status: "cancelled",
      at: timestamp(clock.now()),
      actor: { type: "user", userId: alice.userId },
    });
    expect(cancelled.trail.at(-1)?.details).toStrictEqual({});
    expect(await requests.get(id)).toEqual(cancelled);
    expect(workflow.woken).toEqual(["token"]);
    expect(workflow.started.size).toBe(0);
  });

  it("keeps the reason that was given, in the request and in the trail", async () => {
    const cancelled = await end(action, aPendingRequest(), { caller: root, reason: "not needed" });
    expect(cancelled).toMatchObject({ ended: { reason: "cancelled", by: root, message: "not needed" } });
    expect(cancelled.trail.at(-1)).toMatchObject({
      actor: { type: "user", userId: root.userId },
      details: { message: "not needed" },
    });
  });

  it.each(notGranted)("is an administrator's also where they are an approver: $status", async (request) => {
    directory.join(root.userId, aGroupId("payments-leads"));
    const cancelled = await end(action, request, { caller: root });
    expect(cancelled).toMatchObject({ status: "cancelled", ended: { reason: "cancelled", by: root } });
  });

  it.each(notGranted)("is not an approver's to make: $status", async (request) => {
    expect(await refusal(action, request, { caller: bob })).toEqual({
      code: "not-requester",
      message:
        "You are an approver of this request: only its requester or an administrator may withdraw one that was not granted yet. Reject it with POST …/decisions while it is pending.",
    });
  });

  it.each([...notGranted, ...over])("is not an auditor's to make: $status", async (request) => {
    expect(await refusal(action, request, { caller: erin })).toEqual({
      code: "not-requester",
      message:
        "You see this request as an auditor: only its requester, an approver or an administrator may end it.",
    });
  });

  it.each(over)("leaves one as it is that is over: $status", async (request) => {
    await waiting();
    expect(await end(action, request, { reason: "again" })).toEqual(request);
    expect(requests.history).toHaveLength(1);
    expect(workflow.started.size).toBe(0);
    // Whoever cancelled it may not have come as far as that.
    expect(workflow.woken).toEqual(request.status === "cancelled" ? ["token"] : []);
  });

  it("says to a stranger that there is nothing, and changes nothing", async () => {
    expect(await refusal(action, aPendingRequest(), { caller: aPerson("mallory") })).toEqual({
      code: "not-found",
      message: `There is no access request ${id} that you may see.`,
    });
  });

  it("is answered as before when it is repeated under its key, and wakes the execution again", async () => {
    await waiting();
    const idempotency = { key: "once", body: "hash" };
    const first = await end(action, aPendingRequest(), { idempotency });
    expect(first.answered).toEqual([idempotency]);
    await clock.advanceBy(1000);
    expect(await call(action, { idempotency })).toEqual(first);
    expect(requests.history).toHaveLength(2);
    expect(workflow.woken).toEqual(["token", "token"]);
  });

  it("is refused under the key of another body", async () => {
    const request = aPendingRequest({ answered: [{ key: "once", body: "hash" }] });
    expect(await refusal(action, request, { idempotency: { key: "once", body: "another" } })).toEqual({
      code: "idempotency-key-reused",
      message: "This Idempotency-Key was used before with another body. Use a new key for a new request.",
    });
  });

  it("fails as a defect when the request is gone between two reads", async () => {
    await requests.create(aPendingRequest());
    const get = requests.get.bind(requests);
    let reads = 0;
    requests.get = (key) => ((reads += 1) === 1 ? get(key) : Promise.resolve(undefined));
    await expect(call(action)).rejects.toThrow(`Request ${id} has vanished`);
  });
});

describe("a cancel", () => {
  it.each(begun)("ends nothing that was begun, and says what does: $status", async (request) => {
    for (const caller of [alice, root]) {
      requests = new InterruptedStore();
      expect(await refusal("cancel", request, { caller })).toEqual({
        code: "not-cancellable",
        message: `This request is ${request.status}; only a pending, approved or scheduled one can be cancelled. POST …/revoke ends it.`,
      });
    }
  });

  it.each(begun)("is not an approver's, whatever came of the request: $status", async (request) => {
    expect((await refusal("cancel", request, { caller: bob })).code).toBe("not-requester");
  });

  it("that comes between read and write of a grant is decided on the grant", async () => {
    const [, approved] = notGranted as [AccessRequest, RequestIn<"approved">];
    requests.meanwhile = () => {
      const draft = { ...commonOf(approved), expiresAt: active.expiresAt };
      const next = evolve("GrantStarted", approved, draft, { actor: workflowActor, now: made });
      return requests.replace(next, ["approved"]);
    };
    await expect(end("cancel", approved)).rejects.toMatchObject({
      code: "not-cancellable",
      message:
        "This request is granting; only a pending, approved or scheduled one can be cancelled. POST …/revoke ends it.",
    });
    expect(await requests.get(id)).toMatchObject({ status: "granting" });
  });
});

describe("a revoke of access that is active", () => {
  it.each([alice, bob, root])("ends it now, by whoever has to do with it: $userName", async (caller) => {
    // The token of the wait for approval, which is long over.
    await waiting();
    const ends = await end("revoke", active, { caller, reason: "done" });
    expect(withoutTrail(ends)).toStrictEqual({
      ...commonOf(active),
      status: "revoking",
      activeAt: active.activeAt,
      expiresAt: active.expiresAt,
      ending: { reason: "revoked", by: caller, message: "done" },
    });
    expect(ends.trail.at(-1)).toMatchObject({
      type: "RevocationStarted",
      status: "revoking",
      at: timestamp(clock.now()),
      actor: { type: "user", userId: caller.userId },
    });
    expect(ends.trail.at(-1)?.details).toStrictEqual({ message: "done" });
    expect(begunRevokes()).toEqual([[`${id}.revoke.${version + 1}`, input]]);
    expect(workflow.woken).toEqual([]);
  });

  it("needs no reason", async () => {
    expect(await end("revoke", active)).toMatchObject({ ending: { reason: "revoked", by: alice } });
    expect((await requests.get(id))?.trail.at(-1)?.details).toStrictEqual({});
  });

  it("is written, though the machine cannot be reached: whoever looks next goes on with it", async () => {
    workflow.unavailable = true;
    await expect(end("revoke", active)).rejects.toMatchObject({ name: "WorkflowUnavailable" });
    expect(await requests.get(id)).toMatchObject({ status: "revoking" });
    workflow.unavailable = false;
    await call("revoke");
    expect(begunRevokes()).toEqual([[`${id}.revoke.${version + 1}`, input]]);
  });

  it("is begun under another name when the first one is taken", async () => {
    const first = await end("revoke", active);
    const again = await call("revoke");
    expect(again).toEqual(first);
    expect(requests.history).toHaveLength(2);
    const moment = clock.now().getTime().toString(36);
    expect(begunRevokes()).toEqual([
      [`${id}.revoke.${version + 1}`, input],
      [`${id}.revoke.${version + 1}.${moment}`, input],
    ]);
  });

  it("is answered as before when it is repeated under its key", async () => {
    const idempotency = { key: "once", body: "hash" };
    const first = await end("revoke", active, { idempotency });
    expect(first.answered).toEqual([idempotency]);
    expect(await call("revoke", { idempotency })).toEqual(first);
    await expect(call("revoke", { idempotency: { key: "once", body: "another" } })).rejects.toMatchObject({
      code: "idempotency-key-reused",
    });
  });
});

describe("a revoke of what is being granted", () => {
  it("is kept until the attempt has ended, and starts who ends it then", async () => {
    const kept = await end("revoke", granting, { caller: bob, reason: "wrong account" });
    expect(withoutTrail(kept)).toStrictEqual({
      ...commonOf(granting),
      status: "granting",
      expiresAt: granting.expiresAt,
      revocation: { reason: "revoked", by: bob, message: "wrong account" },
    });
    expect(kept.trail.at(-1)).toMatchObject({
      type: "RevocationRequested",
      status: "granting",
      actor: { type: "user", userId: bob.userId },
      details: { message: "wrong account" },
    });
    expect(begunRevokes()).toEqual([[`${id}.revoke.${version + 1}`, input]]);
  });

  it("is the first one's, however many ask; each of them starts who ends it", async () => {
    const revocation = { reason: "revoked", by: bob } as const;
    const kept = await end("revoke", { ...granting, revocation }, { reason: "I want it too" });
    expect(kept).toMatchObject({ status: "granting", revocation });
    expect(requests.history).toHaveLength(1);
    expect(begunRevokes()).toEqual([[`${id}.revoke.${version}`, input]]);
  });
});

describe("a revoke of what is being removed", () => {
  it("changes nothing, and starts an execution in case there is none", async () => {
    expect(await end("revoke", revoking, { reason: "sooner" })).toEqual(revoking);
    expect(requests.history).toHaveLength(1);
    expect(begunRevokes()).toEqual([[`${id}.revoke.${version}`, input]]);
  });
});

describe("a revoke of what is stuck", () => {
  it("tries again, of the same story: how it ends and since when stay what they were", async () => {
    const retried = await end("revoke", stuck, { caller: root, reason: "AWS is back" });
    expect(withoutTrail(retried)).toStrictEqual({
      ...commonOf(stuck),
      status: "revoking",
      activeAt: stuck.activeAt,
      expiresAt: stuck.expiresAt,
      ending,
      delay: {
        since: secondsAfter(made, -60),
        attemptsSince: timestamp(clock.now()),
        at: timestamp(clock.now()),
        lastError: "Conflict",
      },
    });
    expect(retried.trail.at(-1)).toMatchObject({
      type: "RevocationRetried",
      status: "revoking",
      actor: { type: "user", userId: root.userId },
      details: { message: "AWS is back" },
    });
    expect(begunRevokes()).toEqual([[`${id}.revoke.${version + 1}`, input]]);
  });

  it("makes up no moment since when it was active", async () => {
    const { activeAt: _activeAt, ...never } = stuck;
    expect(await end("revoke", never)).not.toHaveProperty("activeAt");
  });
});

describe("a revoke that others come in between", () => {
  it("is decided on what they wrote: access that came to be meanwhile is ended, not cancelled", async () => {
    requests.meanwhile = () => {
      const draft = { ...commonOf(granting), activeAt: timestamp(made), expiresAt: granting.expiresAt };
      const next = evolve("AccessGranted", granting, draft, { actor: workflowActor, now: made });
      return requests.replace(next, ["granting"]);
    };
    expect(await end("revoke", granting)).toMatchObject({ status: "revoking", version: version + 2 });
    expect(begunRevokes()).toEqual([[`${id}.revoke.${version + 2}`, input]]);
  });
});
