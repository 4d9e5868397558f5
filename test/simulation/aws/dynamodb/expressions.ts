/*
 * DynamoDB's expressions, as far as Lockstep writes them: conditions, filters, key conditions and updates.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 */

export type Attributes = Readonly<Record<string, unknown>>;

/** What stands behind `#name` and `:value`. */
export interface Substitutes {
  readonly names: Readonly<Record<string, string>>;
  readonly values: Attributes;
}

type Operand = (item: Attributes | undefined, substitutes: Substitutes) => unknown;
export type Condition = (item: Attributes | undefined, substitutes: Substitutes) => boolean;
export type Update = (item: Attributes, substitutes: Substitutes) => Attributes;

const TOKEN = /\s*(<>|<=|>=|[=<>(),.+-]|\[\d+\]|[#:]?[A-Za-z0-9_]+)/gy;

class Tokens {
  private readonly text: string;
  private readonly all: string[] = [];
  private at = 0;

  constructor(text: string) {
    this.text = text;
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.trimEnd().length) {
      const found = TOKEN.exec(text);
      if (found?.[1] === undefined) throw new SyntaxError(`Not an expression that is known here: ${text}`);
      this.all.push(found[1]);
    }
  }

  peek(): string | undefined {
    return this.all[this.at];
  }

  next(): string {
    const token = this.all[this.at];
    if (token === undefined) throw new SyntaxError(`The expression ends too early: ${this.text}`);
    this.at += 1;
    return token;
  }

  /** Takes the token if it is this word or sign, in whatever case. */
  take(wanted: string): boolean {
    if (this.peek()?.toUpperCase() !== wanted) return false;
    this.at += 1;
    return true;
  }

  expect(wanted: string): void {
    if (!this.take(wanted)) throw new SyntaxError(`Expected ${wanted} in: ${this.text}`);
  }

  get ended(): boolean {
    return this.at >= this.all.length;
  }
}

/** Equal as DynamoDB sees it: maps have no order. */
const isEqual = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as Attributes, b as Attributes];
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => isEqual(left[key], right[key]));
};

type Comparable = string | number;

/** Only values of one type have an order. */
const areComparable = (a: unknown, b: unknown): boolean =>
  (typeof a === "string" && typeof b === "string") || (typeof a === "number" && typeof b === "number");

const comparisons: Readonly<Record<string, (a: unknown, b: unknown) => boolean>> = {
  "=": (a, b) => a !== undefined && b !== undefined && isEqual(a, b),
  "<>": (a, b) => !isEqual(a, b),
  "<": (a, b) => areComparable(a, b) && (a as Comparable) < (b as Comparable),
  "<=": (a, b) => areComparable(a, b) && (a as Comparable) <= (b as Comparable),
  ">": (a, b) => areComparable(a, b) && (a as Comparable) > (b as Comparable),
  ">=": (a, b) => areComparable(a, b) && (a as Comparable) >= (b as Comparable),
};

type Path = (substitutes: Substitutes) => readonly (string | number)[];

const nameOf = (token: string, { names }: Substitutes): string => {
  if (!token.startsWith("#")) return token;
  const name = names[token];
  if (name === undefined) throw new SyntaxError(`No ExpressionAttributeNames for ${token}`);
  return name;
};

const parsePath = (tokens: Tokens, first: string): Path => {
  const parts: (string | number)[] = [first];
  for (;;) {
    const token = tokens.peek();
    if (token === ".") {
      tokens.next();
      parts.push(tokens.next());
    } else if (token?.startsWith("[") === true) {
      parts.push(Number(tokens.next().slice(1, -1)));
    } else {
      return (substitutes) =>
        parts.map((part) => (typeof part === "number" ? part : nameOf(part, substitutes)));
    }
  }
};

