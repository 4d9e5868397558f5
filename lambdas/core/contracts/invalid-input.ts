import * as z from "zod/mini";
import { DomainError, type DomainErrorCode, type FieldError } from "../domain/errors.ts";

type Issue = z.core.$ZodIssue;
type Path = Issue["path"];

/** What one issue says of the input, by the field that it is about. */
interface Finding extends FieldError {
  /** Where the issue has a code of its own. */
  readonly code?: DomainErrorCode;
}

/** How much of a value an error repeats. */
const SHOWN = 60;

/**
 * How input is to be parsed so that an unknown key's error names the keys that are known: zod tells only while it parses.
 */
export const namingKnownKeys = {
  error: (issue: z.core.$ZodRawIssue): string | undefined => {
    if (issue.code !== "unrecognized_keys" || !(issue.inst instanceof z.ZodMiniObject)) return undefined;
    const known = Object.keys(issue.inst.shape);
    return known.length === 0 ? "nothing" : `one of ${known.join(", ")}`;
  },
} as const;

/** Input that does not fit its schema, in words: for each field what was found and what was expected. */
export const fieldErrorsOf = (error: z.core.$ZodError, input: unknown): readonly FieldError[] =>
  fieldsOf(findingsOf(error, input));

/** What is said of several unknown fields is said once. */
const fieldsOf = (findings: readonly Finding[]): readonly FieldError[] => {
  const said = new Set<string>();
  return findings.map(({ pointer, detail, code }) => {
    const isSaid = said.has(detail);
    said.add(detail);
    return code === "unknown-field" && isSaid
      ? { pointer, detail: `${DOES_NOT_BELONG} either` }
      : { pointer, detail };
  });
};

const DOES_NOT_BELONG = "found a field that does not belong here";

/** How many fields an answer names: a body can have more wrong ones than an answer can hold. */
const MOST_FIELDS = 50;

/** Characters of a pointer that an answer repeats: an unknown key can be as long as the body. */
const LONGEST_POINTER = 300;

/** The first of them as a DomainError, and how many more there are. Its code is what all fields agree on, or else `code`. */
export const invalidInput = (
  error: Pick<z.core.$ZodError, "issues">,
  input: unknown,
  code: DomainErrorCode,
): DomainError => {
  const findings = findingsOf(error, input);
  const codes = new Set(findings.map((finding) => finding.code ?? code));
  const [only] = codes;
  const overall = codes.size === 1 && only !== undefined ? only : code;
  const named = findings.slice(0, MOST_FIELDS).map(withShortPointer);
  const more = findings.length - named.length;
  const message = more > 0 ? `${messageOf(named)}; and ${String(more)} more` : messageOf(named);
  return new DomainError(overall, message, fieldsOf(named));
};

const withShortPointer = (finding: Finding): Finding =>
  finding.pointer.length <= LONGEST_POINTER
    ? finding
    : { ...finding, pointer: `${finding.pointer.slice(0, LONGEST_POINTER)}…` };

const messageOf = (findings: readonly Finding[]): string =>
  [...Map.groupBy(findings, ({ detail }) => detail)]
    .map(([detail, alike]) => `${alike.map(({ pointer }) => pointer || "The whole").join(", ")}: ${detail}`)
    .join("; ");

const findingsOf = (error: Pick<z.core.$ZodError, "issues">, input: unknown): readonly Finding[] =>
  error.issues.flatMap((issue) => findingsOfIssue(issue, [], input));

const findingsOfIssue = (issue: Issue, above: Path, input: unknown): readonly Finding[] => {
  const path = [...above, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      pointer: pointerOf([...path, key]),
      detail: issue.message === NO_WORDS ? DOES_NOT_BELONG : `${DOES_NOT_BELONG}; expected ${issue.message}`,
      code: "unknown-field",
    }));
  }
  if (issue.code === "invalid_union") {
    const closest = closestOf(issue.errors);
    if (closest !== undefined) return closest.flatMap((inner) => findingsOfIssue(inner, path, input));
  }
  const expected = expectedBy(issue);
  return [
    {
      pointer: pointerOf(path),
      detail: `found ${shown(valueAt(input, path))}; expected ${expected}`,
      ...codeOf(issue),
    },
  ];
};

/** The one alternative that the input misses by less than it misses the others. */
const closestOf = (alternatives: readonly (readonly Issue[])[]): readonly Issue[] | undefined => {
  const [first, second] = alternatives.toSorted((a, b) => a.length - b.length);
  return first !== undefined && (second === undefined || first.length < second.length) ? first : undefined;
};

const codeOf = (issue: Issue): { readonly code?: DomainErrorCode } =>
  issue.code === "custom" && issue.params?.["code"] !== undefined
    ? { code: issue.params["code"] as DomainErrorCode }
    : {};

/** What zod/mini says when a schema has no words of its own. */
const NO_WORDS = "Invalid input";

const expectedBy = (issue: Issue): string => {
  if (issue.message !== NO_WORDS) return issue.message;
  switch (issue.code) {
    case "invalid_type":
      return kinds[issue.expected] ?? issue.expected;
    case "invalid_value":
      return issue.values.map((value) => JSON.stringify(value)).join(" or ");
    case "too_small":
      return `at least ${amount(issue.minimum, issue.origin)}`;
    case "too_big":
      return `at most ${amount(issue.maximum, issue.origin)}`;
    case "invalid_format":
      return `a ${issue.format}`;
    default:
      return "something else";
  }
};

const kinds: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
};

const amount = (count: number | bigint, origin: string): string => {
  const units: Readonly<Record<string, string>> = { string: "character", array: "item" };
  const unit = units[origin];
  return unit === undefined ? String(count) : `${count} ${unit}${count === 1 ? "" : "s"}`;
};

/** A JSON pointer (RFC 6901): `/entitlements/0/account`. */
const pointerOf = (path: Path): string =>
  path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");

const valueAt = (input: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, part) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, part)
        ? (value as Readonly<Record<PropertyKey, unknown>>)[part]
        : undefined,
    input,
  );

const shown = (value: unknown): string => {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  const text = JSON.stringify(value);
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`;
};
