import { parseArgs } from "node:util";

/** What an option takes: nothing, any text, or a port number. */
export type OptionKind = "flag" | "text" | "port";

/** One option of a command. */
export interface OptionDefinition {
  readonly kind: OptionKind;
  /** How the value is named in the help: FILE, N, … */
  readonly placeholder?: string;
  readonly help: string;
}

/** A command as its help describes it. */
export interface CommandDefinition<Options extends Readonly<Record<string, OptionDefinition>>> {
  /** Its synopsis without options: `npm start --`. */
  readonly name: string;
  readonly summary: string;
  readonly options: Options;
  /** The arguments without a dash that it needs, in order. */
  readonly positionals?: readonly string[];
}

interface ValueOf {
  readonly flag: boolean;
  readonly text: string | undefined;
  readonly port: number | undefined;
}

/** What the arguments of a command say. */
export interface Arguments<Options extends Readonly<Record<string, OptionDefinition>>> {
  readonly options: { readonly [Name in keyof Options]: ValueOf[Options[Name]["kind"]] };
  readonly positionals: readonly string[];
}

/** The command was called wrongly; the message is one sentence about what is wrong and what is expected. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

const PORT_EXPECTED = "a port number from 0 to 65535";

const readPort = (option: string, value: string) => {
  const port = Number(value);
  if (/^\d+$/.test(value) && port <= 65_535) return port;
  throw new UsageError(`Option ${option} is '${value}': expected ${PORT_EXPECTED}.`);
};

const readOption = (name: string, definition: OptionDefinition, value: string | undefined) => {
  const option = `--${name}`;
  if (definition.kind === "flag") {
    if (value !== undefined)
      throw new UsageError(`Option ${option} takes no value, but was given '${value}'.`);
    return true;
  }
  if (value === undefined || value === "") {
    const expected = definition.kind === "port" ? PORT_EXPECTED : (definition.placeholder ?? "text");
    throw new UsageError(`Option ${option} needs a value: expected ${expected}.`);
  }
  return definition.kind === "port" ? readPort(option, value) : value;
};

/** Splits `--name value`, `--name=value` and the rest; an option's next word is its value unless that is an option too. */
const tokenize = (argv: readonly string[], options: Readonly<Record<string, OptionDefinition>>) =>
  parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      Object.entries(options).map(([name, { kind }]) => [
        name,
        { type: kind === "flag" ? "boolean" : "string" },
      ]),
    ),
    strict: false,
    tokens: true,
    allowPositionals: true,
  }).tokens;

/** Reads a command's arguments. Throws {@link UsageError}. */
export const parseArguments = <const Options extends Readonly<Record<string, OptionDefinition>>>(
  { options, positionals: wanted = [] }: CommandDefinition<Options>,
  argv: readonly string[],
): Arguments<Options> => {
  const values = new Map<string, boolean | string | number>();
  const positionals: string[] = [];
  for (const token of tokenize(argv, options)) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const definition = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (definition === undefined)
      throw new UsageError(`Unknown option ${token.rawName}: --help lists what there is.`);
    if (values.has(token.name)) throw new UsageError(`Option ${token.rawName} is given twice.`);
    const swallowed = token.inlineValue === false && token.value.startsWith("--");
    values.set(token.name, readOption(token.name, definition, swallowed ? undefined : token.value));
  }
  if (values.get("help") !== true) checkPositionals(positionals, wanted);
  const read = Object.entries(options).map(([name, { kind }]) => [
    name,
    values.get(name) ?? (kind === "flag" ? false : undefined),
  ]);
  // Each value was read by its option's kind, which the compiler cannot follow through Object.fromEntries.
  return { options: Object.fromEntries(read) as Arguments<Options>["options"], positionals };
};

const checkPositionals = (given: readonly string[], wanted: readonly string[]) => {
  const missing = wanted[given.length];
  if (missing !== undefined) throw new UsageError(`Expected ${missing}: --help says how.`);
  const surplus = given[wanted.length];
  if (surplus !== undefined)
    throw new UsageError(`Unexpected argument '${surplus}': --help lists what there is.`);
};

/** The text that `--help` prints. */
export const helpOf = ({
  name,
  summary,
  options,
  positionals = [],
}: CommandDefinition<Readonly<Record<string, OptionDefinition>>>): string => {
  const left = Object.entries(options).map(([option, { placeholder }]) =>
    placeholder === undefined ? `--${option}` : `--${option} ${placeholder}`,
  );
  const width = Math.max(...left.map((text) => text.length));
  const lines = Object.values(options).map(
    ({ help }, index) => `  ${(left[index] ?? "").padEnd(width)}  ${help}`,
  );
  return [
    `Usage: ${[name, ...positionals, "[options]"].join(" ")}`,
    "",
    summary,
    "",
    "Options:",
    ...lines,
  ].join("\n");
};
