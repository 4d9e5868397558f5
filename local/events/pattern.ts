/** What a pattern compares one value with: a literal, or a content filter such as `{"prefix": "prod-"}`. */
type Matcher = string | number | boolean | null | Readonly<Record<string, unknown>>;

/**
 * Event patterns of EventBridge and of Lambda's event filters:
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html.
 * An operator that is not known here is an error, so that no rule silently matches everything or nothing.
 */

/** The values at a field: an array in an event matches if any of its members does; undefined when the field is missing. */
const valuesOf = (value: unknown): readonly unknown[] | undefined => {
  if (value === undefined) return undefined;
  return Array.isArray(value) ? (value as readonly unknown[]) : [value];
};

const asList = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as readonly unknown[]) : [value];

const foldable = (value: unknown) => String(value).toLowerCase();

/** `prefix` and `suffix` take a text, or `{"equals-ignore-case": text}`. */
const affix = (operand: unknown, fits: (text: string, affix: string) => boolean) => (value: unknown) => {
  if (typeof value !== "string") return false;
  if (typeof operand === "string") return fits(value, operand);
  const folded = (operand as Readonly<Record<string, unknown>>)["equals-ignore-case"];
  return fits(value.toLowerCase(), foldable(folded));
};

const COMPARISONS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  "<": (value, bound) => value < bound,
  "<=": (value, bound) => value <= bound,
  "=": (value, bound) => value === bound,
  ">=": (value, bound) => value >= bound,
  ">": (value, bound) => value > bound,
};

const numeric = (operand: readonly unknown[]) => (value: unknown) => {
  if (typeof value !== "number") return false;
  for (let index = 0; index < operand.length; index += 2) {
    const compare = COMPARISONS[String(operand[index])];
    if (compare === undefined) throw new Error(`Unknown numeric comparison ${String(operand[index])}`);
    if (!compare(value, Number(operand[index + 1]))) return false;
  }
  return true;
};

/** `*` stands for any characters; a backslash takes the next character as it is. */
const wildcard = (operand: string): RegExp => {
  const source = operand.replaceAll(
    /\\(.)|([*])|([.+?^${}()|[\]\\/])/g,
    (_match, literal: string | undefined, star: string | undefined, special: string | undefined) => {
      if (star !== undefined) return ".*";
      return (literal ?? special ?? "").replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
    },
  );
  return new RegExp(`^${source}$`, "s");
};

const anythingBut = (operand: unknown) => {
  const excluded = asList(operand);
  return (value: unknown) =>
    !excluded.some((matcher) =>
      typeof matcher === "object" && matcher !== null
        ? asList(Object.values(matcher)[0]).some((one) =>
            predicate({ [Object.keys(matcher)[0] ?? ""]: one })(value),
          )
        : matcher === value,
    );
};

const OPERATORS: Readonly<Record<string, (operand: unknown) => (value: unknown) => boolean>> = {
  prefix: (operand) => affix(operand, (text, start) => text.startsWith(start)),
  suffix: (operand) => affix(operand, (text, end) => text.endsWith(end)),
  "anything-but": anythingBut,
  "equals-ignore-case": (operand) => (value) =>
    typeof value === "string" && foldable(value) === foldable(operand),
  numeric: (operand) => numeric(asList(operand)),
  wildcard: (operand) => {
    const expression = wildcard(String(operand));
    return (value) => typeof value === "string" && expression.test(value);
  },
};

const predicate = (matcher: Matcher): ((value: unknown) => boolean) => {
  if (typeof matcher !== "object" || matcher === null) return (value) => value === matcher;
  const [[name, operand] = ["", undefined]] = Object.entries(matcher);
  const operator = OPERATORS[name];
  if (operator === undefined) throw new Error(`The event pattern operator ${name} is not known here`);
  return operator(operand);
};

const existence = (matcher: Matcher): boolean | undefined => {
  const exists = typeof matcher === "object" && matcher !== null ? matcher["exists"] : undefined;
  return typeof exists === "boolean" ? exists : undefined;
};

const matchesField = (matchers: readonly Matcher[], values: readonly unknown[] | undefined): boolean =>
  matchers.some((matcher) => {
    const exists = existence(matcher);
    if (exists !== undefined) return exists === (values !== undefined);
    return values?.some(predicate(matcher)) ?? false;
  });

/** An object of the event, or each object of an array there, is matched as a whole. */
const objectsOf = (value: unknown): readonly Readonly<Record<string, unknown>>[] => {
  const objects = asList(value).filter(
    (one) => typeof one === "object" && one !== null && !Array.isArray(one),
  );
  return objects.length === 0 ? [{}] : (objects as Readonly<Record<string, unknown>>[]);
};

/** Whether an event has what the pattern asks for; every field that the pattern names must match. */
export const matchesPattern = (pattern: unknown, event: unknown): boolean => {
  if (typeof pattern !== "object" || pattern === null || Array.isArray(pattern)) {
    throw new Error(`An event pattern is an object, not ${JSON.stringify(pattern)}`);
  }
  return objectsOf(event).some((object) =>
    Object.entries(pattern).every(([field, expected]) => {
      if (field === "$or") {
        return (expected as readonly unknown[]).some((alternative) => matchesPattern(alternative, object));
      }
      const value = object[field];
      return Array.isArray(expected)
        ? matchesField(expected as readonly Matcher[], valuesOf(value))
        : matchesPattern(expected, value);
    }),
  );
};
