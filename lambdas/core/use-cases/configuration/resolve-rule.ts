import type { AutomaticApprovalDocument, PersonRuleDocument } from "../../contracts/configuration/rule.ts";
import {
  AttributeOperators,
  type AutomaticApprovalCondition,
  type PersonCondition,
  type PersonRule,
} from "../../domain/access-flow.ts";
import { parseDuration } from "../../domain/duration.ts";
import { RotaNameSchema } from "../../domain/ids.ts";
import type { Rule } from "../../domain/rule.ts";
import type { NameResolver, Placed } from "./name-resolver.ts";

/** A rule about people with ids in the places of names; what has no id was told to the resolver, and is left out. */
export const resolvePersonRule = async (
  resolver: NameResolver,
  document: PersonRuleDocument,
  pointer: string,
): Promise<PersonRule | undefined> =>
  resolveRule(resolver, document, pointer, (leaf: PersonRuleDocument, at) =>
    personCondition(resolver, leaf, at),
  );

/** The same for the conditions of approving automatically. */
export const resolveAutomaticApproval = async (
  resolver: NameResolver,
  document: AutomaticApprovalDocument,
  pointer: string,
): Promise<Rule<AutomaticApprovalCondition> | undefined> =>
  resolveRule(
    resolver,
    document,
    pointer,
    async (leaf: AutomaticApprovalDocument, at): Promise<AutomaticApprovalCondition> => {
      const { targetTag, durationBelow } = leaf;
      if (targetTag !== undefined) {
        const { key, values } = targetTag;
        return { type: "target-tag", key, ...(values === undefined ? {} : { values }) };
      }
      if (durationBelow !== undefined) {
        return { type: "duration-below", seconds: parseDuration(durationBelow) ?? 0 };
      }
      return personCondition(resolver, leaf, at);
    },
  );

interface Joined<Document> {
  readonly anyOf?: Document[] | undefined;
  readonly allOf?: Document[] | undefined;
  readonly not?: Document | undefined;
}

/** Looks up what all the conditions name, a few at a time, however they are joined. */
const resolveRule = async <Document extends Joined<Document>, Leaf extends object>(
  resolver: NameResolver,
  document: Document,
  pointer: string,
  condition: (document: Document, pointer: string) => Promise<Leaf>,
): Promise<Rule<Leaf> | undefined> => {
  const conditions = conditionsOf(document, pointer);
  const resolved = await resolver.placed(conditions, condition);
  return joinedAgain(
    document,
    new Map<Document, Leaf | undefined>(conditions.map(({ item }, index) => [item, resolved[index]])),
  );
};

/** Every condition of the document, from left to right. */
const conditionsOf = <Document extends Joined<Document>>(
  document: Document,
  pointer: string,
): readonly Placed<Document>[] => {
  const { anyOf, allOf, not } = document;
  const parts = (documents: readonly Document[], key: string) =>
    documents.flatMap((part, index) => conditionsOf(part, `${pointer}/${key}/${String(index)}`));
  if (anyOf !== undefined) return parts(anyOf, "anyOf");
  if (allOf !== undefined) return parts(allOf, "allOf");
  if (not !== undefined) return conditionsOf(not, `${pointer}/not`);
  return [{ item: document, pointer }];
};

const joinedAgain = <Document extends Joined<Document>, Leaf extends object>(
  document: Document,
  resolved: ReadonlyMap<Document, Leaf | undefined>,
): Rule<Leaf> | undefined => {
  const { anyOf, allOf, not } = document;
  const parts = (documents: readonly Document[]): Rule<Leaf>[] =>
    documents.map((part) => joinedAgain(part, resolved)).filter((part) => part !== undefined);
  if (anyOf !== undefined) return { anyOf: parts(anyOf) };
  if (allOf !== undefined) return { allOf: parts(allOf) };
  if (not !== undefined) {
    const rule = joinedAgain(not, resolved);
    return rule === undefined ? undefined : { not: rule };
  }
  return resolved.get(document);
};

const personCondition = async (
  resolver: NameResolver,
  document: PersonRuleDocument,
  pointer: string,
): Promise<PersonCondition> => {
  const { group, user, attribute, managerOf, onCall } = document;
  if (group !== undefined) return resolver.party({ group }, pointer);
  if (user !== undefined) return resolver.party({ user }, pointer);
  if (managerOf !== undefined) {
    return { type: "manager-of", of: await resolver.party(managerOf, `${pointer}/managerOf`) };
  }
  if (onCall !== undefined) return { type: "on-call", rota: RotaNameSchema.parse(onCall) };
  if (attribute !== undefined) return attributeCondition(attribute);
  throw new Error(`A condition at ${pointer} without any key got past its schema`);
};

const attributeCondition = (
  written: NonNullable<PersonRuleDocument["attribute"]>,
): Extract<PersonCondition, { readonly type: "attribute" }> => {
  const operator = AttributeOperators.find((one) => written[one] !== undefined);
  if (operator === undefined) throw new Error("An attribute without an operator got past its schema");
  return { type: "attribute", attribute: written.name, operator, values: written[operator] ?? [] };
};
