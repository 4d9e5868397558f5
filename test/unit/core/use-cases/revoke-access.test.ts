import { beforeEach, describe, expect, it } from "vitest";
import type {
  AccessRequest,
  RequestedEntitlement,
  RequestIn,
} from "../../../../lambdas/core/domain/access-request.ts";
import {
  entitlementKey,
  type Entitlement,
  type EntitlementRecord,
} from "../../../../lambdas/core/domain/entitlement.ts";
import { commonOf } from "../../../../lambdas/core/domain/evolve.ts";
import { secondsAfter, timestamp, type Timestamp } from "../../../../lambdas/core/domain/ids.ts";
import { revokeAccess } from "../../../../lambdas/core/use-cases/revoke-access.ts";
import {
  aRequestId,
  aUserId,
  anAccountId,
  anActiveRequest,
  anEntitlement,
} from "../../../support/builders.ts";
import { FakeProvider } from "../../../support/fakes/provider.ts";
import { FakeAccessRequestStore, FakeEntitlementStore } from "../../../support/fakes/stores.ts";
import { FakeTurns } from "../../../support/fakes/turns.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

/* What the end of an access comes to: for each of its entitlements, for the request, and for the machine. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const other = aRequestId("another");

let clock: VirtualClock;
let provider: FakeProvider;
let entitlements: FakeEntitlementStore;
let turns: FakeTurns;
let requests: FakeAccessRequestStore;

beforeEach(() => {
  clock = new VirtualClock();
  provider = new FakeProvider(clock);
  entitlements = new FakeEntitlementStore(clock);
  turns = new FakeTurns(clock);
  requests = new FakeAccessRequestStore();
});

const accessIn = (account: number): Entitlement =>
  anEntitlement({ accountId: anAccountId(account), principalId: aUserId("alice") });
const requested = (
  entitlement: Entitlement,
  status: RequestedEntitlement["status"] = "granted",
  standing = false,
): RequestedEntitlement => ({
  entitlement,
  accountName: entitlement.accountId,
  permissionSetName: "PowerUser",
  status,
  standing,
});
const active = (
  list: readonly RequestedEntitlement[] = [requested(accessIn(1))],
  name = "mine",
): RequestIn<"active"> => ({ ...anActiveRequest({ entitlements: [...list] }), id: aRequestId(name) });
const statusBefore = (request: RequestIn<"active">) => {
  const { activeAt: _activeAt, ...rest } = request;
  return { ...rest, status: "granting" as const };
};
const put = async (record: EntitlementRecord): Promise<void> => {
  expect(await entitlements.put(record)).toBe("written");
};
/** What Lockstep made for these requests, and what AWS shows of it. */
const made = async (entitlement: Entitlement, ...holders: AccessRequest[]): Promise<void> => {
  provider.present.add(entitlementKey(entitlement));
  const until = secondsAfter(clock.now(), 3600);
  await put({
    entitlement,
    version: 1,
    holders: Object.fromEntries(holders.map(({ id }) => [id, { expiresAt: until }])),
    state: "ours",
  });
};
const stored = async (request: AccessRequest): Promise<void> => {
  expect(await requests.create(request)).toBe("written");
};
const revoke = (
  { id }: AccessRequest,
  enteredAt: Timestamp = timestamp(clock.now()),
  begin: "approval" | "revoke" = "approval",
) =>
  revokeAccess({
    requests,
    entitlements,
    index: entitlements,
    turns,
    providers: { [provider.kind]: provider },
    clock,
  })({ requestId: id, enteredAt, begin });
const look = async (...asked: Parameters<typeof revoke>) => {
  const answer = revoke(...asked).then(
    (output) => ({ output }),
    (error: unknown) => ({ error: error as Error }),
  );
  await clock.runUntilIdle();
  return answer;
};
const now = async (request: AccessRequest) => {
  const found = await requests.get(request.id);
  if (found === undefined) throw new Error("The request is gone");
  return found;
};
const statuses = async (request: AccessRequest) =>
  (await now(request)).entitlements.map(({ status }) => status);
const lastEntry = async (request: AccessRequest) => (await now(request)).trail.at(-1);
const expire = () => clock.advanceBy(HOUR);

