import type { Clock } from "../../lambdas/core/ports/clock.ts";

interface Timer {
  readonly at: number;
  readonly order: number;
  work: (() => void) | undefined;
}

/** Lets every promise that is ready run: whatever the simulation awaits is settled by microtasks, which end before this. */
const quiet = () => new Promise<void>((resolve) => setImmediate(resolve));

const isEarlier = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/**
 * Time that passes only when nothing is left to do. One thing happens at a time, in an order that the moments and the
 * order of their making decide: the same history always runs the same way.
 */
export class VirtualTime implements Clock {
  /** Milliseconds since 1970. */
  private current: number;
  private order = 0;
  /** A binary heap: the earliest timer first. */
  private readonly heap: Timer[] = [];
  private readonly quiet: () => Promise<void>;

  /** `untilQuiet` resolves when everything that is ready has run, however it was awaited. */
  constructor(start: number, untilQuiet = quiet) {
    this.current = start;
    this.quiet = untilQuiet;
  }

  now(): Date {
    return new Date(this.current);
  }

  get milliseconds(): number {
    return this.current;
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (milliseconds <= 0 || signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.at(this.current + milliseconds, resolve);
      signal?.addEventListener("abort", () => {
        cancel();
        resolve();
      });
    });
  }

  /** Does `work` at that moment (at once when it is past), unless the answer is called before. */
  at(moment: number, work: () => void): () => void {
    const timer: Timer = { at: Math.max(moment, this.current), order: (this.order += 1), work };
    this.push(timer);
    return () => {
      timer.work = undefined;
    };
  }

  /** Lets time pass up to `end`, or until `until` holds. */
  async run(until: () => boolean, end: number): Promise<void> {
    await this.quiet();
    for (let next = this.pop(); next !== undefined; next = this.pop()) {
      if (next.work === undefined) continue;
      if (next.at > end) {
        this.push(next);
        break;
      }
      this.current = next.at;
      next.work();
      await this.quiet();
      if (until()) return;
    }
    this.current = Math.max(this.current, end);
  }

  private push(timer: Timer): void {
    const { heap } = this;
    let index = heap.length;
    heap.push(timer);
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isEarlier(timer, parent)) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = timer;
  }

  private pop(): Timer | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const [a, b] = [heap[left], heap[left + 1]];
      if (a === undefined) break;
      const [child, below] = b !== undefined && isEarlier(b, a) ? [b, left + 1] : [a, left];
      if (!isEarlier(child, last)) break;
      heap[index] = child;
      index = below;
    }
    heap[index] = last;
    return first;
  }
}
