import * as z from "zod/mini";
import { AttributeOperators } from "../../domain/access-flow.ts";
import { DirectoryAttributeNames } from "../../domain/directory-attributes.ts";
import { nearestTo } from "../../domain/nearest.ts";
import { durationUpTo, nameOrId } from "../http/fields.ts";
import { LONGEST_DURATION_SECONDS } from "../../domain/duration.ts";
import { RotaNameSchema } from "../../domain/ids.ts";
import { LONGEST_DIRECTORY_NAME } from "../http/fields.ts";
import { PartyDocumentSchema, type PartyDocument } from "./party.ts";

/**
 * Conditions on people, and on what is asked for, as they are written: each is one key, and `anyOf`, `allOf` and `not` join
 * them. One object with keys of which exactly one is there: what is wrong with it can then be said where it is wrong.
 */

/** An attribute of the directory and what it is compared with. */
const AttributeDocumentSchema = z
  .strictObject({
    name: z
      .enum(DirectoryAttributeNames, {
        error: ({ input }) => {
          const meant = nearestTo(String(input), DirectoryAttributeNames);
          return `one of ${DirectoryAttributeNames.join(", ")}${meant === undefined ? "" : ` (did you mean ${meant}?)`}`;
        },
      })
      .check(z.meta({ description: "An attribute of the directory, such as department" })),
    is: z.optional(z.array(nameOrId(LONGEST_DIRECTORY_NAME)).check(z.minLength(1), z.maxLength(100))),
    contains: z.optional(z.array(nameOrId(LONGEST_DIRECTORY_NAME)).check(z.minLength(1), z.maxLength(100))),
    startsWith: z.optional(z.array(nameOrId(LONGEST_DIRECTORY_NAME)).check(z.minLength(1), z.maxLength(100))),
  })
  .check(
    z.refine(
      (written) => AttributeOperators.filter((operator) => written[operator] !== undefined).length === 1,
      { error: `a name with exactly one of ${AttributeOperators.join(", ")}, each a list of values` },
    ),
  );

/** A tag: with one of the values, or with any. */
export const TagDocumentSchema = z.strictObject({
  key: nameOrId(128),
  values: z.optional(z.array(nameOrId(256)).check(z.minLength(1), z.maxLength(100))),
});

const personConditions = {
  group: z.optional(nameOrId(LONGEST_DIRECTORY_NAME, "A group's display name: its members")),
  user: z.optional(nameOrId(LONGEST_DIRECTORY_NAME, "An email or user name")),
  attribute: z.optional(AttributeDocumentSchema),
  managerOf: z.optional(PartyDocumentSchema),
  onCall: z.optional(
    nameOrId(64, "A rota: who is on call by it now").check(
      z.refine((name) => RotaNameSchema.safeParse(name).success, { error: "the name of a rota" }),
    ),
  ),
} as const;

interface Joined<Document> {
  readonly anyOf?: Document[] | undefined;
  readonly allOf?: Document[] | undefined;
  readonly not?: Document | undefined;
}

/** Who a person has to be. Exactly one key is there. */
export interface PersonRuleDocument extends Joined<PersonRuleDocument> {
  readonly group?: string | undefined;
  readonly user?: string | undefined;
  readonly attribute?: z.output<typeof AttributeDocumentSchema> | undefined;
  readonly managerOf?: PartyDocument | undefined;
  readonly onCall?: string | undefined;
}

/** When nobody has to be asked. Exactly one key is there. */
export interface AutomaticApprovalDocument
  extends Omit<PersonRuleDocument, "anyOf" | "allOf" | "not">, Joined<AutomaticApprovalDocument> {
  readonly targetTag?: z.output<typeof TagDocumentSchema> | undefined;
  readonly durationBelow?: string | undefined;
}

const PARTS_AT_MOST = 100;

const isWrittenOnce = (written: object): boolean =>
  Object.values(written).filter((value) => value !== undefined).length === 1;

const ruleSchema = <Document extends object>(conditions: z.core.$ZodShape): z.ZodMiniType<Document> => {
  const rule: z.ZodMiniType<Document> = z.lazy(() => {
    const parts = z.optional(z.array(rule).check(z.minLength(1), z.maxLength(PARTS_AT_MOST)));
    const shape = { anyOf: parts, allOf: parts, not: z.optional(rule), ...conditions };
    const error = `exactly one of ${Object.keys(shape).join(", ")}`;
    return z
      .strictObject(shape, {
        error: ({ code }) => (code === "invalid_type" ? `an object with ${error}` : undefined),
      })
      .check(z.refine(isWrittenOnce, { error })) as unknown as z.ZodMiniType<Document>;
  });
  return rule;
};

export const PersonRuleDocumentSchema = ruleSchema<PersonRuleDocument>(personConditions);

export const AutomaticApprovalDocumentSchema = ruleSchema<AutomaticApprovalDocument>({
  ...personConditions,
  targetTag: z.optional(TagDocumentSchema),
  durationBelow: z.optional(durationUpTo(LONGEST_DURATION_SECONDS, "P180D")),
});

/** The most conditions of one rule, and how deep they may be joined: each costs a look at the directory. */
const CONDITIONS_AT_MOST = 100;
const DEEPEST = 6;

const measured = (document: Joined<object>): { readonly conditions: number; readonly depth: number } => {
  const { anyOf = [], allOf = [], not } = document;
  const parts = [...anyOf, ...allOf, ...(not === undefined ? [] : [not])] as Joined<object>[];
  if (parts.length === 0) return { conditions: 1, depth: 1 };
  const measures = parts.map(measured);
  return {
    conditions: measures.reduce((total, { conditions }) => total + conditions, 0),
    depth: 1 + Math.max(...measures.map(({ depth }) => depth)),
  };
};

/** Bounds a whole rule. */
export const withinBounds = z.refine<object>(
  (document) => {
    const { conditions, depth } = measured(document);
    return conditions <= CONDITIONS_AT_MOST && depth <= DEEPEST;
  },
  { error: `at most ${String(CONDITIONS_AT_MOST)} conditions, joined at most ${String(DEEPEST)} deep` },
);