describe("how each entitlement of a request comes out", () => {
  it("is removed when nobody else holds it, and kept when somebody does or it was there before", async () => {
    const [mine, shared, standing] = [accessIn(1), accessIn(2), accessIn(3)];
    const request = active([requested(mine), requested(shared), requested(standing, "granted", true)]);
    await stored(request);
    await made(mine, request);
    await made(shared, request, { ...request, id: other });
    provider.present.add(entitlementKey(standing));
    const holders = { [request.id]: { expiresAt: request.expiresAt } };
    await put({ entitlement: standing, version: 1, holders, state: "standing" });
    await expire();
    expect(await look(request)).toEqual({ output: { next: "end", until: timestamp(clock.now()) } });
    expect(await statuses(request)).toEqual(["removed", "kept", "kept"]);
    expect(provider.present).toEqual(new Set([entitlementKey(shared), entitlementKey(standing)]));
    expect(await now(request)).toMatchObject({
      status: "ended",
      activeAt: request.activeAt,
      expiresAt: request.expiresAt,
      ended: { reason: "expired", at: timestamp(clock.now()) },
    });
    expect(await lastEntry(request)).toMatchObject({
      type: "AccessEnded",
      actor: { type: "lockstep", name: "workflow" },
      details: { reason: "expired", entitlements: ["removed", "kept", "kept"] },
    });
  });

  it("stays what it was when it never came to be, whoever else has it", async () => {
    const [failed, shared, never] = [accessIn(1), accessIn(2), accessIn(3)];
    const list = [requested(failed, "failed"), requested(shared, "failed"), requested(never, "requested")];
    const request = statusBefore(active(list));
    await stored(request);
    await made(failed, request);
    await made(shared, { ...request, id: other });
    await look(request);
    expect(await statuses(request)).toEqual(["failed", "failed", "requested"]);
    expect(await now(request)).toMatchObject({ status: "failed", ended: { reason: "grant-failed" } });
    expect(await lastEntry(request)).toMatchObject({
      type: "GrantFailed",
      details: { reason: "grant-failed", entitlements: ["failed", "failed", "requested"] },
    });
  });

  it("is what an earlier look has made of it", async () => {
    const [gone, standing] = [accessIn(1), accessIn(2)];
    const request = active([requested(gone), requested(standing, "granted", true)]);
    await stored(request);
    await expire();
    await look(request);
    expect(await statuses(request)).toEqual(["removed", "kept"]);
    expect(provider.countOf("remove")).toBe(0);
  });

  it("is left dangling, with the reason, when AWS has nobody any more to take it from", async () => {
    const request = active();
    await stored(request);
    await made(accessIn(1), request);
    provider.deletedPrincipals.add(aUserId("alice"));
    await expire();
    await look(request);
    expect((await now(request)).entitlements).toMatchObject([
      { status: "dangling", message: "the principal was not found" },
    ]);
    expect((await now(request)).status).toBe("ended");
  });
});

describe("a turn that removes what others have queued as well", () => {
  it("ends the request as soon as its own access is gone, and the invocation when all is", async () => {
    const request = active();
    await stored(request);
    await made(accessIn(1), request);
    // Of the same account, so that it is removed afterwards.
    const others = { ...accessIn(1), principalId: aUserId("bob") };
    provider.present.add(entitlementKey(others));
    await put({
      entitlement: others,
      version: 1,
      holders: {},
      state: "removing",
      by: other,
      since: timestamp(clock.now()),
    });
    await expire();
    provider.operationMilliseconds = 3000;
    let isOver = false;
    const invocation = revoke(request).then(() => {
      isOver = true;
    });
    await clock.advanceBy(3000);
    expect((await now(request)).status).toBe("ended");
    expect(provider.present).toEqual(new Set([entitlementKey(others)]));
    // An invocation that ended here would freeze what it has begun.
    expect(isOver).toBe(false);
    await clock.runUntilIdle();
    await invocation;
    expect(provider.present.size).toBe(0);
  });
});

