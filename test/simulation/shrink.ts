import type { History, Step } from "./history.ts";

/** A history that is as short as could be found in time, and still fails in the same way. */
export interface Shrunk {
  readonly history: History;
  readonly runs: number;
}

/**
 * Leaves out as many steps as it can while `fails` holds: first large parts, then single steps (delta debugging). Each
 * step keeps its number, so that what is left happens as it did before.
 */
export const shrink = async (
  history: History,
  fails: (history: History) => Promise<boolean>,
  mostRuns: number,
): Promise<Shrunk> => {
  let { steps } = history;
  let runs = 0;
  const failsWith = async (kept: readonly Step[]): Promise<boolean> => {
    runs += 1;
    return fails({ ...history, steps: kept });
  };
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    let progress = true;
    while (progress && runs < mostRuns) {
      progress = false;
      for (let start = 0; start < steps.length && runs < mostRuns;) {
        const kept = steps.toSpliced(start, size);
        if (kept.length < steps.length && (await failsWith(kept))) {
          steps = kept;
          progress = true;
        } else {
          start += size;
        }
      }
    }
  }
  return { history: { ...history, steps }, runs };
};

/** The history with only the steps of these numbers. */
export const keeping = (history: History, numbers: readonly number[]): History => ({
  ...history,
  steps: history.steps.filter(({ n }) => numbers.includes(n)),
});
