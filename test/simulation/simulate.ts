import { readSimulateArguments, simulateHelp, type SimulateArguments } from "./arguments.ts";
import { bootSimulator } from "./boot.ts";
import { generate } from "./generate.ts";
import type { History } from "./history.ts";
import { runInWorkers } from "./in-workers.ts";
import { invariants } from "./oracle/invariants.ts";
import { runProgram } from "./program.ts";
import { withProgress } from "./progress.ts";
import { runHistory } from "./run-history.ts";
import type { FailedSeed } from "./run-seeds.ts";
import { keeping, shrink } from "./shrink.ts";
import type { Simulator } from "./simulator.ts";

/** How many runs a shrink may take: some seconds. */
const SHRINK_RUNS = 300;

/** How many failures are shrunk; the others are only named. */
const SHRUNK = 3;

const titleOf = (number: number): string =>
  invariants.find((invariant) => invariant.number === number)?.title ?? "unknown";

const print = (history: History): void => {
  for (const step of history.steps) console.log(`  ${JSON.stringify(step)}`);
};

const nameOf = ({ faults }: SimulateArguments): string =>
  typeof faults === "string" ? faults : faults.join(",");

/** Runs one history of the seed, all of it or the steps that are asked for, and prints what happens. */
const replay = async ({ seed, faults, keep }: SimulateArguments): Promise<boolean> => {
  const simulator = await bootSimulator();
  const whole = generate(String(seed), faults);
  const history = keep === undefined ? whole : keeping(whole, keep);
  print(history);
  const { violation } = await runHistory(simulator, history, {
    trace: (line) => {
      console.log(line);
    },
  });
  if (violation === undefined) console.log("No invariant was violated.");
  else
    console.log(`Invariant ${violation.invariant} (${titleOf(violation.invariant)}): ${violation.message}`);
  return violation === undefined;
};

const shrinkFailure = async (
  simulator: Simulator,
  { seed: failed, violation }: FailedSeed,
  given: SimulateArguments,
): Promise<void> => {
  let tried = 0;
  let told = performance.now();
  const fails = async (history: History) => {
    // Not by a timer: a history leaves none the time to go off.
    if (performance.now() - told > 2_000) {
      told = performance.now();
      process.stderr.write(`Shrinking seed ${failed}: ${tried} of at most ${SHRINK_RUNS} runs\n`);
    }
    tried += 1;
    const result = await runHistory(simulator, history);
    return result.violation?.invariant === violation.invariant;
  };
  const { history, runs } = await shrink(generate(String(failed), given.faults), fails, SHRINK_RUNS);
  const numbers = history.steps.map(({ n }) => n).join(",");
  console.log(`Shrunk in ${runs} runs to ${history.steps.length} steps:`);
  print(history);
  console.log(`Replay: npm run simulate -- --seed ${failed} --faults ${nameOf(given)} --keep ${numbers}`);
};

/** Runs them in threads, and tells how far they are. */
const runTelling = ({ seed, histories, faults, untilFirst, workers }: SimulateArguments) => {
  let [done, failed] = [0, 0];
  return withProgress(
    "histories",
    () => ({ done, total: histories, failed }),
    () =>
      runInWorkers({ seed, histories, faults, untilFirst }, Math.min(workers, histories), (violation) => {
        done += 1;
        if (violation !== undefined) failed += 1;
      }),
  );
};

const runAll = async (given: SimulateArguments): Promise<boolean> => {
  const began = performance.now();
  const { ran, requests, active, failed } = await runTelling(given);
  const seconds = (performance.now() - began) / 1_000;
  if (given.json) {
    console.log(JSON.stringify({ ran, seconds, failed }));
    return failed.length === 0;
  }
  for (const { seed: one, violation } of failed) {
    console.log(
      `Seed ${one} violates invariant ${violation.invariant} (${titleOf(violation.invariant)}): ${violation.message}`,
    );
  }
  if (failed.length > 0) {
    const simulator = await bootSimulator();
    for (const failure of failed.slice(0, SHRUNK)) await shrinkFailure(simulator, failure, given);
  }
  console.log(
    `${ran} histories from seed ${given.seed}, faults ${nameOf(given)}: ${requests} requests, ${active} active; ${failed.length} failed; ${seconds.toFixed(1)} s, ${((seconds * 1_000) / ran).toFixed(1)} ms each`,
  );
  return failed.length === 0;
};

await runProgram(readSimulateArguments, simulateHelp, (given) =>
  given.keep !== undefined || given.trace ? replay(given) : runAll(given),
);
