import { beforeEach, describe, expect, it } from "vitest";
import type { AccessRequest } from "../../../../../lambdas/core/domain/access-request.ts";
import type { EntitlementRecord } from "../../../../../lambdas/core/domain/entitlement.ts";
import { RetryableError } from "../../../../../lambdas/core/domain/errors.ts";
import { secondsAfter, timestamp, type RequestId } from "../../../../../lambdas/core/domain/ids.ts";
import { rotationAge } from "../../../../../lambdas/core/use-cases/sweep/rotation-age.ts";
import { anActiveRequest, anEntitlement } from "../../../../support/builders.ts";
import { VirtualClock } from "../../../../support/virtual-clock.ts";

const DAY = 24 * 3600;

let clock: VirtualClock;
let requests: AccessRequest[];
let asked: number[];
/** What a read of a request fails with that is not among `requests`. */
let failure: Error | undefined;

beforeEach(() => {
  clock = new VirtualClock(new Date("2026-01-02T00:00:00.000Z"));
  requests = [];
  asked = [];
  failure = undefined;
});

const ago = (seconds: number) => secondsAfter(clock.now(), -seconds);
const ageOf = (...records: EntitlementRecord[]): Promise<number | undefined> =>
  rotationAge({
    clock,
    requests: {
      get: (id: RequestId) => {
        const found = requests.find((request) => request.id === id);
        return found === undefined && failure !== undefined
          ? Promise.reject(failure)
          : Promise.resolve(found);
      },
    },
    index: {
      longestUnverified: (limit, onUnreadable) => {
        asked.push(limit);
        if (failure !== undefined) onUnreadable(failure);
        return Promise.resolve(records.slice(0, limit));
      },
    },
  });
const common = { entitlement: anEntitlement(), version: 1, holders: {} } as const;
const heldBy = (request: AccessRequest): EntitlementRecord => {
  requests.push(request);
  return { ...common, state: "ours", holders: { [request.id]: { expiresAt: timestamp(clock.now()) } } };
};

describe("for how long something has not been compared with AWS", () => {
  it("is no time when there is nothing to compare", async () => {
    expect(await ageOf()).toBe(0);
    expect(asked).toEqual([10]);
  });

  it("counts from the last comparison, and the oldest one counts", async () => {
    const compared = (seconds: number): EntitlementRecord => ({
      ...common,
      state: "ours",
      verifiedAt: ago(seconds),
    });
    expect(await ageOf(compared(60), compared(600), compared(300))).toBe(600);
  });

  it("counts from the moment that it was removed, for what was never compared", async () => {
    const removed: EntitlementRecord = { ...common, state: "absent", watchedUntil: ago(90 - DAY) };
    expect(await ageOf(removed)).toBe(90);
  });

  it("counts from the moment that its first holder had it", async () => {
    expect(await ageOf(heldBy(anActiveRequest({ activeAt: ago(45) })))).toBe(45);
  });

  it("is that of the others when a holder cannot be read, and unknown while the table does not answer", async () => {
    const compared: EntitlementRecord = { ...common, state: "standing", verifiedAt: ago(5) };
    const held = heldBy(anActiveRequest());
    requests = [];
    failure = new Error("The item is not of the shape that Lockstep writes");
    expect(await ageOf(held, compared)).toBe(5);
    // Not 0, which would say that all is compared.
    expect(await ageOf(held)).toBeUndefined();
    expect(await ageOf()).toBeUndefined();
    failure = new RetryableError("StoreUnavailable", "throttled");
    await expect(ageOf(held, compared)).rejects.toThrow("throttled");
  });

  it("does not begin for what is not watched any more, nor for what is being granted", async () => {
    const { activeAt: _activeAt, ...rest } = anActiveRequest();
    const granting = heldBy({ ...rest, status: "granting" });
    const unwatched: EntitlementRecord = { ...common, state: "absent" };
    const compared: EntitlementRecord = { ...common, state: "standing", verifiedAt: ago(5) };
    expect(await ageOf(granting, unwatched)).toBe(0);
    expect(await ageOf(granting, unwatched, compared)).toBe(5);
  });
});
