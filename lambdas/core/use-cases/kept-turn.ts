import { RetryableError } from "../domain/errors.ts";
import { timestamp } from "../domain/ids.ts";
import type { Clock } from "../ports/clock.ts";
import type { Turn, TurnName, Turns } from "../ports/stores.ts";

/** How long a crashed invocation keeps the others waiting, at most. */
const TURN_SECONDS = 60;

/** A removal takes up to 45 seconds (providers/…/polling.ts): the turn is kept for another while when it would not reach. */
const KEEP_BELOW_SECONDS = 50;

interface Dependencies {
  readonly turns: Turns;
  readonly clock: Clock;
}

/** A turn for as long as its work goes on: kept in time, and known to be lost when it was not. */
export class KeptTurn {
  private readonly dependencies: Dependencies;
  private turn: Turn | undefined;
  private runsOut = false;

  private constructor(dependencies: Dependencies, turn: Turn) {
    this.dependencies = dependencies;
    this.turn = turn;
  }

  /**
   * Undefined while another invocation has it. One that was not given back is waited out by the time that passes, and not
   * by the clock: whoever had it, by a clock of its own, has it no longer than a turn lasts, and does nothing after that.
   */
  static async take(dependencies: Dependencies, name: TurnName): Promise<KeptTurn | undefined> {
    const turn = await dependencies.turns.take(name, TURN_SECONDS);
    if (turn?.inherited !== true) return turn === undefined ? undefined : new KeptTurn(dependencies, turn);
    // Kept from half-way on: nobody else may find it ended meanwhile.
    await dependencies.clock.sleep((TURN_SECONDS / 2) * 1000);
    const kept = await dependencies.turns.keep(turn, TURN_SECONDS);
    if (kept === undefined) return undefined;
    await dependencies.clock.sleep((TURN_SECONDS / 2) * 1000);
    const waited = await dependencies.turns.keep(kept, TURN_SECONDS);
    return waited === undefined ? undefined : new KeptTurn(dependencies, waited);
  }

  /** When it ends unless it is kept, by this process's clock; undefined once it was lost. */
  get until(): Date | undefined {
    const { turn } = this;
    const now = timestamp(this.dependencies.clock.now());
    return turn === undefined || turn.until <= now ? undefined : new Date(turn.until);
  }

  /** Before new work begins: a process that hangs in what it has begun loses the turn. */
  async keep(): Promise<void> {
    const { turn } = this;
    if (turn === undefined) return;
    const left = new Date(turn.until).getTime() - this.dependencies.clock.now().getTime();
    if (left >= KEEP_BELOW_SECONDS * 1000) return;
    try {
      this.turn = await this.dependencies.turns.keep(turn, TURN_SECONDS);
    } catch (error) {
      // Work under way must not be abandoned. The turn lasts until its end, and the next time asks again.
      if (!(error instanceof RetryableError)) throw error;
    }
  }

  /**
   * From here on it is not given back: a call that it covers may still be on its way, and the next one has to wait. No
   * moment in a record could say until when: it would be compared with another clock than it was made by.
   */
  letRunOut(): void {
    this.runsOut = true;
  }

  /** Gives it back, so that the next one need not wait. One that is over by this process's clock is waited out as well. */
  async end(): Promise<void> {
    if (this.turn === undefined || this.until === undefined || this.runsOut) return;
    await this.dependencies.turns.end(this.turn);
  }
}
