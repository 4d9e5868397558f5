/** How far a program is. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly failed: number;
}

const EVERY_MILLISECONDS = 2_000;

/** One line: `120 of 1000 histories, 0 failed, about 14 s left`. */
export const progressLine = (
  what: string,
  { done, total, failed }: Progress,
  elapsedMilliseconds: number,
): string => {
  const left = done === 0 ? undefined : (elapsedMilliseconds / done) * (total - done);
  const estimate = left === undefined ? "time left not known yet" : `about ${Math.ceil(left / 1_000)} s left`;
  return `${done} of ${total} ${what}, ${failed} failed, ${estimate}\n`;
};

/** Tells every two seconds, on the standard error, how far the work is. */
export const withProgress = async <Result>(
  what: string,
  progress: () => Progress,
  work: () => Promise<Result>,
): Promise<Result> => {
  const began = performance.now();
  const timer = setInterval(() => {
    process.stderr.write(progressLine(what, progress(), performance.now() - began));
  }, EVERY_MILLISECONDS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
};
