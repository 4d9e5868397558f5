import { Worker } from "node:worker_threads";
import type { Violation } from "./oracle/watcher.ts";
import type { FailedSeed, Portion, PortionResult } from "./run-seeds.ts";

/** What a worker tells: of each history as it goes, and of its portion at the end. */
export type Message =
  { readonly result: PortionResult } | { readonly seed: number; readonly violation: Violation | undefined };

/** Told of each history as it ends. */
type OnHistory = (violation: Violation | undefined) => void;

const runPortion = (portion: Portion, onHistory: OnHistory): Promise<PortionResult> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: portion });
    worker.on("error", reject);
    worker.on("message", (message: Message) => {
      if ("result" in message) resolve(message.result);
      else onHistory(message.violation);
    });
  });

/** Runs histories in so many threads of their own; what fails comes in the order of its seeds. */
export const runInWorkers = async (
  wanted: Omit<Portion, "offset" | "stride">,
  workers: number,
  onHistory: OnHistory = () => undefined,
): Promise<PortionResult> => {
  const results = await Promise.all(
    Array.from({ length: workers }, (_, offset) =>
      runPortion({ ...wanted, offset, stride: workers }, onHistory),
    ),
  );
  const sum = (member: "ran" | "requests" | "active") =>
    results.reduce((total, result) => total + result[member], 0);
  const failed: readonly FailedSeed[] = results
    .flatMap((result) => result.failed)
    .sort((a, b) => a.seed - b.seed);
  return { ran: sum("ran"), requests: sum("requests"), active: sum("active"), failed };
};
