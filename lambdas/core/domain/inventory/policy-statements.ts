import * as z from "zod/mini";

/** What one statement of an IAM policy says, as far as an order of power needs it. */
export interface Statement {
  readonly effect: "Allow" | "Deny";
  readonly actions: readonly string[];
  /** The actions are those that it is not about (`NotAction`). */
  readonly except: boolean;
  /** It is about every resource, not only some. */
  readonly everyResource: boolean;
}

const OneOrMoreSchema = z.union([z.string(), z.array(z.string())]);

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
const StatementSchema = z.object({
  Effect: z.enum(["Allow", "Deny"]),
  Action: z.optional(OneOrMoreSchema),
  NotAction: z.optional(OneOrMoreSchema),
  Resource: z.optional(OneOrMoreSchema),
  NotResource: z.optional(OneOrMoreSchema),
});

const PolicySchema = z.object({ Statement: z.union([StatementSchema, z.array(StatementSchema)]) });

/** The statements of a policy; undefined when it is none. */
export const statementsIn = (json: string): readonly Statement[] | undefined => {
  const parsed = PolicySchema.safeParse(jsonOf(json));
  if (!parsed.success) return undefined;
  return [parsed.data.Statement].flat().map((statement) => ({
    effect: statement.Effect,
    actions: listOf(statement.NotAction ?? statement.Action),
    except: statement.NotAction !== undefined,
    // All but some resources are as good as all of them.
    everyResource: statement.NotResource !== undefined || listOf(statement.Resource).includes("*"),
  }));
};

const listOf = (oneOrMore: string | readonly string[] | undefined): readonly string[] =>
  oneOrMore === undefined ? [] : typeof oneOrMore === "string" ? [oneOrMore] : oneOrMore;

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
