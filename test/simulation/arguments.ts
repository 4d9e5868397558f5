import { HELP } from "../../local/cli/command.ts";
import { faultNames } from "./faults.ts";
import { generate, type FaultChoice } from "./generate.ts";
import type { FaultName } from "./history.ts";
import {
  HISTORIES,
  SEED,
  expectedOf,
  optionsOf,
  programHelp,
  readNames,
  readWholeNumber,
  type Program,
  type ProgramOption,
  type WholeNumber,
} from "./program.ts";

/** What `npm run simulate` is asked for. */
export interface SimulateArguments {
  readonly seed: number;
  readonly histories: number;
  readonly workers: number;
  readonly faults: FaultChoice;
  /** The numbers of the only steps to run. */
  readonly keep?: readonly number[];
  readonly trace: boolean;
  readonly untilFirst: boolean;
  readonly json: boolean;
}

const WORKERS = { option: "workers", least: 1, most: 256 } as const satisfies WholeNumber;

const DEFAULTS = { seed: 1, histories: 1_000, workers: 1, faults: "all" } as const;

const FAULTS_EXPECTED = `all, none, or names separated by commas of ${faultNames.join(", ")}`;

const KEEP_EXPECTED = "step numbers separated by commas";

const program = {
  name: "npm run simulate --",
  summary:
    "Runs random histories on a virtual clock, those of the seeds N, N+1, …, and prints and shrinks those that violate an invariant.",
  options: {
    seed: {
      kind: "text",
      placeholder: "N",
      expected: expectedOf(SEED),
      help: `The first seed (default ${DEFAULTS.seed}).`,
    },
    histories: {
      kind: "text",
      placeholder: "M",
      expected: expectedOf(HISTORIES),
      help: `How many histories to run, at least 1 (default ${DEFAULTS.histories}).`,
    },
    faults: {
      kind: "text",
      placeholder: "NAMES",
      expected: FAULTS_EXPECTED,
      help: `What goes wrong (default ${DEFAULTS.faults}): ${FAULTS_EXPECTED}.`,
    },
    workers: {
      kind: "text",
      placeholder: "W",
      expected: expectedOf(WORKERS),
      help: `How many threads run them, at least 1 (default ${DEFAULTS.workers}).`,
    },
    keep: {
      kind: "text",
      placeholder: "STEPS",
      expected: KEEP_EXPECTED,
      help: "Runs only the history of seed N, only these steps of it (3,7,9), and prints all that happens (default off).",
    },
    trace: {
      kind: "flag",
      help: "Runs only the history of seed N, and prints all that happens (default off).",
    },
    "until-first": { kind: "flag", help: "Ends at the first history that fails (default off)." },
    json: { kind: "flag", help: "Prints one line of JSON, and shrinks nothing (default off)." },
    help: HELP,
  },
  example: "npm run simulate -- --seed 1 --histories 200 --faults crash,lost-answer --workers 2",
} as const satisfies Program<Readonly<Record<string, ProgramOption>>>;

export const simulateHelp = (): string => programHelp(program);

const isFault = (name: string): name is FaultName => (faultNames as readonly string[]).includes(name);

const readFaults = (text: string): FaultChoice =>
  text === "all" || text === "none" ? text : readNames("faults", text, isFault, FAULTS_EXPECTED);

const isNumeral = (text: string): text is `${number}` => /^\d+$/.test(text);

/** The steps to keep, all of which the seed's history has. */
const readKeep = (text: string, seed: number, faults: FaultChoice): readonly number[] => {
  readNames("keep", text, isNumeral, KEEP_EXPECTED);
  const numbers = generate(String(seed), faults).steps.map(({ n }) => n);
  const isStep = (name: string): name is `${number}` => numbers.includes(Number(name));
  const expected = `steps of the history of seed ${seed}, 0 to ${Math.max(...numbers)}`;
  return readNames("keep", text, isStep, expected).map(Number);
};

/** Reads the arguments; gives nothing when only the help is asked for. Throws UsageError. */
export const readSimulateArguments = (argv: readonly string[]): SimulateArguments | undefined => {
  const options = optionsOf(program, argv);
  if (options.help) return undefined;
  const seed = readWholeNumber(SEED, options.seed ?? String(DEFAULTS.seed));
  const faults = readFaults(options.faults ?? DEFAULTS.faults);
  return {
    seed,
    histories: readWholeNumber(HISTORIES, options.histories ?? String(DEFAULTS.histories)),
    workers: readWholeNumber(WORKERS, options.workers ?? String(DEFAULTS.workers)),
    faults,
    ...(options.keep !== undefined && { keep: readKeep(options.keep, seed, faults) }),
    trace: options.trace,
    untilFirst: options["until-first"],
    json: options.json,
  };
};
