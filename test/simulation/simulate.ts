import { parseArgs } from "node:util";
import { bootSimulator } from "./boot.ts";
import { faultNames } from "./faults.ts";
import { generate, type FaultChoice } from "./generate.ts";
import type { FaultName, History } from "./history.ts";
import { runInWorkers } from "./in-workers.ts";
import { invariants } from "./oracle/invariants.ts";
import { runHistory } from "./run-history.ts";
import type { FailedSeed } from "./run-seeds.ts";
import { keeping, shrink } from "./shrink.ts";
import type { Simulator } from "./simulator.ts";

/*
 * npm run simulate -- [--seed N] [--histories M] [--faults all|none|<list>] [--workers W]
 *                     [--keep 3,7,9] [--trace] [--until-first] [--json]
 *
 * Runs M histories, those of the seeds N, N+1, …; the ones that fail are printed with their seed and shrunk. With
 * --keep, only these steps of the one history of seed N are run, and everything that happens is printed.
 */

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    histories: { type: "string", default: "1000" },
    faults: { type: "string", default: "all" },
    workers: { type: "string", default: "1" },
    keep: { type: "string" },
    trace: { type: "boolean", default: false },
    "until-first": { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});

const wholeNumber = (name: "seed" | "histories" | "workers"): number => {
  const number = Number(values[name]);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`--${name} takes a whole number`);
  return number;
};

const faultsIn = (text: string): FaultChoice => {
  if (text === "all" || text === "none") return text;
  const names = text.split(",");
  const unknown = names.find((name) => !(faultNames as readonly string[]).includes(name));
  if (unknown === undefined) return names as FaultName[];
  throw new Error(`There is no fault ${unknown}; there are all, none, ${faultNames.join(", ")}`);
};

const seed = wholeNumber("seed");
const faults = faultsIn(values.faults);

/** How many runs a shrink may take: some seconds. */
const SHRINK_RUNS = 300;

/** How many failures are shrunk; the others are only named. */
const SHRUNK = 3;

const titleOf = (number: number): string =>
  invariants.find((invariant) => invariant.number === number)?.title ?? "unknown";

const print = (history: History): void => {
  for (const step of history.steps) console.log(`  ${JSON.stringify(step)}`);
};

/** Runs one history of the seed, all of it or the steps that are asked for, and prints what happens. */
const replay = async (simulator: Simulator, keep: readonly number[] | undefined): Promise<boolean> => {
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
): Promise<void> => {
  const fails = async (history: History) => {
    const result = await runHistory(simulator, history);
    return result.violation?.invariant === violation.invariant;
  };
  const { history, runs } = await shrink(generate(String(failed), faults), fails, SHRINK_RUNS);
  const numbers = history.steps.map(({ n }) => n).join(",");
  console.log(`Shrunk in ${runs} runs to ${history.steps.length} steps:`);
  print(history);
  console.log(`Replay: npm run simulate -- --seed ${failed} --faults ${values.faults} --keep ${numbers}`);
};

const runAll = async (): Promise<boolean> => {
  const histories = wholeNumber("histories");
  const began = performance.now();
  let done = 0;
  const onHistory = () => {
    done += 1;
    if (done % 5_000 === 0 && !values.json) console.log(`${done} histories …`);
  };
  const { ran, requests, active, failed } = await runInWorkers(
    { seed, histories, faults, untilFirst: values["until-first"] },
    wholeNumber("workers"),
    onHistory,
  );
  const seconds = (performance.now() - began) / 1_000;
  if (values.json) {
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
    for (const failure of failed.slice(0, SHRUNK)) await shrinkFailure(simulator, failure);
  }
  console.log(
    `${ran} histories from seed ${seed}, faults ${values.faults}: ${requests} requests, ${active} active; ${failed.length} failed; ${seconds.toFixed(1)} s, ${((seconds * 1_000) / ran).toFixed(1)} ms each`,
  );
  return failed.length === 0;
};

const keep = values.keep?.split(",").map(Number);
const clean = keep !== undefined || values.trace ? await replay(await bootSimulator(), keep) : await runAll();
process.exitCode = clean ? 0 : 1;
