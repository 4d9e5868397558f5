import type { PersonCondition, PersonRule } from "../access-flow.ts";
import { canonicalJson } from "../hash.ts";
import type { World } from "./configuration.ts";

/** A condition that has to hold, or has not to. */
interface Literal {
  readonly condition: PersonCondition;
  readonly holds: boolean;
}

/** So many ways to meet a rule are looked at; a rule of more is taken to be possible. */
const MOST_WAYS = 1_000;

/**
 * Whether anybody can be whom the rule asks for. It compares what conditions say, and, with a world, who is there. It errs on
 * one side: only what nobody can be is called impossible.
 */
export const isPossible = (rule: PersonRule, rotas: ReadonlySet<string>, world?: World): boolean => {
  const ways = waysToMeet(rule, true);
  return (
    ways === undefined || ways.some((way) => agrees(way) && way.every((one) => canBe(one, rotas, world)))
  );
};

/** The rule as alternatives (its disjunctive normal form); undefined when there are too many. */
const waysToMeet = (rule: PersonRule, holds: boolean): readonly (readonly Literal[])[] | undefined => {
  if ("not" in rule) return waysToMeet(rule.not, !holds);
  if (!("anyOf" in rule) && !("allOf" in rule)) return [[{ condition: rule, holds }]];
  const parts = "anyOf" in rule ? rule.anyOf : rule.allOf;
  const ways = parts.map((part) => waysToMeet(part, holds));
  if (ways.some((way) => way === undefined)) return undefined;
  const known = ways.flatMap((way) => (way === undefined ? [] : [way]));
  // De Morgan: what is denied of any is denied of all.
  return "anyOf" in rule === holds ? known.flat() : combined(known);
};

const combined = (
  parts: readonly (readonly (readonly Literal[])[])[],
): readonly (readonly Literal[])[] | undefined => {
  let ways: readonly (readonly Literal[])[] = [[]];
  for (const part of parts) {
    if (ways.length * part.length > MOST_WAYS) return undefined;
    ways = ways.flatMap((way) => part.map((more) => [...way, ...more]));
  }
  return ways;
};

/** Whether no two of the conditions contradict each other. */
const agrees = (way: readonly Literal[]): boolean =>
  way.every((one, index) => way.slice(0, index).every((other) => !contradict(one, other)));

const contradict = (a: Literal, b: Literal): boolean => {
  if (a.holds !== b.holds) return canonicalJson(a.condition) === canonicalJson(b.condition);
  if (!a.holds) return false;
  const [one, other] = [a.condition, b.condition];
  if (one.type === "user" && other.type === "user") return one.id !== other.id;
  return (
    one.type === "attribute" &&
    other.type === "attribute" &&
    one.attribute === other.attribute &&
    one.operator === "is" &&
    other.operator === "is" &&
    !one.values.some((value) => other.values.includes(value))
  );
};

/** Whether somebody may meet the condition, or fail to: of what is gone nobody knows either, and both fail closed. */
const canBe = ({ condition, holds }: Literal, rotas: ReadonlySet<string>, world?: World): boolean => {
  switch (condition.type) {
    case "user":
      return !holds || world === undefined || world.users.get(condition.id)?.enabled === true;
    case "group": {
      if (world === undefined) return true;
      const group = world.groups.get(condition.id);
      if (group === undefined) return false;
      return !holds || group.members.size > 0 || group.more;
    }
    case "manager-of": {
      if (world === undefined) return true;
      const { type, id } = condition.of;
      return type === "user" ? world.users.has(id) : world.groups.has(id);
    }
    case "on-call":
      return rotas.has(condition.rota);
    case "attribute":
      return true;
  }
};
