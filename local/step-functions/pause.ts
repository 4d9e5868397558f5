import type { Clock } from "../../lambdas/core/ports/clock.ts";

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else
      signal.addEventListener(
        "abort",
        () => {
          resolve();
        },
        { once: true },
      );
  });

/** Resolves at the instant `until` (never, when undefined), or as soon as one of the signals aborts. */
export const pause = async (
  clock: Clock,
  until: Date | undefined,
  ...signals: readonly AbortSignal[]
): Promise<void> => {
  const signal = AbortSignal.any([...signals]);
  if (until === undefined) {
    await aborted(signal);
    return;
  }
  // A timer may fire early by a rounding; the instant is what counts.
  while (!signal.aborted && clock.now().getTime() < until.getTime()) {
    await clock.sleep(until.getTime() - clock.now().getTime(), signal);
  }
};
