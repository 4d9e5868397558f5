import { readFileSync } from "node:fs";
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { YAMLParseError } from "yaml";
import * as z from "zod/mini";
import { namingKnownKeys } from "../lambdas/core/contracts/invalid-input.ts";
import { excerpt } from "./excerpt.ts";

/** Where a value stands in a document: keys and indexes from the top. */
export type YamlPath = readonly PropertyKey[];

/** One thing that is wrong in a file. */
export interface FileProblem {
  readonly path: YamlPath;
  readonly found: string;
  readonly expected: string;
}

/** A file that cannot be used. Its message has one line a problem: `file:line: found …, expected …`. */
export class InvalidFileError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "InvalidFileError";
  }
}

/** A file that was read: what it says, and how to refuse it for what its schema cannot see (names that lead nowhere). */
export interface YamlFile<T> {
  readonly value: T;
  /** Throws InvalidFileError with a line for each problem, in the order of the file; does nothing when there is none. */
  readonly refuse: (problems: readonly FileProblem[]) => void;
}

/** A mapping with these keys and no others; the error for another key names them. */
export const mapping = <const S extends z.core.$ZodLooseShape>(shape: S) => {
  const keys = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? `one of the keys ${keys}` : `a mapping with the keys ${keys}`,
  });
};

/** The zod message of a check without a message of its own (zod/mini carries no locale). */
const NO_MESSAGE = "Invalid input";

const KINDS: Readonly<Record<string, string>> = { array: "a list", object: "a mapping", record: "a mapping" };

const kindNamed = (name: string): string =>
  KINDS[name] ?? (/^[aeiou]/.test(name) ? `an ${name}` : `a ${name}`);

const counted = (origin: string): string =>
  origin === "string" ? " characters" : origin === "array" ? " items" : "";

/** A schema's message says what is expected; for a schema without one, its kind does. */
const expectedBy = (issue: z.core.$ZodIssue): string => {
  if (issue.message !== NO_MESSAGE) return issue.message;
  switch (issue.code) {
    case "invalid_type":
      return kindNamed(issue.expected);
    case "invalid_value":
      return issue.values.length === 1
        ? String(issue.values[0])
        : `one of ${issue.values.map(String).join(", ")}`;
    case "too_small":
      return `at least ${String(issue.minimum)}${counted(issue.origin)}`;
    case "too_big":
      return `at most ${String(issue.maximum)}${counted(issue.origin)}`;
    case "invalid_union":
      return issue.errors.map((branch) => branch.map(expectedBy).join(" and ")).join(", or ");
    default:
      return "something else";
  }
};

/** `accounts[3].id`. */
const written = (path: YamlPath): string =>
  path.reduce<string>(
    (text, step) =>
      typeof step === "number" ? `${text}[${String(step)}]` : `${text}${text && "."}${String(step)}`,
    "",
  );

const as = (path: YamlPath): string => (path.length === 0 ? "" : ` as ${written(path)}`);

const described = (value: unknown): string => {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  return typeof value === "string"
    ? `the text "${excerpt(value)}"`
    : `the ${typeof value} ${JSON.stringify(value)}`;
};

const foundIn = (issue: z.core.$ZodIssue): string => {
  if (issue.input !== undefined) return `${described(issue.input)}${as(issue.path)}`;
  return issue.path.length === 0 ? "an empty document" : `no ${written(issue.path)}`;
};

const problemsIn = (issue: z.core.$ZodIssue): FileProblem[] =>
  issue.code === "unrecognized_keys"
    ? issue.keys.map((key) => ({
        path: [...issue.path, key],
        found: `the unknown key ${written([...issue.path, key])}`,
        expected: expectedBy(issue),
      }))
    : [{ path: issue.path, found: foundIn(issue), expected: expectedBy(issue) }];

/** The offset of what stands at `path`; of the deepest thing above it where there is nothing. */
const offsetOf = (contents: unknown, path: YamlPath): number => {
  let node = contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (pair === undefined) break;
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (isNode(node)) offset = node.range?.[0] ?? offset;
    } else break;
  }
  return offset;
};

const readText = (file: string): string => {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
    const reason = missing ? "no such file" : error instanceof Error ? error.message : String(error);
    throw new InvalidFileError(`${file}:1: found ${reason}, expected a YAML file`);
  }
};

/** The parser's own sentence may quote the rest of the file. */
const MOST_OF_REASON = 100;

/** What the parser stumbled over first. Where it goes on from there, it mostly finds the same mistake again. */
const malformed = (
  text: string,
  first: Pick<YAMLParseError, "message" | "pos">,
  others: number,
): { readonly offset: number; readonly text: string } => {
  const [offset] = first.pos;
  const quote = excerpt(text.slice(offset).split("\n", 1)[0] ?? "");
  const at = quote === "" ? "" : ` at "${quote}"`;
  const more = others === 0 ? "" : `; ${String(others)} more such error${others === 1 ? "" : "s"} after it`;
  return {
    offset,
    text: `found malformed YAML${at} (${excerpt(first.message, MOST_OF_REASON)}), expected well-formed YAML${more}`,
  };
};

/**
 * Reads the YAML file `file` as `schema` describes it. The message of a schema's check says what is expected there
 * ("12 digits in quotes"). Throws InvalidFileError: file, line, what was found and what was expected, for each problem.
 */
export const readYamlFile = <S extends z.ZodMiniType>(file: string, schema: S): YamlFile<z.output<S>> => {
  const lines = new LineCounter();
  const text = readText(file);
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const fail = (problems: readonly { readonly offset: number; readonly text: string }[]) => {
    const lineAt = (offset: number) => Math.max(1, lines.linePos(offset).line);
    throw new InvalidFileError(
      problems
        .toSorted((a, b) => a.offset - b.offset)
        .map(({ offset, text }) => `${file}:${String(lineAt(offset))}: ${text}`)
        .join("\n"),
    );
  };
  const refuse = (problems: readonly FileProblem[]) => {
    if (problems.length > 0)
      fail(
        problems.map(({ path, found, expected }) => ({
          offset: offsetOf(document.contents, path),
          text: `found ${found}, expected ${expected}`,
        })),
      );
  };
  const [first, ...others] = document.errors.toSorted((a, b) => a.pos[0] - b.pos[0]);
  if (first !== undefined) fail([malformed(text, first, others.length)]);
  const parsed = z.safeParse(schema, document.toJS(), { reportInput: true, ...namingKnownKeys });
  if (parsed.success) return { value: parsed.data, refuse };
  refuse(parsed.error.issues.flatMap(problemsIn));
  throw new InvalidFileError(`${file}:1: found a document that does not fit, expected another`);
};