describe("access that may come back", () => {
  const uncertain = async () => {
    const [first, second] = [accessIn(1), accessIn(2)];
    const request = statusBefore(active([requested(first, "requested"), requested(second, "granted")]));
    await stored(request);
    await made(first, request);
    await made(second, request);
    return request;
  };

  it("is verified at the last moment at which something may land, and the request says so once", async () => {
    const request = await uncertain();
    const until = secondsAfter(clock.now(), 16 * 60);
    expect(await look(request)).toEqual({ output: { next: "hold", until } });
    expect(await statuses(request)).toEqual(["verifying", "removed"]);
    expect(await now(request)).toMatchObject({ status: "revoking", ending: { reason: "grant-failed" } });
    expect(await lastEntry(request)).toMatchObject({ type: "VerificationStarted", details: { until } });
    const { version } = await now(request);
    expect(await look(request)).toEqual({ output: { next: "hold", until } });
    expect((await now(request)).version).toBe(version);
    await clock.advanceTo(new Date(until));
    provider.present.add(entitlementKey(accessIn(1)));
    expect(await look(request)).toMatchObject({ output: { next: "end" } });
    expect(await statuses(request)).toEqual(["removed", "removed"]);
    expect(provider.present.size).toBe(0);
  });

  it("is kept when somebody else took it meanwhile", async () => {
    const request = await uncertain();
    await look(request);
    const record = await entitlements.get(entitlementKey(accessIn(1)));
    if (record === undefined) throw new Error("There is no record");
    const holders = { [other]: { expiresAt: request.expiresAt } };
    const { entitlement, version } = record;
    await put({ entitlement, version: version + 1, holders, state: "ours" });
    expect(await look(request)).toMatchObject({ output: { next: "end" } });
    expect(await statuses(request)).toEqual(["kept", "removed"]);
  });

  it("holds until the latest of several moments", async () => {
    const [first, second] = [accessIn(1), accessIn(2)];
    const request: AccessRequest = {
      ...active([requested(first, "verifying"), requested(second, "verifying")]),
      status: "revoking",
      ending: { reason: "expired" },
    };
    await stored(request);
    const [sooner, later] = [secondsAfter(clock.now(), 60), secondsAfter(clock.now(), 120)];
    const verifying = { version: 1, holders: {}, state: "verifying", by: request.id } as const;
    await put({ entitlement: first, ...verifying, until: later });
    await put({ entitlement: second, ...verifying, until: sooner });
    expect(await look(request)).toEqual({ output: { next: "hold", until: later } });
  });
});

describe("a removal that does not come to an end", () => {
  const unfinished = async () => {
    const [first, second] = [accessIn(1), accessIn(2)];
    const request = active([requested(first), requested(second)]);
    await stored(request);
    await made(first, request);
    await made(second, request);
    provider.unfinishedFor.add(aUserId("alice"));
    await expire();
    return request;
  };

  it("is tried again, with each reason once; and says why in the trail when it takes longer than a minute", async () => {
    const request = await unfinished();
    const failure = { name: "RevokeUnfinished", message: "AWS is still deleting the assignment" };
    expect(await look(request)).toMatchObject({ error: failure });
    expect(await lastEntry(request)).toMatchObject({
      type: "RevocationStarted",
      details: { reason: "expired" },
    });
    await clock.advanceBy(2 * MINUTE);
    expect(await look(request)).toMatchObject({ error: failure });
    expect(await lastEntry(request)).toMatchObject({
      type: "RevocationDelayed",
      actor: { type: "lockstep", name: "workflow" },
      details: { lastError: failure.message },
    });
    expect(await now(request)).toMatchObject({
      status: "revoking",
      delay: { since: request.expiresAt, lastError: failure.message },
    });
  });

  it("is stuck after 24 hours, tried again when somebody asks, and then stuck after 24 hours more", async () => {
    const request = await unfinished();
    await look(request);
    await clock.advanceBy(24 * HOUR - 10_000);
    expect(await look(request)).toHaveProperty("error");
    await clock.advanceBy(24 * HOUR);
    expect(await look(request)).toEqual({ output: { next: "end", until: timestamp(clock.now()) } });
    expect(await now(request)).toMatchObject({
      status: "stuck",
      since: request.expiresAt,
      lastError: "AWS is still deleting the assignment",
    });
    const again = clock.now();
    expect(await look(request)).toHaveProperty("error");
    expect(await now(request)).toMatchObject({
      status: "revoking",
      activeAt: request.activeAt,
      ending: { reason: "expired" },
      delay: { since: request.expiresAt, attemptsSince: timestamp(again) },
    });
    expect(await lastEntry(request)).toMatchObject({
      type: "RevocationRetried",
      actor: { type: "lockstep", name: "workflow" },
    });
  });
});

