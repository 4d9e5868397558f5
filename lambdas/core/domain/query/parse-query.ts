import { DomainError } from "../errors.ts";
import { FieldNames, isKeyedField, isPlainField, type Field } from "./fields.ts";
import { nearestTo } from "./nearest.ts";
import { parse, SyntaxError as GrammarError } from "./query-parser.generated.js";
import type { Query } from "./query.ts";

/** The longest query (characters): a list of 100 ARNs fits. */
export const LONGEST_QUERY = 10_000;

/** So deep may parentheses and `not` be nested: each level is a few calls deep in the parser. */
const DEEPEST = 50;

/**
 * Reads a query. What is wrong is told with the column where it is (counted from 1; with the line where there are
 * several), with what was found there and what was expected: DomainError `invalid-query-expression`.
 */
export const parseQuery = (text: string): Query => {
  if (text.length > LONGEST_QUERY)
    throw invalid(`found ${text.length} characters; expected at most ${LONGEST_QUERY}`);
  try {
    return parse(text, { deepest: DEEPEST, fieldOf }) as Query;
  } catch (error) {
    if (!(error instanceof GrammarError)) throw error;
    throw invalid(inWords(error, text));
  }
};

const invalid = (detail: string): DomainError => new DomainError("invalid-query", `The query: ${detail}.`);

/** The field of this name; `refuse` never returns. */
const fieldOf = (name: string, key: string | null, refuse: (message: string) => never): Field => {
  if (isPlainField(name))
    return key === null ? { name } : refuse(`found ${name} with a key; expected ${name} alone`);
  if (isKeyedField(name))
    return key === null
      ? refuse(`found ${name} without a key; expected one, such as ${name}["env"]`)
      : { name, key };
  const nearest = nearestTo(name, FieldNames);
  return refuse(
    nearest === undefined
      ? `found ${JSON.stringify(name)}, which is no field; expected one of ${FieldNames.join(", ")}`
      : `found ${JSON.stringify(name)}, which is no field; did you mean ${nearest}?`,
  );
};

const inWords = (error: GrammarError, text: string): string => {
  const { start } = error.location;
  const where = text.includes("\n") ? `line ${start.line}, column ${start.column}` : `column ${start.column}`;
  const expected = error.expected?.map(nameOf) ?? [];
  if (expected.length === 0) return `${where}: ${error.message}`;
  return `${where}: found ${foundAt(text, start.offset)}; expected ${listed([...new Set(expected)])}`;
};

type Expectation = NonNullable<GrammarError["expected"]>[number];

const nameOf = (expectation: Expectation): string => {
  switch (expectation.type) {
    case "literal":
      return expectation.text;
    case "other":
      return expectation.description;
    case "end":
      return "the end of the query";
    default:
      throw new Error(`The grammar has no word for what it expected: ${JSON.stringify(expectation)}`);
  }
};

/** The word there, or the one sign. */
const foundAt = (text: string, offset: number): string => {
  const rest = text.slice(offset);
  if (rest === "") return "the end of the query";
  return JSON.stringify(/^\w+/.exec(rest)?.[0] ?? String.fromCodePoint(rest.codePointAt(0) ?? 0));
};

const listed = (words: readonly string[]): string => {
  const sorted = words.toSorted();
  const last = sorted.pop();
  return sorted.length === 0 ? (last ?? "") : `${sorted.join(", ")} or ${last ?? ""}`;
};
