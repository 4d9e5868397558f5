import { beforeEach, describe, expect, it } from "vitest";
import type { RequestIn } from "../../../../lambdas/core/domain/access-request.ts";
import { commonOf, evolve } from "../../../../lambdas/core/domain/evolve.ts";
import { timestamp } from "../../../../lambdas/core/domain/ids.ts";
import { noteDelay } from "../../../../lambdas/core/use-cases/note-delay.ts";
import { startRevocation } from "../../../../lambdas/core/use-cases/start-revocation.ts";
import { aPerson, anActiveRequest } from "../../../support/builders.ts";
import { FakeAccessRequestStore } from "../../../support/fakes/stores.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

const MINUTE = 60_000;
const actor = { type: "lockstep", name: "workflow" } as const;
const ending = { reason: "revoked", by: aPerson("bob"), message: "wrong account" } as const;

let clock: VirtualClock;
let requests: FakeAccessRequestStore;
let revoking: RequestIn<"revoking">;

/** Access that somebody ended half an hour before its expiry. */
beforeEach(async () => {
  clock = new VirtualClock();
  requests = new FakeAccessRequestStore();
  const active = anActiveRequest();
  await requests.create(active);
  await clock.advanceBy(30 * MINUTE);
  revoking = await startRevocation({ requests, clock }, active, ending);
});

const stored = async (): Promise<RequestIn<"revoking">> => {
  const request = await requests.get(revoking.id);
  if (request?.status !== "revoking") throw new Error("It is not being revoked");
  return request;
};
/** How many entries were written by a look that ended with this error, so many milliseconds later. */
const note = async (milliseconds: number, lastError = "Conflict") => {
  const before = requests.history.length;
  await clock.advanceBy(milliseconds);
  await noteDelay({ requests }, await stored(), lastError, clock.now());
  return requests.history.length - before;
};

describe("a revoke that takes long", () => {
  it("is worth nothing in its first minute, and an entry from then on", async () => {
    expect(await note(MINUTE - 1)).toBe(0);
    expect(await stored()).toEqual(revoking);
    expect(await note(1)).toBe(1);
  });

  it("shows since when, since which attempt, and what the newest one ended with", async () => {
    await note(MINUTE, "AWS did not answer");
    const { trail, version, ...rest } = await stored();
    const { trail: _trail, version: _version, ...before } = revoking;
    expect(rest).toStrictEqual({
      ...before,
      delay: {
        since: timestamp(new Date("2026-01-01T00:30:00.000Z")),
        attemptsSince: timestamp(new Date("2026-01-01T00:30:00.000Z")),
        at: timestamp(clock.now()),
        lastError: "AWS did not answer",
      },
    });
    expect(version).toBe(revoking.version + 1);
    expect(trail.at(-1)).toMatchObject({
      type: "RevocationDelayed",
      status: "revoking",
      at: timestamp(clock.now()),
      actor,
    });
    expect(trail.at(-1)?.details).toStrictEqual({ lastError: "AWS did not answer" });
  });

  it("keeps since when through every later entry, whatever went wrong then", async () => {
    await note(MINUTE, "AWS did not answer");
    await note(10 * MINUTE, "Conflict");
    expect((await stored()).delay).toStrictEqual({
      since: timestamp(new Date("2026-01-01T00:30:00.000Z")),
      attemptsSince: timestamp(new Date("2026-01-01T00:30:00.000Z")),
      at: timestamp(new Date("2026-01-01T00:41:00.000Z")),
      lastError: "Conflict",
    });
  });

  it("says the same again after half an hour", async () => {
    await note(MINUTE);
    expect(await note(30 * MINUTE - 1)).toBe(0);
    expect(await note(1)).toBe(1);
    expect(await note(30 * MINUTE - 1)).toBe(0);
  });

  it("says something new after ten minutes", async () => {
    await note(MINUTE);
    expect(await note(10 * MINUTE - 1, "AWS did not answer")).toBe(0);
    expect((await stored()).delay?.lastError).toBe("Conflict");
    expect(await note(1, "AWS did not answer")).toBe(1);
    // What is known by now is old again.
    expect(await note(10 * MINUTE, "AWS did not answer")).toBe(0);
  });

  it("counts from its newest entry, not from when the access should have been gone", async () => {
    await clock.advanceBy(MINUTE);
    const draft = { ...commonOf(revoking), expiresAt: revoking.expiresAt, ending };
    const verifying = evolve("VerificationStarted", revoking, draft, { actor, now: clock.now() });
    expect(await requests.replace(verifying, ["revoking"])).toBe("written");
    expect(await note(MINUTE - 1)).toBe(0);
    expect(await note(1)).toBe(1);
    // It was not written that it was ever active, and that is not made up.
    expect(await stored()).not.toHaveProperty("activeAt");
  });

  it("is left as somebody else has just written it", async () => {
    const read = await stored();
    await note(MINUTE, "first");
    await noteDelay({ requests }, read, "second", clock.now());
    expect((await stored()).delay?.lastError).toBe("first");
    expect(requests.history).toHaveLength(3);
  });
});