describe("waiting for somebody else's turn", () => {
  /** When the machine looks again at requests of different names, in seconds after a look that finds the turn taken. */
  const pausesAfter = async (waitedMilliseconds: number): Promise<readonly number[]> => {
    const pauses: number[] = [];
    for (let index = 0; index < 30; index += 1) {
      const entitlement = { ...accessIn(1), principalId: aUserId(`p${index}`) };
      const request = active([requested(entitlement)], `waiting ${index}`);
      await stored(request);
      await made(entitlement, request);
    }
    await expire();
    await turns.take("removals", 7199);
    for (let index = 0; index < 30; index += 1) await look({ id: aRequestId(`waiting ${index}`) } as never);
    await clock.advanceBy(waitedMilliseconds);
    for (let index = 0; index < 30; index += 1) {
      const answer = await look({ id: aRequestId(`waiting ${index}`) } as never);
      if ("error" in answer) throw answer.error;
      expect(answer.output.next).toBe("hold");
      pauses.push((Date.parse(answer.output.until) - clock.now().getTime()) / 1000);
    }
    return pauses;
  };

  it.each([
    ["at once", 0, 2.5, 5],
    ["for 40 seconds", 40_000, 20, 40],
    ["for nearly ten minutes", 599_000, 45, 90],
    ["for ten minutes", 600_000, 300, 600],
    ["for an hour", HOUR, 450, 900],
  ])(
    "%s: looks again after half as long at least, each at another moment",
    async (_, waited, least, most) => {
      const pauses = await pausesAfter(waited);
      // A moment is a whole second: the next one after the look, and the next one after the pause.
      expect(Math.min(...pauses)).toBeGreaterThanOrEqual(Math.floor(least));
      expect(Math.max(...pauses)).toBeLessThanOrEqual(most + 2);
      expect(Math.max(...pauses) - Math.min(...pauses)).toBeGreaterThanOrEqual((most - least) / 2);
      expect(provider.countOf("remove")).toBe(0);
    },
  );

  const waiting = async () => {
    const request = active();
    await stored(request);
    await made(accessIn(1), request);
    await expire();
    await turns.take("removals", 7199);
    await look(request);
    return request;
  };

  it("is told in the trail once it takes ten minutes", async () => {
    const request = await waiting();
    const { version } = await now(request);
    await clock.advanceBy(10 * MINUTE - 1);
    await look(request);
    expect((await now(request)).version).toBe(version);
    await clock.advanceBy(1);
    await look(request);
    expect(await lastEntry(request)).toMatchObject({
      type: "RevocationDelayed",
      details: { lastError: "another invocation is removing what others gave up" },
    });
  });

  it("is stuck after 24 hours, with the reason that was known before", async () => {
    const request = await waiting();
    await clock.advanceBy(11 * MINUTE);
    await look(request);
    const delayed = await now(request);
    if (delayed.status !== "revoking" || delayed.delay === undefined) throw new Error("It is not delayed");
    requests = new FakeAccessRequestStore();
    await stored({ ...delayed, delay: { ...delayed.delay, lastError: "AWS said no" } });
    await clock.advanceBy(24 * HOUR);
    await turns.take("removals", 60);
    await look(request);
    expect(await now(request)).toMatchObject({ status: "stuck", lastError: "AWS said no" });
  });
});

describe("the machine's clock and the function's", () => {
  it("goes by the one that is ahead: a machine whose timer has ended is believed", async () => {
    const request = active();
    await stored(request);
    await made(accessIn(1), request);
    expect(await look(request, secondsAfter(new Date(request.expiresAt), -1))).toMatchObject({
      output: { next: "hold", until: request.expiresAt },
    });
    expect(await look(request, request.expiresAt)).toMatchObject({ output: { next: "end" } });
    expect((await now(request)).status).toBe("ended");
  });

  it("leaves an attempt to grant its 400 seconds, and not a tick more", async () => {
    const request = statusBefore(active());
    await stored(request);
    await made(accessIn(1), request);
    const over = secondsAfter(new Date(request.trail.at(-1)?.at ?? ""), 400);
    await clock.advanceTo(new Date(Date.parse(over) - 1));
    expect(await look(request, undefined, "revoke")).toEqual({ output: { next: "hold", until: over } });
    await clock.advanceBy(1);
    expect(await look(request, undefined, "revoke")).toMatchObject({ output: { next: "end" } });
    expect(await now(request)).toMatchObject({
      status: "failed",
      ended: {
        reason: "grant-failed",
        message: "the attempt to grant it did not finish; the execution of its workflow says why",
      },
    });
  });

  it("looks again in five minutes at what has not begun", async () => {
    const { activeAt: _activeAt, expiresAt: _expiresAt, ...rest } = active();
    await stored({ ...commonOf(active()), trail: rest.trail, version: rest.version, status: "approved" });
    expect(await look(active())).toEqual({
      output: { next: "look", until: secondsAfter(clock.now(), 300) },
    });
  });
});

describe("access whose expiry was moved", () => {
  it("takes its holds along to the new one, and holds", async () => {
    const request = active();
    const more = {
      at: request.activeAt,
      by: request.requester,
      duration: "PT1H",
      durationSeconds: 3600,
      justification: "not done",
      expiresAt: secondsAfter(new Date(request.expiresAt), 3600),
      decisions: [],
    };
    const extended = { ...request, expiresAt: more.expiresAt, extensions: [more] };
    await stored(extended);
    await made(accessIn(1), request);
    await expire();
    expect(await look(extended)).toEqual({ output: { next: "hold", until: more.expiresAt } });
    expect((await entitlements.get(entitlementKey(accessIn(1))))?.holders).toEqual({
      [request.id]: { expiresAt: more.expiresAt },
    });
    expect(provider.calls).toEqual([]);
  });
});
