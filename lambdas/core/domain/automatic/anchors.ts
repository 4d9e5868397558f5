import { partyKey, type Party, type PersonRule } from "../access-flow.ts";
import type { GroupId, RotaName, UserId } from "../ids.ts";

/** Who a rule may be met for, at most: only people whom it names, or who are in what it names. */
export interface Anchors {
  readonly users: readonly UserId[];
  readonly groups: readonly GroupId[];
  readonly rotas: readonly RotaName[];
  /** Whose managers. */
  readonly managed: readonly Party[];
}

const NONE: Anchors = { users: [], groups: [], rotas: [], managed: [] };

/**
 * Everybody that the rule may be met for is among these. Undefined where it may be met for anybody: a rule of attributes
 * alone, or of who somebody is not.
 */
export const anchorsOf = (rule: PersonRule): Anchors | undefined => {
  if ("anyOf" in rule) return together(rule.anyOf.map(anchorsOf));
  if ("allOf" in rule) return fewest(rule.allOf.map(anchorsOf));
  if ("not" in rule) return undefined;
  switch (rule.type) {
    case "user":
      return { ...NONE, users: [rule.id] };
    case "group":
      return { ...NONE, groups: [rule.id] };
    case "on-call":
      return { ...NONE, rotas: [rule.rota] };
    case "manager-of":
      return { ...NONE, managed: [rule.of] };
    case "attribute":
      return undefined;
  }
};

const together = (parts: readonly (Anchors | undefined)[]): Anchors | undefined =>
  parts.reduce<Anchors | undefined>(
    (sum, part) =>
      sum === undefined || part === undefined
        ? undefined
        : {
            users: [...new Set([...sum.users, ...part.users])],
            groups: [...new Set([...sum.groups, ...part.groups])],
            rotas: [...new Set([...sum.rotas, ...part.rotas])],
            managed: [
              ...new Map([...sum.managed, ...part.managed].map((party) => [partyKey(party), party])).values(),
            ],
          },
    NONE,
  );

/** Whoever meets all of them meets each: one is enough, and named people are fewer than those in groups. */
const fewest = (parts: readonly (Anchors | undefined)[]): Anchors | undefined =>
  parts.filter((part) => part !== undefined).toSorted((a, b) => weightOf(a) - weightOf(b))[0];

const weightOf = ({ users, groups, rotas, managed }: Anchors): number =>
  users.length + 10 * rotas.length + 100 * managed.length + 1_000 * groups.length;
