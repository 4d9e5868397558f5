import { durationText } from "./duration.ts";
import {
  partyKey,
  type AutomaticApprovalCondition,
  type Party,
  type PartyKey,
  type PersonCondition,
  type PersonRule,
} from "./access-flow.ts";
import type { GroupId, RotaName, UserId } from "./ids.ts";
import { any, decide, not, sidesOf, textOf, verdictOf, type Rule, type Verdict } from "./rule.ts";

/** What is known of a person, of all that rules ask about. */
export interface PersonFacts {
  readonly id: UserId;
  /** Those of the groups that rules name. */
  readonly memberships: ReadonlySet<GroupId>;
  /** Groups that rules name and that are not there any more: nobody knows who would be in them. */
  readonly missingGroups: ReadonlySet<GroupId>;
  /** By name; an attribute that the directory has no value for is absent. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Whether the person is the manager of these, or of somebody in them. */
  readonly manages: ReadonlyMap<PartyKey, Verdict>;
  /** Whether the person is on call now, by rota. */
  readonly onCall: ReadonlyMap<RotaName, Verdict>;
}

/** Whether a flow's or a step's party includes the person. */
export const includesPerson = (party: Party, person: UserId, memberships: ReadonlySet<GroupId>): boolean =>
  party.type === "user" ? party.id === person : memberships.has(party.id);

/** Whether the person is whom the rule asks for. */
export const isWhom = (rule: PersonRule, person: PersonFacts): Verdict =>
  decide(rule, (condition) => conditionOf(condition, person));

/**
 * Whether nothing but attributes without a value keeps the rule from being unmet: it is not met if none of them has a value
 * that is asked for. Gives nothing to anybody; what was given by a value that the directory has no more may end by it.
 */
export const isUnmetByBlanks = (rule: PersonRule, person: PersonFacts): boolean =>
  decide(rule, (condition) =>
    condition.type === "attribute" && !Object.hasOwn(person.attributes, condition.attribute)
      ? "unmet"
      : conditionOf(condition, person),
  ) === "unmet";

/** Whether one condition is true of the person. */
export const conditionOf = (condition: PersonCondition, person: PersonFacts): Verdict => {
  switch (condition.type) {
    case "user":
      return verdictOf(condition.id === person.id);
    case "group":
      if (person.memberships.has(condition.id)) return "met";
      return person.missingGroups.has(condition.id) ? "unknown" : "unmet";
    case "attribute":
      return attributeVerdict(condition, person.attributes);
    case "manager-of":
      return person.manages.get(partyKey(condition.of)) ?? "unknown";
    case "on-call":
      return person.onCall.get(condition.rota) ?? "unknown";
  }
};

/** One condition of a rule as it is for somebody, said as it counts: "not group contractors" is met by whoever is not in it. */
export interface JudgedCondition {
  readonly condition: string;
  readonly verdict: Verdict;
  /** Why nobody knows. */
  readonly because?: string;
}

/** What each condition of the rule comes to for the person. */
export const judge = (rule: PersonRule, person: PersonFacts): readonly JudgedCondition[] =>
  sidesOf(rule).map(({ leaf, denied }) => {
    const verdict = conditionOf(leaf, person);
    return {
      condition: denied ? `not ${wordsOf(leaf)}` : wordsOf(leaf),
      verdict: denied ? not(verdict) : verdict,
      ...(verdict === "unknown" ? { because: whyUnknown(leaf, person) } : {}),
    };
  });

/** Those of the conditions that are not met, in one sentence. */
export const notMet = (judged: readonly JudgedCondition[]): string =>
  judged
    .filter(({ verdict }) => verdict !== "met")
    .map(({ condition, because }) =>
      because === undefined ? `${condition}: no` : `${condition}: not known, as ${because}`,
    )
    .join("; ");

const NOT_ASKED =
  "nobody looked: the flow could not serve the request anyway, or there is more to look up than one request may";

const whyUnknown = (condition: PersonCondition, person: PersonFacts): string => {
  switch (condition.type) {
    case "user":
    case "group":
      return "the group is not in the directory any more, or nobody looked for it";
    case "attribute":
      return "the directory has no value for it";
    case "manager-of":
      return person.manages.has(partyKey(condition.of))
        ? "the directory does not name a manager for everybody concerned, or the group is empty or too large"
        : NOT_ASKED;
    case "on-call":
      return person.onCall.has(condition.rota) ? "the rota could not be read" : NOT_ASKED;
  }
};

const attributeVerdict = (
  { attribute, operator, values }: Extract<PersonCondition, { readonly type: "attribute" }>,
  attributes: PersonFacts["attributes"],
): Verdict => {
  const value = Object.hasOwn(attributes, attribute) ? attributes[attribute] : undefined;
  if (value === undefined) return "unknown";
  return any(values, (wanted) => verdictOf(compared[operator](value, wanted)));
};

const compared = {
  is: (value: string, wanted: string) => value === wanted,
  contains: (value: string, wanted: string) => value.includes(wanted),
  startsWith: (value: string, wanted: string) => value.startsWith(wanted),
} as const;

const operatorWords = { is: "is", contains: "contains", startsWith: "starts with" } as const;

/** A condition in words, for people who read why a flow does or does not serve them. */
const wordsOf = (condition: AutomaticApprovalCondition): string => {
  switch (condition.type) {
    case "user":
      return `user ${condition.name}`;
    case "group":
      return `group ${condition.name}`;
    case "attribute":
      return `${condition.attribute} ${operatorWords[condition.operator]} ${condition.values.map((value) => JSON.stringify(value)).join(" or ")}`;
    case "manager-of":
      return `manager of ${condition.of.type} ${condition.of.name}`;
    case "on-call":
      return `on call by rota ${condition.rota}`;
    case "target-tag":
      return `the account has the tag ${tagWords(condition)}`;
    case "duration-below":
      return `shorter than ${durationText(condition.seconds)}`;
  }
};

/** A tag as people write it: `env=prod|stage`, or `env` for any value. */
export const tagWords = ({
  key,
  values,
}: {
  readonly key: string;
  readonly values?: readonly string[] | undefined;
}): string => (values === undefined ? key : `${key}=${values.join("|")}`);

/** A rule in words. */
export const ruleWords = (rule: Rule<AutomaticApprovalCondition>): string => textOf(rule, wordsOf);
