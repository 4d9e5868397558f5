import type { Clock } from "../../lambdas/core/ports/clock.ts";

interface Sleeper {
  readonly wakeAt: number;
  readonly order: number;
  readonly wake: () => void;
}

/** Lets every promise that is ready run before time moves on; setImmediate runs after the microtasks and pending I/O callbacks. */
const settle = async () => {
  for (let turn = 0; turn < 10; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
};

/** A clock that a test moves: a 90-day hold takes as long as the work it wakes. */
export class VirtualClock implements Clock {
  private current: number;
  private sleepers: Sleeper[] = [];
  private order = 0;

  constructor(start = new Date("2026-01-01T00:00:00.000Z")) {
    this.current = start.getTime();
  }

  now(): Date {
    return new Date(this.current);
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (milliseconds <= 0 || signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        wakeAt: this.current + milliseconds,
        order: (this.order += 1),
        wake: resolve,
      };
      this.sleepers.push(sleeper);
      signal?.addEventListener("abort", () => {
        this.sleepers = this.sleepers.filter((other) => other !== sleeper);
        resolve();
      });
    });
  }

  /** Moves time to `date`, waking each sleeper at its own moment, in order. */
  async advanceTo(date: Date): Promise<void> {
    const end = date.getTime();
    await settle();
    for (let next = this.next(); next !== undefined && next.wakeAt <= end; next = this.next()) {
      await this.wake(next);
    }
    this.current = Math.max(this.current, end);
    await settle();
  }

  /** Moves time on by `milliseconds`. */
  async advanceBy(milliseconds: number): Promise<void> {
    await this.advanceTo(new Date(this.current + milliseconds));
  }

  /** Moves time as far as anyone sleeps; `limit` bounds the wake-ups, so that an endless loop fails instead of hanging. */
  async runUntilIdle(limit = 10_000): Promise<void> {
    await settle();
    let wakeUps = 0;
    for (let next = this.next(); next !== undefined; next = this.next()) {
      wakeUps += 1;
      if (wakeUps > limit) throw new Error(`Still sleeping after ${String(limit)} wake-ups`);
      await this.wake(next);
    }
  }

  private next(): Sleeper | undefined {
    return this.sleepers.toSorted((a, b) => a.wakeAt - b.wakeAt || a.order - b.order)[0];
  }

  private async wake(sleeper: Sleeper): Promise<void> {
    this.sleepers = this.sleepers.filter((other) => other !== sleeper);
    this.current = Math.max(this.current, sleeper.wakeAt);
    sleeper.wake();
    await settle();
  }
}
