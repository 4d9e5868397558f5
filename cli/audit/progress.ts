import type { Clock } from "../../lambdas/core/ports/clock.ts";

const EVERY_MILLISECONDS = 2_000;

/** Numbers as people read them: 1,204. */
export const counted = (count: number, thing: string): string =>
  `${count.toLocaleString("en-US")} ${count === 1 ? thing : thing.endsWith("y") ? `${thing.slice(0, -1)}ies` : `${thing}s`}`;

/** Says how far something is, in a line every two seconds: what is faster than that is not announced. */
export const progressOn = (
  stream: Pick<NodeJS.WritableStream, "write">,
  clock: Pick<Clock, "now">,
): ((say: () => string) => void) => {
  const startedAt = clock.now().getTime();
  let saidAt = startedAt;
  return (say) => {
    const now = clock.now().getTime();
    if (now - saidAt < EVERY_MILLISECONDS) return;
    saidAt = now;
    stream.write(`${say()} (${String(Math.round((now - startedAt) / 1_000))} s)\n`);
  };
};
