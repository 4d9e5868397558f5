import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { invariants } from "../oracle/invariants.ts";
import { runProgram } from "../program.ts";
import { withProgress } from "../progress.ts";
import type { FailedSeed } from "../run-seeds.ts";
import { mutantsHelp, readMutantsArguments, type MutantsArguments } from "./arguments.ts";
import type { Mutant } from "./mutant.ts";
import { mutants } from "./mutants.ts";
import { assertApplies, inPatchedCopy } from "./patched-copy.ts";

/*
 * Applies known defects, one at a time, to a copy of the sources, and runs the simulation there from a seed until a
 * history fails. Each defect must be noticed within so many histories, and by an invariant that one would expect; and
 * the history that notices it must pass without the defect.
 */

const print = (line: string) => process.stdout.write(`${line}\n`);

interface SimulationResult {
  readonly ran: number;
  readonly failed: readonly FailedSeed[];
}

/** Runs a program of a copy, in a process of its own. Throws when it ends without a result. */
const runIn = (
  folder: string,
  [program, ...args]: readonly [string, ...string[]],
): Promise<SimulationResult> =>
  new Promise((resolve, reject) => {
    const path = join(folder, "test/simulation", program);
    execFile(process.execPath, [path, ...args], { cwd: folder }, (error, stdout, stderr) => {
      const line = stdout.trim().split("\n").at(-1) ?? "";
      if (line.startsWith("{")) resolve(JSON.parse(line) as SimulationResult);
      else reject(new Error(`The simulation of a copy gave no result: ${stderr}`, { cause: error }));
    });
  });

const faultsOf = ({ faults = "all" }: Mutant): string => faults;

/** How often the steps that a mutant brings are run, each time with other latencies. */
const STEPS_HISTORIES = "30";

/** Runs the mutant's own history, or those of the seeds, until one fails. */
const simulate = (
  folder: string,
  mutant: Mutant,
  seeds: { readonly seed: string; readonly histories: string },
): Promise<SimulationResult> => {
  const { steps } = mutant;
  if (steps !== undefined) {
    return runIn(folder, ["mutants/run-one.ts", JSON.stringify(steps), seeds.seed, STEPS_HISTORIES]);
  }
  const options = { ...seeds, faults: faultsOf(mutant) };
  const pairs = Object.entries(options).flatMap(([option, value]) => [`--${option}`, value]);
  return runIn(folder, ["simulate.ts", ...pairs, "--until-first", "--json"]);
};

/** How a mutant came out: what is wrong with that, if anything. */
interface Outcome {
  readonly mutant: Mutant;
  readonly seconds: number;
  readonly histories: number;
  readonly caught?: FailedSeed;
  readonly wrong?: string;
}

/** Runs the mutant's histories on it, and the one that notices it on the sources as they are. */
const run = async (
  mutant: Mutant,
  pristine: string,
  { seed, histories }: MutantsArguments,
): Promise<Outcome> => {
  const began = performance.now();
  const { ran, failed } = await inPatchedCopy(mutant.patches, (folder) =>
    simulate(folder, mutant, { seed: String(seed), histories: String(histories) }),
  ).catch((error: unknown) => {
    throw new Error(`${mutant.name} could not be simulated`, { cause: error });
  });
  const [caught] = failed;
  const wrong = await wrongWith(mutant, caught, async (of) => {
    const without = await simulate(pristine, mutant, { seed: String(of), histories: "1" });
    return without.failed.length === 0;
  });
  return {
    mutant,
    seconds: (performance.now() - began) / 1_000,
    histories: ran,
    ...(caught === undefined ? {} : { caught }),
    ...(wrong === undefined ? {} : { wrong }),
  };
};

const wrongWith = async (
  { expected }: Mutant,
  caught: FailedSeed | undefined,
  passesWithout: (seed: number) => Promise<boolean>,
): Promise<string | undefined> => {
  if (caught === undefined) return "SURVIVED";
  if (!(await passesWithout(caught.seed))) return "THE HISTORY FAILS WITHOUT THE DEFECT";
  return expected.includes(caught.violation.invariant) ? undefined : "CAUGHT BY ANOTHER INVARIANT";
};

/** Tells of each mutant as it ends, on as many processors as there are. */
const runAll = async (given: MutantsArguments, pristine: string): Promise<readonly Outcome[]> => {
  const queue = [...given.chosen];
  const outcomes: Outcome[] = [];
  const work = async () => {
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
      const outcome = await run(mutant, pristine, given);
      print(rowOf(outcome));
      outcomes.push(outcome);
    }
  };
  const progress = () => ({
    done: outcomes.length,
    total: given.chosen.length,
    failed: outcomes.filter(isWrong).length,
  });
  await withProgress("mutants", progress, async () => {
    await Promise.all(Array.from({ length: availableParallelism() }, work));
  });
  return outcomes;
};

const isWrong = ({ wrong }: Outcome): boolean => wrong !== undefined;

const NAME_WIDTH = Math.max(...mutants.map(({ name }) => name.length));

const columns = (texts: readonly [string, string, string, string, string, string, string]): string => {
  const widths = [NAME_WIDTH, 6, 8, 6, 9, 6];
  return texts.map((text, index) => text.padEnd(widths[index] ?? 0)).join("  ");
};

const rowOf = ({ mutant, seconds, histories, caught, wrong }: Outcome): string =>
  columns([
    mutant.name,
    caught === undefined ? "-" : String(caught.violation.invariant),
    mutant.expected.join(", "),
    caught === undefined ? "-" : String(caught.seed),
    String(histories),
    `${seconds.toFixed(1)} s`,
    `${mutant.breaks}${wrong === undefined ? "" : ` ${wrong}: ${caught?.violation.message ?? "no violation"}`}`,
  ]);

const main = async (given: MutantsArguments): Promise<boolean> => {
  for (const { patches } of mutants) await assertApplies(patches);
  const began = performance.now();
  print(columns(["mutant", "caught", "expected", "seed", "histories", "time", "what it breaks"]));
  const outcomes = await inPatchedCopy([], (pristine) => runAll(given, pristine));
  const wrong = outcomes.filter(isWrong);
  print(
    `${outcomes.length} mutants, ${wrong.length} of them not caught as expected; ${((performance.now() - began) / 1_000).toFixed(0)} s`,
  );
  const used = new Set(
    outcomes.flatMap(({ caught }) => (caught === undefined ? [] : [caught.violation.invariant])),
  );
  for (const { number, title } of invariants) {
    if (used.has(number)) print(`Invariant ${number}: ${title}`);
  }
  return wrong.length === 0;
};

await runProgram(readMutantsArguments, mutantsHelp, main);