const read = (item: unknown, path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>(
    (value, part) =>
      typeof value === "object" && value !== null
        ? (value as Record<string | number, unknown>)[part]
        : undefined,
    item,
  );

const sizeOf = (value: unknown): number | undefined => {
  if (typeof value === "string" || Array.isArray(value)) return value.length;
  return typeof value === "object" && value !== null ? Object.keys(value).length : undefined;
};

const parseValue = (token: string): Operand | undefined =>
  token.startsWith(":")
    ? (_item, { values }) => {
        if (!(token in values)) throw new SyntaxError(`No ExpressionAttributeValues for ${token}`);
        return values[token];
      }
    : undefined;

const parseOperand = (tokens: Tokens): Operand => {
  const token = tokens.next();
  const value = parseValue(token);
  if (value !== undefined) return value;
  if (token === "size" && tokens.take("(")) {
    const path = parsePath(tokens, tokens.next());
    tokens.expect(")");
    return (item, substitutes) => sizeOf(read(item, path(substitutes)));
  }
  const path = parsePath(tokens, token);
  return (item, substitutes) => read(item, path(substitutes));
};

const contains = (whole: unknown, part: unknown): boolean =>
  typeof whole === "string"
    ? typeof part === "string" && whole.includes(part)
    : Array.isArray(whole) && whole.some((member) => isEqual(member, part));

/** The functions that are conditions by themselves. */
const functions: Readonly<Record<string, (args: readonly unknown[]) => boolean>> = {
  attribute_exists: ([value]) => value !== undefined,
  attribute_not_exists: ([value]) => value === undefined,
  begins_with: ([text, start]) =>
    typeof text === "string" && typeof start === "string" && text.startsWith(start),
  contains: ([whole, part]) => contains(whole, part),
};

const parseFunction = (tokens: Tokens): Condition | undefined => {
  const check = functions[tokens.peek() ?? ""];
  if (check === undefined) return undefined;
  tokens.next();
  tokens.expect("(");
  const operands = [parseOperand(tokens)];
  while (tokens.take(",")) operands.push(parseOperand(tokens));
  tokens.expect(")");
  return (item, substitutes) => check(operands.map((operand) => operand(item, substitutes)));
};

const parseComparison = (tokens: Tokens): Condition => {
  const left = parseOperand(tokens);
  if (tokens.take("BETWEEN")) {
    const least = parseOperand(tokens);
    tokens.expect("AND");
    const most = parseOperand(tokens);
    return (item, substitutes) => {
      const value = left(item, substitutes);
      return (
        comparisons[">="]?.(value, least(item, substitutes)) === true &&
        comparisons["<="]?.(value, most(item, substitutes)) === true
      );
    };
  }
  if (tokens.take("IN")) {
    tokens.expect("(");
    const choices = [parseOperand(tokens)];
    while (tokens.take(",")) choices.push(parseOperand(tokens));
    tokens.expect(")");
    return (item, substitutes) => {
      const value = left(item, substitutes);
      return value !== undefined && choices.some((choice) => isEqual(value, choice(item, substitutes)));
    };
  }
  const compare = comparisons[tokens.next()];
  if (compare === undefined) throw new SyntaxError("Expected a comparison");
  const right = parseOperand(tokens);
  return (item, substitutes) => compare(left(item, substitutes), right(item, substitutes));
};

const parsePrimary = (tokens: Tokens): Condition => {
  if (tokens.take("NOT")) {
    const negated = parsePrimary(tokens);
    return (item, substitutes) => !negated(item, substitutes);
  }
  if (tokens.take("(")) {
    const inner = parseOr(tokens);
    tokens.expect(")");
    return inner;
  }
  return parseFunction(tokens) ?? parseComparison(tokens);
};

const parseAnd = (tokens: Tokens): Condition => {
  const parts = [parsePrimary(tokens)];
  while (tokens.take("AND")) parts.push(parsePrimary(tokens));
  return (item, substitutes) => parts.every((part) => part(item, substitutes));
};

const parseOr = (tokens: Tokens): Condition => {
  const parts = [parseAnd(tokens)];
  while (tokens.take("OR")) parts.push(parseAnd(tokens));
  return (item, substitutes) => parts.some((part) => part(item, substitutes));
};

const cached = <Parsed>(parse: (text: string) => Parsed): ((text: string) => Parsed) => {
  const known = new Map<string, Parsed>();
  return (text) => {
    const earlier = known.get(text);
    if (earlier !== undefined) return earlier;
    const parsed = parse(text);
    known.set(text, parsed);
    return parsed;
  };
};

/** A condition, filter or key condition; throws SyntaxError. */
export const conditionIn = cached((text): Condition => {
  const tokens = new Tokens(text);
  const condition = parseOr(tokens);
  if (!tokens.ended) throw new SyntaxError(`Unexpected ${tokens.next()} in: ${text}`);
  return condition;
});

/** A copy of the item with another value at the path. */
const written = (item: unknown, path: readonly (string | number)[], value: unknown): unknown => {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  const inner = typeof item === "object" && item !== null ? item : {};
  const next = written((inner as Record<string | number, unknown>)[part], rest, value);
  if (Array.isArray(inner)) return (inner as readonly unknown[]).with(Number(part), next);
  const { [part]: _replaced, ...others } = inner as Record<string | number, unknown>;
  return next === undefined ? others : { ...others, [part]: next };
};

const parseTerm = (tokens: Tokens): Operand => {
  if (tokens.take("IF_NOT_EXISTS")) {
    tokens.expect("(");
    const path = parsePath(tokens, tokens.next());
    tokens.expect(",");
    const otherwise = parseTerm(tokens);
    tokens.expect(")");
    return (item, substitutes) => read(item, path(substitutes)) ?? otherwise(item, substitutes);
  }
  return parseOperand(tokens);
};

const parseSum = (tokens: Tokens): Operand => {
  const first = parseTerm(tokens);
  const sign = tokens.take("+") ? 1 : tokens.take("-") ? -1 : undefined;
  if (sign === undefined) return first;
  const second = parseTerm(tokens);
  return (item, substitutes) => Number(first(item, substitutes)) + sign * Number(second(item, substitutes));
};

type Change = (before: Attributes, after: Attributes, substitutes: Substitutes) => Attributes;

/** One change of each clause, read after its path. */
const clauses: Readonly<Record<string, (tokens: Tokens, path: Path) => Change>> = {
  SET: (tokens, path) => {
    tokens.expect("=");
    const value = parseSum(tokens);
    return (before, after, substitutes) =>
      written(after, path(substitutes), value(before, substitutes)) as Attributes;
  },
  REMOVE: (_tokens, path) => (_before, after, substitutes) =>
    written(after, path(substitutes), undefined) as Attributes,
  ADD: (tokens, path) => {
    const value = parseOperand(tokens);
    return (before, after, substitutes) => {
      const sum = Number(read(before, path(substitutes)) ?? 0) + Number(value(before, substitutes));
      return written(after, path(substitutes), sum) as Attributes;
    };
  },
};

/** An update; every clause reads the item as it was before. */
export const updateIn = cached((text): Update => {
  const tokens = new Tokens(text);
  const changes: Change[] = [];
  while (!tokens.ended) {
    const clause = clauses[tokens.next().toUpperCase()];
    if (clause === undefined) throw new SyntaxError(`Not an update that is known here: ${text}`);
    do changes.push(clause(tokens, parsePath(tokens, tokens.next())));
    while (tokens.take(","));
  }
  return (item, substitutes) =>
    changes.reduce<Attributes>((after, change) => change(item, after, substitutes), item);
});
