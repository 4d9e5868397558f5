import { HELP } from "../../../local/cli/command.ts";
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
} from "../program.ts";
import type { Mutant } from "./mutant.ts";
import { mutants } from "./mutants.ts";

/** What `npm run simulate:mutants` is asked for. */
export interface MutantsArguments {
  readonly seed: number;
  readonly histories: number;
  readonly chosen: readonly Mutant[];
}

const DEFAULTS = { seed: 1, histories: 600 } as const;

const ONLY_EXPECTED = `names separated by commas of ${mutants.map(({ name }) => name).join(", ")}`;

const program = {
  name: "npm run simulate:mutants --",
  summary:
    "Applies known defects, one at a time, to a copy of the sources, and checks that the simulation notices each.",
  options: {
    only: {
      kind: "text",
      placeholder: "NAMES",
      expected: ONLY_EXPECTED,
      help: `The defects to apply (default all): ${ONLY_EXPECTED}.`,
    },
    histories: {
      kind: "text",
      placeholder: "M",
      expected: expectedOf(HISTORIES),
      help: `Within how many histories each must be noticed, at least 1 (default ${DEFAULTS.histories}).`,
    },
    seed: {
      kind: "text",
      placeholder: "N",
      expected: expectedOf(SEED),
      help: `The first seed (default ${DEFAULTS.seed}).`,
    },
    help: HELP,
  },
  example: `npm run simulate:mutants -- --only ${mutants[0]?.name ?? "NAME"} --histories 600`,
} as const satisfies Program<Readonly<Record<string, ProgramOption>>>;

export const mutantsHelp = (): string => programHelp(program);

const isMutant = (name: string): name is string => mutants.some((mutant) => mutant.name === name);

/** Reads the arguments; gives nothing when only the help is asked for. Throws UsageError. */
export const readMutantsArguments = (argv: readonly string[]): MutantsArguments | undefined => {
  const options = optionsOf(program, argv);
  if (options.help) return undefined;
  const names =
    options.only === undefined ? undefined : readNames("only", options.only, isMutant, ONLY_EXPECTED);
  return {
    seed: readWholeNumber(SEED, options.seed ?? String(DEFAULTS.seed)),
    histories: readWholeNumber(HISTORIES, options.histories ?? String(DEFAULTS.histories)),
    chosen: mutants.filter(({ name }) => names?.includes(name) ?? true),
  };
};
