import { describe, expect, it } from "vitest";
import { within } from "../../../local/within.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

describe("waiting for something at most so long", () => {
  it("ends with the work, and leaves no timer behind", async () => {
    const clock = new VirtualClock();
    const start = clock.now();
    await within(clock, 60_000, Promise.resolve());
    await clock.runUntilIdle();
    expect(clock.now()).toEqual(start);
  });

  it("ends with the time", async () => {
    const clock = new VirtualClock();
    const waiting = within(clock, 60_000, new Promise(() => undefined));
    await clock.advanceBy(60_000);
    await waiting;
  });

  it("fails as the work fails", async () => {
    await expect(within(new VirtualClock(), 1, Promise.reject(new Error("no")))).rejects.toThrow("no");
  });
});
