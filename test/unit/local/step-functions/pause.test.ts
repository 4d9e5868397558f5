import { describe, expect, it } from "vitest";
import { pause } from "../../../../local/step-functions/pause.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

describe("a pause until an instant", () => {
  it("does not end before it, even when a timer fires early", async () => {
    const clock = new VirtualClock();
    const early = {
      now: () => clock.now(),
      sleep: (milliseconds: number) => clock.sleep(Math.ceil(milliseconds / 2)),
    };
    const until = new Date(clock.now().getTime() + 1000);
    const ended = pause(early, until).then(() => clock.now());
    await clock.runUntilIdle();
    expect(await ended).toEqual(until);
  });

  it("ends when any of its signals aborts", async () => {
    const controller = new AbortController();
    const ended = pause(new VirtualClock(), undefined, new AbortController().signal, controller.signal);
    controller.abort();
    await expect(ended).resolves.toBeUndefined();
  });
});
