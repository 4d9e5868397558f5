/**
 * Whether something holds, as far as is known. What nobody knows (a tag of an account that no sync has seen, a group that
 * was deleted) is not the same as no: turned around by a `not`, a no would let people in.
 */
export type Verdict = "met" | "unmet" | "unknown";

/** Conditions joined by and, or and not. */
export type Rule<Leaf> =
  | Leaf
  | { readonly anyOf: readonly Rule<Leaf>[] }
  | { readonly allOf: readonly Rule<Leaf>[] }
  | { readonly not: Rule<Leaf> };

export const verdictOf = (holds: boolean): Verdict => (holds ? "met" : "unmet");

const turnedAround: Readonly<Record<Verdict, Verdict>> = { met: "unmet", unmet: "met", unknown: "unknown" };

/** Met where one is; unmet only where all are. */
export const any = <Item>(items: readonly Item[], verdict: (item: Item) => Verdict): Verdict => {
  let sum: Verdict = "unmet";
  for (const item of items) {
    const found = verdict(item);
    if (found === "met") return "met";
    if (found === "unknown") sum = "unknown";
  }
  return sum;
};

/** Unmet where one is; met only where all are. */
export const all = <Item>(items: readonly Item[], verdict: (item: Item) => Verdict): Verdict => {
  let sum: Verdict = "met";
  for (const item of items) {
    const found = verdict(item);
    if (found === "unmet") return "unmet";
    if (found === "unknown") sum = "unknown";
  }
  return sum;
};

export const not = (verdict: Verdict): Verdict => turnedAround[verdict];

const isAny = <Leaf extends object>(rule: Rule<Leaf>): rule is { readonly anyOf: readonly Rule<Leaf>[] } =>
  "anyOf" in rule;
const isAll = <Leaf extends object>(rule: Rule<Leaf>): rule is { readonly allOf: readonly Rule<Leaf>[] } =>
  "allOf" in rule;
const isNot = <Leaf extends object>(rule: Rule<Leaf>): rule is { readonly not: Rule<Leaf> } => "not" in rule;

/** What the rule comes to, when `verdict` says it of each condition (Kleene's logic of three values). */
export const decide = <Leaf extends object>(rule: Rule<Leaf>, verdict: (leaf: Leaf) => Verdict): Verdict => {
  if (isAny(rule)) return any(rule.anyOf, (part) => decide(part, verdict));
  if (isAll(rule)) return all(rule.allOf, (part) => decide(part, verdict));
  if (isNot(rule)) return not(decide(rule.not, verdict));
  return verdict(rule);
};

/** Every condition of the rule, from left to right. */
export const leavesOf = <Leaf extends object>(rule: Rule<Leaf>): readonly Leaf[] =>
  sidesOf(rule).map(({ leaf }) => leaf);

/** A condition of a rule, and whether it is the opposite that counts: whether an odd number of `not` is around it. */
export interface Side<Leaf> {
  readonly leaf: Leaf;
  readonly denied: boolean;
}

/** The same, each with its side. */
export const sidesOf = <Leaf extends object>(rule: Rule<Leaf>, denied = false): readonly Side<Leaf>[] => {
  if (isAny(rule)) return rule.anyOf.flatMap((part) => sidesOf(part, denied));
  if (isAll(rule)) return rule.allOf.flatMap((part) => sidesOf(part, denied));
  if (isNot(rule)) return sidesOf(rule.not, !denied);
  return [{ leaf: rule, denied }];
};

/** The rule with each condition replaced. */
export const mapLeaves = <From extends object, To extends object>(
  rule: Rule<From>,
  replace: (leaf: From) => To,
): Rule<To> => {
  if (isAny(rule)) return { anyOf: rule.anyOf.map((part) => mapLeaves(part, replace)) };
  if (isAll(rule)) return { allOf: rule.allOf.map((part) => mapLeaves(part, replace)) };
  if (isNot(rule)) return { not: mapLeaves(rule.not, replace) };
  return replace(rule);
};

/** The rule in words, each condition in those of `text`: what it says, not what it comes to. */
export const textOf = <Leaf extends object>(rule: Rule<Leaf>, text: (leaf: Leaf) => string): string => {
  if (isAny(rule)) return joined(rule.anyOf, "or", text);
  if (isAll(rule)) return joined(rule.allOf, "and", text);
  if (isNot(rule)) return `not ${textOf(rule.not, text)}`;
  return text(rule);
};

const joined = <Leaf extends object>(
  parts: readonly Rule<Leaf>[],
  word: "or" | "and",
  text: (leaf: Leaf) => string,
): string => {
  const texts = parts.map((part) => textOf(part, text));
  return texts.length === 1 ? (texts[0] ?? "") : `(${texts.join(` ${word} `)})`;
};
