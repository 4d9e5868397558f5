import { describe, expect, it } from "vitest";
import { playBurst, type BurstResult } from "./burst.ts";

const MAY_TAKE = 1.25;

/** All of sso-admin shares 20 requests a second. */
const REQUESTS_PER_SECOND = 20;

const expectInTime = ({ seconds, floorSeconds, mostInOneSecond }: BurstResult): void => {
  expect(floorSeconds).toBeGreaterThanOrEqual(200);
  expect(seconds / floorSeconds).toBeLessThanOrEqual(MAY_TAKE);
  expect(mostInOneSecond).toBeLessThanOrEqual(REQUESTS_PER_SECOND);
};

describe("1,000 accesses in 100 accounts that expire in the same second", () => {
  it("are gone within 1.25 times the floor, and AWS refuses nothing", { timeout: 180_000 }, async () => {
    const result = await playBurst({ expiring: 1000, accounts: 100, concurrency: 1000, granting: 0 });
    expectInTime(result);
    expect(result.refused).toBe(0);
    expect(result.calls["DeleteAccountAssignment"]).toBe(1000);
    expect(result.endedAfterSeconds).toBeLessThan(result.seconds + 120);
  });

  it(
    "are gone as soon in a young account with a Lambda concurrency of 10, beside 50 grants that begin then",
    { timeout: 180_000 },
    async () => {
      const result = await playBurst({ expiring: 1000, accounts: 100, concurrency: 10, granting: 50 });
      expectInTime(result);
      expect(result.calls["CreateAccountAssignment"]).toBeGreaterThanOrEqual(50);
    },
  );
});

describe("a few accesses that expire when 1,000 grants begin, in a young account", () => {
  it(
    "are gone within a minute: grants fill neither AWS's limits nor Lambda's",
    { timeout: 180_000 },
    async () => {
      const result = await playBurst({ expiring: 5, accounts: 100, concurrency: 10, granting: 1000 });
      expect(result.seconds).toBeLessThan(60);
      expect(result.mostInOneSecond).toBeLessThanOrEqual(REQUESTS_PER_SECOND);
    },
  );
});
