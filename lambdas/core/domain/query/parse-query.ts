import { DomainError } from "../errors.ts";
import { FieldNames, isKeyedField, isOfPermission, isPlainField, type Field } from "./fields.ts";
import { nearestTo } from "../nearest.ts";
import { parse, SyntaxError as GrammarError, type Expectation } from "./query-parser.generated.js";
import { LONGEST_QUERY, type Query } from "./query.ts";

/** So deep may parentheses and `not` be nested: each level is a few calls deep in the parser. */
const DEEPEST = 50;

/** What a query is about: resources by themselves, or permissions on them, too. */
export type QueryAbout = "resources" | "permissions on resources";

interface Where {
  readonly about: QueryAbout;
  /** The field of the input that the query is in. */
  readonly pointer?: string;
}

/**
 * Reads a query. What is wrong is told with the column where it is (counted from 1; with the line where there are
 * several), with what was found there and what was expected: DomainError `invalid-query`.
 */
export const parseQuery = (text: string, { about, pointer = "/query" }: Where): Query => {
  if (text.length > LONGEST_QUERY) {
    const detail = `column ${LONGEST_QUERY + 1}: found ${text.length} characters; expected at most ${LONGEST_QUERY}`;
    throw invalid(detail, pointer);
  }
  try {
    return parse(text, { deepest: DEEPEST, fieldOf: fieldOf(about) }) as Query;
  } catch (error) {
    if (!(error instanceof GrammarError)) throw error;
    throw invalid(inWords(error, text), pointer);
  }
};

const invalid = (detail: string, pointer: string): DomainError =>
  new DomainError("invalid-query", `The query: ${detail}${detail.endsWith("?") ? "" : "."}`, [
    { pointer, detail },
  ]);

type Refuse = (message: string) => never;

/** The field of this name, with the key that was written behind it. */
const fieldOf =
  (about: QueryAbout) =>
  (name: string, key: string | null, refuse: Refuse): Field => {
    if (!isPlainField(name) && !isKeyedField(name)) return refuse(noField(name, about));
    if (about === "resources" && isOfPermission(name))
      return refuse(`found ${name}; expected a field of resources: no permission is looked at here`);
    if (isPlainField(name))
      return key === null ? { name } : refuse(`found ${name} with a key; expected ${name} alone`);
    return key === null
      ? refuse(`found ${name} without a key; expected one, such as ${name}["env"]`)
      : { name, key };
  };

const noField = (name: string, about: QueryAbout): string => {
  const known = FieldNames.filter((field) => about === "permissions on resources" || !isOfPermission(field));
  const nearest = nearestTo(name, known);
  return nearest === undefined
    ? `found ${shown(name)}, which is no field; expected one of ${known.join(", ")}`
    : `found ${shown(name)}, which is no field; did you mean ${nearest}?`;
};

/** What failed; nothing is `expected` where the grammar says in words what is wrong, whatever peggy's declaration says. */
interface Failure {
  readonly message: string;
  readonly expected: readonly Expectation[] | null;
  readonly location: GrammarError["location"];
}

const inWords = ({ message, expected, location: { start } }: Failure, text: string): string => {
  const where = text.includes("\n") ? `line ${start.line}, column ${start.column}` : `column ${start.column}`;
  if (expected === null) return `${where}: ${message}`;
  return `${where}: found ${foundAt(text, start.offset)}; expected ${listed(expected.map(nameOf))}`;
};

const nameOf = (expectation: Expectation): string => {
  switch (expectation.type) {
    case "literal":
      return expectation.text;
    case "other":
      return expectation.description;
    case "end":
      return "the end of the query";
    case "any":
    case "class":
      throw new Error(`The grammar has no word for what it expected: ${JSON.stringify(expectation)}`);
  }
};

/** The word there, or the one sign. */
const foundAt = (text: string, offset: number): string => {
  const rest = text.slice(offset);
  if (rest === "") return "the end of the query";
  return shown(/^\w+/.exec(rest)?.[0] ?? String.fromCodePoint(rest.codePointAt(0) ?? 0));
};

/** How much of a word an error repeats. */
const SHOWN = 60;

const shown = (word: string): string =>
  JSON.stringify(word.length > SHOWN ? `${word.slice(0, SHOWN)}…` : word);

const listed = (words: readonly string[]): string => {
  const [last = "", ...others] = [...new Set(words)].toSorted().toReversed();
  return others.length === 0 ? last : `${others.toReversed().join(", ")} or ${last}`;
};
