import { beforeEach, describe, expect, it } from "vitest";
import type { AccessRequest, RequestIn } from "../../../../lambdas/core/domain/access-request.ts";
import { commonOf } from "../../../../lambdas/core/domain/evolve.ts";
import { secondsAfter, timestamp } from "../../../../lambdas/core/domain/ids.ts";
import { markStuck, reportStuck } from "../../../../lambdas/core/use-cases/report-stuck.ts";
import { startRevocation } from "../../../../lambdas/core/use-cases/start-revocation.ts";
import {
  aPendingRequest,
  aPerson,
  aRequestId,
  anActiveRequest,
  everyEndOf,
} from "../../../support/builders.ts";
import { FakeAccessRequestStore } from "../../../support/fakes/stores.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

const HOUR = 3_600_000;
const made = new Date("2026-01-01T00:00:00.000Z");
const actor = { type: "lockstep", name: "workflow" } as const;
const active = anActiveRequest();
const { version, trail } = active;
const shared = { ...commonOf(active), version, trail };
const granting: RequestIn<"granting"> = { ...shared, status: "granting", expiresAt: active.expiresAt };
const over = everyEndOf(active);
const notBegun: readonly AccessRequest[] = [
  aPendingRequest(),
  { ...shared, status: "approved" },
  { ...shared, status: "scheduled", startAt: timestamp(made) },
];
const stuck: RequestIn<"stuck"> = {
  ...active,
  status: "stuck",
  ending: { reason: "expired" },
  lastError: "first",
};

let clock: VirtualClock;
let requests: FakeAccessRequestStore;

beforeEach(() => {
  clock = new VirtualClock(made);
  requests = new FakeAccessRequestStore();
});

/** What the machine reports after its attempts: it goes on with nothing, and the item says the rest. */
const report = async (request: AccessRequest) => {
  if ((await requests.get(request.id)) === undefined) await requests.create(request);
  expect(await reportStuck({ requests, clock })({ requestId: request.id, lastError: "Conflict" })).toEqual({
    next: "end",
    until: timestamp(clock.now()),
  });
  return requests.get(request.id);
};
const written = () => requests.history.slice(1).map(({ trail: entries }) => entries.at(-1)?.type);

describe("a report that a revoke did not get on", () => {
  it("writes what keeps it, since when the access should have been gone, and keeps how it ends", async () => {
    const ending = { reason: "revoked", by: aPerson("bob"), message: "wrong account" } as const;
    await requests.create(active);
    await clock.advanceBy(HOUR / 2);
    const revoking = await startRevocation({ requests, clock }, active, ending);
    await clock.advanceBy(24 * HOUR);
    const found = await report(revoking);
    const { trail: entries, version: _version, ...rest } = found ?? stuck;
    expect(rest).toStrictEqual({
      ...commonOf(active),
      status: "stuck",
      activeAt: active.activeAt,
      expiresAt: active.expiresAt,
      ending,
      since: secondsAfter(made, 1800),
      lastError: "Conflict",
    });
    expect(entries.at(-1)).toMatchObject({
      type: "RevocationStuck",
      status: "stuck",
      at: timestamp(clock.now()),
      actor,
    });
    expect(entries.at(-1)?.details).toStrictEqual({ lastError: "Conflict" });
  });

  it("begins the end of access that is past its expiry, if no attempt came so far", async () => {
    await clock.advanceBy(25 * HOUR);
    expect(await report(active)).toMatchObject({
      status: "stuck",
      ending: { reason: "expired" },
      since: active.expiresAt,
      lastError: "Conflict",
    });
    expect(written()).toEqual(["RevocationStarted", "RevocationStuck"]);
  });

  it.each([
    ["a millisecond before", HOUR - 1, []],
    ["at", HOUR, ["RevocationStarted", "RevocationStuck"]],
  ] as const)(
    "touches access that is active only when its time has come: %s its expiry",
    async (_, time, types) => {
      await clock.advanceBy(time);
      await report(active);
      expect(written()).toEqual(types);
    },
  );

  it("begins the end of what was never written down as granted, whatever its expiry", async () => {
    expect(await report(granting)).toMatchObject({
      status: "stuck",
      ending: {
        reason: "grant-failed",
        message: "the attempt to grant it did not finish; the execution of its workflow says why",
      },
      since: timestamp(made),
    });
    expect(requests.history.at(-1)).not.toHaveProperty("activeAt");
    expect(written()).toEqual(["RevocationStarted", "RevocationStuck"]);
  });

  it("ends what was being granted as somebody asked", async () => {
    const revocation = { reason: "revoked", by: aPerson("bob") } as const;
    expect(await report({ ...granting, revocation })).toMatchObject({ status: "stuck", ending: revocation });
  });

  it.each([...over, ...notBegun, stuck])("leaves one alone that is $status", async (request) => {
    await clock.advanceBy(25 * HOUR);
    expect(await report(request)).toEqual(request);
    expect(requests.history).toHaveLength(1);
  });

  it("ends quietly where there is no such request", async () => {
    const answer = reportStuck({ requests, clock })({ requestId: aRequestId("none"), lastError: "Conflict" });
    expect(await answer).toEqual({ next: "end", until: timestamp(made) });
    expect(requests.history).toEqual([]);
  });

  it("comes second to another write, and is made again by the machine", async () => {
    await requests.create(active);
    const revoking = await startRevocation({ requests, clock }, active, { reason: "expired" });
    await markStuck({ requests, clock }, revoking, "first");
    await expect(markStuck({ requests, clock }, revoking, "second")).rejects.toMatchObject({
      name: "ConcurrentModification",
      message: `Request ${active.id} changed before RevocationStuck was written`,
    });
    expect(await requests.get(active.id)).toMatchObject({ status: "stuck", lastError: "first" });
  });
});
