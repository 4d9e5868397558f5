/** Milliseconds that `work` takes, on the process's monotonic clock. */
export const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
};

/**
 * Milliseconds that one core works on `work`, the collection of its garbage included: on a machine that does other things, too,
 * as it would be on one that does not.
 */
export const timedOnOneCore = (work: () => unknown): number => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
};

/** How long something took, over some repetitions. Milliseconds. */
export interface Distribution {
  readonly samples: number;
  readonly median: number;
  readonly p95: number;
}

/** Nearest rank: the smallest sample that at least this share of all samples do not exceed. */
const percentile = (sorted: readonly number[], share: number) =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;

export const distributionOf = (samples: readonly number[]): Distribution => {
  const sorted = samples.toSorted((a, b) => a - b);
  return { samples: sorted.length, median: percentile(sorted, 0.5), p95: percentile(sorted, 0.95) };
};
