import type { EventEmitter } from "node:events";

/**
 * Ends this process as a terminal would when whoever reads its output has gone (`npm run simulate | head`): nothing is
 * wrong, and a stack trace would say that something is. Any other trouble with the output stays a failure.
 */
export const endWithReader = (output: EventEmitter, end: () => void): void => {
  output.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    end();
  });
};

/** Asks this process to end, so that what it has begun is closed: `npm start` listens for this. */
export const endThisProcess = (): void => {
  process.kill(process.pid, "SIGTERM");
};
