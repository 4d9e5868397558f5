import { systemClock } from "../../../lambdas/adapters/system-clock.ts";
import { readyLine, runNode } from "../../e2e/support/child.ts";
import type { Child, Ended } from "../../e2e/support/child.ts";
import type { Addresses } from "./world.ts";

/** Synthesis included, on a busy machine. */
const START_MILLISECONDS = 120_000;

/** What is under way is answered first; then it is ended, whatever it does. */
const STOP_MILLISECONDS = 15_000;

/** Waits for `work`, at most that long. */
const within = async <T>(milliseconds: number, work: Promise<T>): Promise<T | "late"> => {
  const done = new AbortController();
  const late = systemClock.sleep(milliseconds, done.signal).then(() => "late" as const);
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort();
  }
};

/** Ends the environment by SIGTERM, and by SIGKILL if it does not stop. */
const stop = async (child: Child): Promise<Ended> => {
  child.kill("SIGTERM");
  const ended = await within(STOP_MILLISECONDS, child.ended);
  if (ended !== "late") return ended;
  child.kill("SIGKILL");
  return child.ended;
};

/** Rejects when this process is asked to stop. */
const interruption = () =>
  new Promise<never>((_resolve, reject) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        reject(new Error(`Interrupted by ${signal}`));
      });
    }
  });

const readyIn = async (child: Child): Promise<Addresses> => {
  const ready = await within(START_MILLISECONDS, child.line(readyLine));
  if (ready === "late") throw new Error(`The environment was not ready in ${START_MILLISECONDS} ms`);
  return ready;
};

/** How the environment stopped, and what the work with it came to. */
export interface Finished<T> {
  readonly result: T;
  readonly ended: Ended;
}

/**
 * `npm start` in a process of its own on free ports while `work` lasts: it is stopped then, however that ends. Rejects
 * when it does not start, when `work` fails, and when this process is asked to stop.
 */
export const withEnvironmentProcess = async <T>(
  work: (addresses: Addresses) => Promise<T>,
): Promise<Finished<T>> => {
  const interrupted = interruption();
  const child = runNode("local/start.ts", "--port", "0", "--aws-port", "0");
  try {
    const result = await Promise.race([readyIn(child).then(work), interrupted]);
    return { result, ended: await stop(child) };
  } catch (error) {
    await stop(child);
    throw error;
  }
};
