import type { EventEmitter } from "node:events";

/**
 * Ends this process as a terminal would when whoever reads its output has gone (`npm run simulate | head`): nothing is
 * wrong, and a stack trace would say that something is. Any other trouble with the output stays a failure.
 */
export const endWithReader = (output: EventEmitter, end: () => void): void => {
  let isEnding = false;
  output.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    // Each write that is under way fails, and a second request to end would cut the closing short.
    if (!isEnding) end();
    isEnding = true;
  });
};

/** Asks this process to end, so that what it has begun is closed: `npm start` listens for this. */
export const endThisProcess = (): void => {
  process.kill(process.pid, "SIGTERM");
};
