import {
  UsageError,
  helpOf,
  parseArguments,
  type Arguments,
  type CommandDefinition,
  type OptionDefinition,
} from "../../local/cli/arguments.ts";
import { endThisProcess, endWithReader } from "../../local/cli/closed-pipe.ts";

/** An option, and what is expected of its value when that is more than its placeholder says. */
export interface ProgramOption extends OptionDefinition {
  readonly expected?: string;
}

type ProgramOptions = Readonly<Record<string, ProgramOption>>;

/** A command whose refusals say in full what an option takes, and whose help ends with an example. */
export interface Program<Options extends ProgramOptions> extends CommandDefinition<Options> {
  readonly example: string;
}

/** What the options of a program say. Throws {@link UsageError}. */
export const optionsOf = <const Options extends ProgramOptions>(
  program: Program<Options>,
  argv: readonly string[],
): Arguments<Options>["options"] => {
  const options = Object.entries<ProgramOption>(program.options).map(([name, option]) => [
    name,
    option.expected === undefined ? option : { ...option, placeholder: option.expected },
  ]);
  // The same options of the same kinds, which the compiler cannot follow through Object.fromEntries.
  return parseArguments({ ...program, options: Object.fromEntries(options) as Options }, argv).options;
};

/** The text that `--help` prints. */
export const programHelp = (program: Program<ProgramOptions>): string =>
  `${helpOf(program)}\n\nExample:  ${program.example}`;

/** A whole number that an option takes, from the least to the most. */
export interface WholeNumber {
  readonly option: string;
  readonly least: number;
  readonly most: number;
}

export const expectedOf = ({ least, most }: WholeNumber): string => `a whole number from ${least} to ${most}`;

/** Throws {@link UsageError}. */
export const readWholeNumber = (wanted: WholeNumber, text: string): number => {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= wanted.least && number <= wanted.most) return number;
  throw new UsageError(`Option --${wanted.option} is '${text}': expected ${expectedOf(wanted)}.`);
};

/** Splits a list at its commas. Throws {@link UsageError} at the first name that is none. */
export const readNames = <Name extends string>(
  option: string,
  text: string,
  isName: (name: string) => name is Name,
  expected: string,
): readonly Name[] =>
  text.split(",").map((name) => {
    if (isName(name)) return name;
    throw new UsageError(`Option --${option} names '${name}': expected ${expected}.`);
  });

/**
 * Runs a program on this process's arguments, and sets its exit code: 0 or 1 for what `run` finds, 2 when it was called
 * wrongly. `read` gives nothing when only the help is asked for.
 */
export const runProgram = async <Given>(
  read: (argv: readonly string[]) => Given | undefined,
  help: () => string,
  run: (given: Given) => Promise<boolean>,
): Promise<void> => {
  endWithReader(process.stdout, endThisProcess);
  let given: Given | undefined;
  try {
    given = read(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
    return;
  }
  if (given === undefined) process.stdout.write(`${help()}\n`);
  else process.exitCode = (await run(given)) ? 0 : 1;
};

/** What both programs take: where the seeds begin, and how many histories there are. */
export const SEED = { option: "seed", least: 0, most: 1_000_000_000_000_000 } as const satisfies WholeNumber;
export const HISTORIES = {
  option: "histories",
  least: 1,
  most: 1_000_000_000,
} as const satisfies WholeNumber;
