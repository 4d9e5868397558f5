import { describe, expect, it } from "vitest";
import type { RequestIn } from "../../../../lambdas/core/domain/access-request.ts";
import { delayAfterStuck, delayOf, goneSince, isStuck } from "../../../../lambdas/core/domain/delay.ts";
import { secondsAfter, timestamp } from "../../../../lambdas/core/domain/ids.ts";
import { anActiveRequest } from "../../../support/builders.ts";

const active = anActiveRequest();
const { expiresAt } = active;
const expiry = new Date(expiresAt);
const after = (seconds: number) => new Date(secondsAfter(expiry, seconds));
const DAY = 24 * 3600;

/** Access whose end began so many seconds after its expiry (before it, where somebody ended it early). */
const revokingSince = (seconds: number): RequestIn<"revoking"> => ({
  ...active,
  status: "revoking",
  ending: { reason: "expired" },
  trail: active.trail.map((entry) => ({ ...entry, at: timestamp(after(seconds)) })),
});

describe("since when access should be gone", () => {
  it("is its expiry, or the moment at which somebody ended it before", () => {
    expect(goneSince(revokingSince(3))).toBe(expiresAt);
    expect(goneSince(revokingSince(-600))).toBe(timestamp(after(-600)));
  });

  it("stays what it was, whatever is written on the way", () => {
    const delay = delayOf(revokingSince(-600), "Conflict", after(60));
    expect(delay).toEqual({
      since: timestamp(after(-600)),
      attemptsSince: timestamp(after(-600)),
      at: timestamp(after(60)),
      lastError: "Conflict",
    });
    const later = { ...revokingSince(60), delay };
    expect(goneSince(later)).toBe(timestamp(after(-600)));
    expect(delayOf(later, "Rate exceeded", after(120))).toMatchObject({
      since: delay.since,
      attemptsSince: delay.attemptsSince,
      lastError: "Rate exceeded",
    });
  });
});

describe("attempts", () => {
  it("go on for 24 hours, to the millisecond", () => {
    const revoking = revokingSince(0);
    expect(isStuck(revoking, new Date(after(DAY).getTime() - 1))).toBe(false);
    expect(isStuck(revoking, after(DAY))).toBe(true);
  });

  it("begin anew for a request that was stuck, whose story goes on", () => {
    const { trail, ...rest } = revokingSince(0);
    const stuck = { ...rest, trail, status: "stuck", lastError: "Conflict" } as RequestIn<"stuck">;
    const again = delayAfterStuck(stuck, after(2 * DAY));
    expect(again).toEqual({
      since: expiresAt,
      attemptsSince: timestamp(after(2 * DAY)),
      at: timestamp(after(2 * DAY)),
      lastError: "Conflict",
    });
    expect(delayAfterStuck({ ...stuck, since: timestamp(after(-600)) }, after(2 * DAY)).since).toBe(
      timestamp(after(-600)),
    );
    expect(isStuck({ ...revokingSince(0), delay: again }, after(3 * DAY - 1))).toBe(false);
    expect(isStuck({ ...revokingSince(0), delay: again }, after(3 * DAY))).toBe(true);
  });
});
