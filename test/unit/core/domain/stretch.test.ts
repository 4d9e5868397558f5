import { describe, expect, it } from "vitest";
import { spanOf, stretchSeconds, type Span } from "../../../../lambdas/core/domain/stretch.ts";
import { aPendingRequest, anActiveRequest, everyEndOf } from "../../../support/builders.ts";

/** Minutes after midnight. */
const at = (minutes: number): Date => new Date(Date.UTC(2026, 0, 1, 0, minutes));
const span = (from: number, until: number): Span => ({ from: at(from), until: at(until) });

describe("how long access lasts with what is around it", () => {
  it.each<readonly [string, Span, readonly Span[], number]>([
    ["nothing else", span(0, 30), [], 30],
    ["what it follows", span(29, 58), [span(0, 29)], 58],
    ["what follows it", span(0, 29), [span(29, 58)], 58],
    [
      "a chain on both sides, in whatever order",
      span(60, 90),
      [span(90, 120), span(0, 30), span(30, 60)],
      120,
    ],
    ["an overlap once", span(10, 40), [span(0, 30)], 40],
    ["what it lies within", span(10, 20), [span(0, 60)], 60],
    ["what lies within it", span(0, 60), [span(10, 20)], 60],
    ["what ended less than an hour before, without the pause", span(89, 99), [span(0, 30)], 40],
    ["not what ended an hour before", span(90, 100), [span(0, 30)], 10],
    ["not what begins an hour after", span(0, 30), [span(90, 100)], 30],
    ["not a chain that is an hour away", span(200, 210), [span(0, 30), span(30, 60), span(400, 500)], 10],
  ])("counts %s", (_what, its, around, minutes) => {
    expect(stretchSeconds(its, around)).toBe(minutes * 60);
  });
});

describe("when a request gives its access", () => {
  const now = at(20);
  const active = anActiveRequest();
  const startAt = at(600).toISOString() as never;

  it("is from its start, or when it became active, until its expiry or end", () => {
    expect(spanOf({ ...active, status: "approved" } as never, now)).toEqual(span(20, 80));
    expect(spanOf({ ...active, status: "scheduled", startAt } as never, now)).toEqual(span(600, 660));
    expect(spanOf({ ...active, status: "granting" } as never, now)).toEqual(span(20, 60));
    expect(spanOf(active, now)).toEqual(span(0, 60));
    for (const status of ["revoking", "stuck"] as const)
      expect(spanOf({ ...active, status } as never, now)).toEqual(span(0, 20));
    const ended = { reason: "revoked", at: at(10).toISOString() };
    expect(spanOf({ ...active, status: "ended", ended } as never, now)).toEqual(span(0, 10));
    expect(spanOf({ ...active, status: "failed", ended } as never, now)).toEqual(span(0, 10));
  });

  it("is never where it did not come to that", () => {
    for (const request of [aPendingRequest(), ...everyEndOf(active).filter((one) => !("activeAt" in one))])
      expect(spanOf(request, now)).toBeUndefined();
  });
});
