import { setImmediate as nextTurn } from "node:timers/promises";

/** What was awaited goes on in the same turn of the event loop, or in one of these. */
const TURNS = 8;

/** Resolves when nothing happens in this thread any more: `happened` counts what did, and nothing is under way. */
export const untilQuiet = async (happened: () => number, isUnderWay = () => false): Promise<void> => {
  let before: number;
  do {
    before = happened();
    for (let turn = 0; turn < TURNS && before === happened(); turn += 1) await nextTurn();
  } while (before !== happened() || isUnderWay());
};
