import { beforeEach, describe, expect, it } from "vitest";
import type { Ending, RequestIn } from "../../../../lambdas/core/domain/access-request.ts";
import { commonOf } from "../../../../lambdas/core/domain/evolve.ts";
import { secondsAfter, timestamp } from "../../../../lambdas/core/domain/ids.ts";
import {
  endingOf,
  grantedOf,
  lastChangeOf,
  startRevocation,
} from "../../../../lambdas/core/use-cases/start-revocation.ts";
import { aPendingRequest, aPerson, anActiveRequest } from "../../../support/builders.ts";
import { FakeAccessRequestStore } from "../../../support/fakes/stores.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

const active = anActiveRequest();
const granting: RequestIn<"granting"> = {
  ...commonOf(active),
  status: "granting",
  version: active.version,
  trail: active.trail,
  expiresAt: active.expiresAt,
};

let clock: VirtualClock;
let requests: FakeAccessRequestStore;

beforeEach(() => {
  clock = new VirtualClock();
  requests = new FakeAccessRequestStore();
});

const start = async (request: RequestIn<"granting" | "active">, ending: Ending) => {
  await requests.create(request);
  await clock.advanceBy(1500);
  return startRevocation({ requests, clock }, request, ending);
};

describe("why an access ends whose grant was never written down as done", () => {
  it("is what somebody asked for, as they said it", () => {
    const revocation = { reason: "revoked", by: aPerson("bob"), message: "wrong account" } as const;
    expect(endingOf({ ...granting, revocation })).toEqual(revocation);
  });

  it("is otherwise that it came to nothing, and where to read why", () => {
    expect(endingOf(granting)).toEqual({
      reason: "grant-failed",
      message: "the attempt to grant it did not finish; the execution of its workflow says why",
    });
  });
});

describe("the write from which on the access only goes away", () => {
  const ending = { reason: "revoked", by: aPerson("bob"), message: "wrong account" } as const;

  it("keeps all of the request, since when it was active and until when it may last", async () => {
    const revoking = await start(active, ending);
    const { trail, version, ...rest } = revoking;
    expect(rest).toStrictEqual({
      ...commonOf(active),
      status: "revoking",
      activeAt: active.activeAt,
      expiresAt: active.expiresAt,
      ending,
    });
    expect(version).toBe(active.version + 1);
    expect(trail).toHaveLength(active.trail.length + 1);
    expect(await requests.get(active.id)).toEqual(revoking);
  });

  it("keeps of one that was never active no moment since when it was", async () => {
    expect(await start(granting, endingOf(granting))).not.toHaveProperty("activeAt");
    expect(await requests.get(granting.id)).toMatchObject({
      status: "revoking",
      expiresAt: granting.expiresAt,
    });
  });

  it("drops an extension that waits: there is nothing left to extend", async () => {
    const now = new Date(active.createdAt);
    const extension = {
      by: active.requester,
      duration: "PT1H",
      durationSeconds: 3600,
      justification: "more",
      askedAt: timestamp(now),
      deadline: secondsAfter(now, 60),
      approval: { ...active.approval, decisions: [] },
    };
    expect(await start({ ...active, extension }, ending)).not.toHaveProperty("extension");
  });

  it("is the workflow's in the trail, with the moment and the reason, and neither who nor what they said", async () => {
    const { trail } = await start(active, ending);
    expect(trail.at(-1)).toMatchObject({
      type: "RevocationStarted",
      status: "revoking",
      sequence: active.version + 1,
      at: timestamp(clock.now()),
      actor: { type: "lockstep", name: "workflow" },
    });
    expect(trail.at(-1)?.details).toStrictEqual({ reason: "revoked" });
  });

  it("is left to the machine's next attempt when somebody else wrote first", async () => {
    await start(active, ending);
    await expect(startRevocation({ requests, clock }, active, { reason: "expired" })).rejects.toMatchObject({
      name: "ConcurrentModification",
      message: `Request ${active.id} changed before RevocationStarted was written`,
    });
    expect(await requests.get(active.id)).toMatchObject({ ending });
    expect(requests.history).toHaveLength(2);
  });
});

describe("what is kept of a grant", () => {
  it("is its expiry, and since when it was active where it ever was", () => {
    const { activeAt, expiresAt } = active;
    expect(grantedOf(active)).toStrictEqual({ activeAt, expiresAt });
    expect(grantedOf(granting)).toStrictEqual({ expiresAt });
    expect(grantedOf({ activeAt: undefined, expiresAt })).toStrictEqual({ expiresAt });
  });
});

describe("when a request changed last", () => {
  it("is when its newest entry was written", async () => {
    const revoking = await start(active, { reason: "expired" });
    expect(lastChangeOf(revoking)).toBe(timestamp(clock.now()));
    expect(lastChangeOf(revoking)).not.toBe(revoking.createdAt);
  });

  it("is when it was made, should it have no entry", () => {
    expect(lastChangeOf({ ...aPendingRequest(), trail: [] })).toBe(aPendingRequest().createdAt);
  });
});
