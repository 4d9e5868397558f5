import { secondsAfter, timestamp } from "../../../lambdas/core/domain/ids.ts";
import type { Clock } from "../../../lambdas/core/ports/clock.ts";
import type { Turn, TurnName, Turns } from "../../../lambdas/core/ports/stores.ts";

/** A turn that ends after it was taken by a clock that is far ahead. */
const plausible = (now: Date) => secondsAfter(now, 2 * 3600);

/** Turns in memory. */
export class FakeTurns implements Turns {
  private readonly taken = new Map<TurnName, Turn>();
  private readonly clock: Pick<Clock, "now">;
  private count = 0;

  constructor(clock: Pick<Clock, "now">) {
    this.clock = clock;
  }

  take(name: TurnName, seconds: number): Promise<Turn | undefined> {
    if (this.someoneHas(name)) return Promise.resolve(undefined);
    const now = this.clock.now();
    const current = this.taken.get(name);
    this.count += 1;
    const turn = { name, id: `turn ${this.count}`, until: secondsAfter(now, seconds) };
    return Promise.resolve(this.put({ ...turn, inherited: current !== undefined }));
  }

  keep(turn: Turn, seconds: number): Promise<Turn | undefined> {
    if (!this.has(turn)) return Promise.resolve(undefined);
    return Promise.resolve(this.put({ ...turn, until: secondsAfter(this.clock.now(), seconds) }));
  }

  end(turn: Turn): Promise<void> {
    if (this.has(turn)) this.taken.delete(turn.name);
    return Promise.resolve();
  }

  /** As `turnWatch`: whether somebody has it, without taking it. */
  isTaken(name: TurnName): Promise<boolean> {
    return Promise.resolve(this.someoneHas(name));
  }

  private someoneHas(name: TurnName): boolean {
    const now = this.clock.now();
    const current = this.taken.get(name);
    return current !== undefined && current.until > timestamp(now) && current.until <= plausible(now);
  }

  private has({ name, id }: Turn): boolean {
    return this.taken.get(name)?.id === id;
  }

  private put(turn: Turn): Turn {
    this.taken.set(turn.name, turn);
    return turn;
  }
}
