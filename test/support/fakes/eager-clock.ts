import type { Clock } from "../../../lambdas/core/ports/clock.ts";

/** A clock for one thing at a time: whoever sleeps wakes at once, that much later. */
export class EagerClock implements Clock {
  private current = Date.UTC(2026, 0, 1);

  now(): Date {
    return new Date(this.current);
  }

  sleep(milliseconds: number): Promise<void> {
    this.current += Math.max(0, milliseconds);
    return Promise.resolve();
  }
}
