import { spread } from "./spread.ts";
import type { Sync } from "./sync.ts";

/*
 * What is too much for every pass is done in turns: a part of it in each, so that so many passes do all of it, however far
 * apart they are. A clock would not do: with a pass every six hours, of six turns of an hour it is always the same one's.
 */

/** The turn of the pass that comes after this one. A pass that did not come to its end leaves its turn to the next. */
export const turnAfter = (previous: Pick<Sync, "status" | "turn"> | undefined): number => {
  if (previous === undefined) return 0;
  const turn = turnOf(previous);
  return previous.status === "finished" ? turn + 1 : turn;
};

/** Which turn a pass has; records that were written before turns were counted have the first. */
export const turnOf = ({ turn = 0 }: Pick<Sync, "turn">): number => turn;

/** Whether it is this one's turn: once in so many passes. */
export const isTurnOf = (text: string, turn: number, turns: number): boolean =>
  Math.floor(spread(text, turns)) === turn % turns;
