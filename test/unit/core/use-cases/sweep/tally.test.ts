import { describe, expect, it } from "vitest";
import { RetryableError } from "../../../../../lambdas/core/domain/errors.ts";
import { orphan } from "../../../../../lambdas/core/use-cases/sweep/findings.ts";
import { Tally } from "../../../../../lambdas/core/use-cases/sweep/tally.ts";
import { anEntitlement } from "../../../../support/builders.ts";

describe("the tally of a sweep", () => {
  it("lists a hundred findings, and counts the rest", () => {
    const tally = new Tally();
    for (let index = 0; index < 103; index += 1) tally.found(orphan(anEntitlement()));
    expect(tally.findings.findings).toHaveLength(100);
    expect(tally.findings.furtherFindings).toBe(3);
  });

  it("lists each reason for leaving something out once, and twenty of them", () => {
    const tally = new Tally();
    expect(tally.complete).toBe(true);
    for (let index = 0; index < 25; index += 1) {
      tally.leftOut(`reason ${index}`);
      tally.leftOut(`reason ${index}`);
    }
    expect(tally.complete).toBe(false);
    expect(tally.findings.problems).toEqual(Array.from({ length: 20 }, (_, index) => `reason ${index}`));
  });

  it("tells what passes by itself from what is for people, and keeps each of those once", () => {
    const tally = new Tally();
    tally.failed(new RetryableError("ProviderUnavailable", "no answer"));
    expect(tally.defects).toEqual([]);
    const first = new TypeError("a defect");
    const second = new TypeError("another one");
    for (const error of [first, second, new TypeError("a defect")]) tally.failed(error);
    expect(tally.defects).toEqual([first, second]);
    expect(tally.complete).toBe(false);
    expect(tally.findings.problems).toEqual([
      "no answer",
      "Something failed in a way that does not pass by itself: the log of lockstep-sweep says how.",
    ]);
  });

  it("keeps a defect for every item that a list passes over, and not without end", () => {
    const tally = new Tally();
    for (let index = 0; index < 130; index += 1) tally.failed(new Error(`item ${index}`));
    expect(tally.defects).toHaveLength(120);
    expect(tally.defects[0]).toMatchObject({ message: "item 0" });
  });

  it("keeps the longest lag", () => {
    const tally = new Tally();
    for (const lag of [5, 9, 7]) tally.lags(lag);
    expect(tally.revokeLagMilliseconds).toBe(9);
  });
});
