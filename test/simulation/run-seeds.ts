import { bootSimulator } from "./boot.ts";
import { generate, type FaultChoice } from "./generate.ts";
import type { Violation } from "./oracle/watcher.ts";
import { runHistory, type RunResult } from "./run-history.ts";

/** Which histories to run: every `stride`-th of `histories`, from the seed that is `offset` after the first. */
export interface Portion {
  readonly seed: number;
  readonly histories: number;
  readonly offset: number;
  readonly stride: number;
  readonly faults: FaultChoice;
  /** Ends at the first history that fails. */
  readonly untilFirst: boolean;
}

export interface FailedSeed {
  readonly seed: number;
  readonly violation: Violation;
}

export interface PortionResult {
  readonly ran: number;
  readonly requests: number;
  readonly active: number;
  readonly failed: readonly FailedSeed[];
}

/** Runs a portion of the seeds; tells of each history that fails as it goes. */
export const runSeeds = async (
  { seed, histories, offset, stride, faults, untilFirst }: Portion,
  onHistory: (seed: number, result: RunResult) => void = () => undefined,
): Promise<PortionResult> => {
  const simulator = await bootSimulator();
  const failed: FailedSeed[] = [];
  let [ran, requests, active] = [0, 0, 0];
  for (let index = offset; index < histories; index += stride) {
    const current = seed + index;
    const result = await runHistory(simulator, generate(String(current), faults));
    ran += 1;
    requests += result.statistics.requests;
    active += result.statistics.active;
    onHistory(current, result);
    if (result.violation === undefined) continue;
    failed.push({ seed: current, violation: result.violation });
    if (untilFirst) break;
  }
  return { ran, requests, active, failed };
};
