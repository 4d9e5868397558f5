import { UsageError, helpOf, parseArguments } from "./arguments.ts";
import type { Arguments, CommandDefinition, OptionDefinition } from "./arguments.ts";
import { endThisProcess, endWithReader } from "./closed-pipe.ts";

/** Something that a person can put right, said in a sentence; it needs no stack trace. */
export class CommandError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CommandError";
  }
}

/** Names of errors whose message already is such a sentence. */
const EXPECTED_ERRORS = new Set(["CommandError", "PortInUseError", "InvalidFileError"]);

const report = (error: unknown): number => {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
  const expected = error instanceof Error && EXPECTED_ERRORS.has(error.name);
  process.stderr.write(
    `${expected ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return 1;
};

/**
 * Runs a command on this process's arguments and sets its exit code: what `run` resolves to, 2 when it was called
 * wrongly, 1 when it failed.
 */
export const runCommand = async <const Options extends Readonly<Record<string, OptionDefinition>>>(
  definition: CommandDefinition<Options & { readonly help: OptionDefinition }>,
  run: (given: Arguments<Options & { readonly help: OptionDefinition }>) => Promise<number>,
): Promise<void> => {
  endWithReader(process.stdout, endThisProcess);
  try {
    const given = parseArguments(definition, process.argv.slice(2));
    if (given.options.help === true) process.stdout.write(`${helpOf(definition)}\n`);
    else process.exitCode = await run(given);
  } catch (error) {
    process.exitCode = report(error);
  }
};

/** The option that every command has. */
export const HELP = { kind: "flag", help: "Print this." } as const satisfies OptionDefinition;
