import * as z from "zod/mini";
import { Beneficiaries } from "../../domain/access-flow.ts";
import { LONGEST_DURATION_SECONDS, parseDuration } from "../../domain/duration.ts";
import { FlowNameSchema } from "../../domain/ids.ts";
import { itemName } from "./item-name.ts";
import { isUsablePattern, LONGEST_PATTERN } from "../../domain/pattern.ts";
import { TimeframeSchema } from "../../domain/timeframe.ts";
import { ApprovalDocumentSchema } from "./approval.ts";
import { namesDiffer } from "./names-differ.ts";
import { PartyDocumentSchema } from "./party.ts";
import { PersonRuleDocumentSchema, withinBounds } from "./rule.ts";
import { TargetDocumentSchema } from "./target.ts";
import { durationUpTo, nameOrId } from "../http/fields.ts";

/** An access flow as people write it: in a file, and in the HTTP API. */

const FlowDocumentNameSchema = itemName(FlowNameSchema).brand<"FlowName">();

/** AWS's own longest session duration (https://docs.aws.amazon.com/singlesignon/latest/userguide/howtosessionduration.html). */
const LONGEST_SESSION_SECONDS = 12 * 3600;

const PatternField = z.string().check(
  z.refine(isUsablePattern, {
    error: `a regular expression of at most ${String(LONGEST_PATTERN)} characters that repeats no group, and has three repetitions without bounds at most`,
  }),
  z.meta({ description: "A regular expression that has to match the whole text", examples: ["OPS-\\d+"] }),
);

const SettingsSchema = z.strictObject({
  requesterCanApproveSelf: z._default(z.boolean(), false),
  justification: z.optional(
    z.strictObject({
      required: z._default(z.boolean(), true),
      pattern: z.optional(PatternField),
    }),
  ),
  ticket: z.optional(z.strictObject({ pattern: PatternField })),
  approverReasonRequired: z.optional(z.boolean()),
  mfaRequired: z.optional(
    z.boolean().check(
      z.meta({
        description:
          "Whether the token has to say that the requester signed in with more than a password (the deployment's setting mfa names the claim; without it nobody can)",
      }),
    ),
  ),
  maxExtensions: z._default(
    z.int().check(
      z.gte(0),
      z.lte(10),
      z.meta({
        description: "How often access may be extended; 0: never. In all it lasts duration.max at most",
      }),
    ),
    0,
  ),
  extensionDuration: z.optional(
    durationUpTo(LONGEST_DURATION_SECONDS, "P180D").check(
      z.meta({ description: "The longest single extension (ISO 8601); duration.max where nothing is said" }),
    ),
  ),
  extensionNeedsApproval: z._default(
    z.boolean().check(z.meta({ description: "Whether the approval steps decide on extensions too" })),
    true,
  ),
  maxSessionDuration: z.optional(
    durationUpTo(LONGEST_SESSION_SECONDS, "PT12H").check(
      z.meta({ description: "A permission set whose sessions last longer (ISO 8601) is refused" }),
    ),
  ),
  labels: z.optional(
    z.array(nameOrId(64)).check(z.maxLength(20), z.meta({ description: "For people to find flows by" })),
  ),
});

const DurationSchema = z
  .strictObject(
    {
      max: durationUpTo(LONGEST_DURATION_SECONDS, "P180D"),
      default: z.optional(
        durationUpTo(LONGEST_DURATION_SECONDS, "P180D").check(
          z.meta({ description: "What whoever says no duration gets; max where nothing is said" }),
        ),
      ),
    },
    {
      // Whoever writes an access flow for the first time writes a duration here.
      error: ({ code }) => (code === "invalid_type" ? "an object with max, such as PT8H" : undefined),
    },
  )
  .check(
    z.refine((written) => secondsOf(written.default ?? written.max) <= secondsOf(written.max), {
      error: "a default that is no longer than max",
    }),
  );

const secondsOf = (duration: string): number => parseDuration(duration) ?? 0;

/** Emergencies are short. */
const LONGEST_BREAK_GLASS_SECONDS = 8 * 3600;

const BreakGlassSchema = z
  .strictObject({
    reviewWithin: z._default(durationUpTo(30 * 24 * 3600, "P30D"), "PT24H"),
    watchers: z._default(z.array(PartyDocumentSchema).check(z.maxLength(50)), []),
  })
  .check(
    z.meta({
      description:
        "Access at once in an emergency: asked for with breakGlass, told to everybody, and to be reviewed by somebody else within reviewWithin of its end",
    }),
  );

const content = {
  trigger: z._default(z.enum(["self-serve", "automatic"]), "self-serve").check(
    z.meta({
      description:
        "self-serve: people ask for it. automatic: whoever the requestors are has the access as long as they are, within the timeframe",
    }),
  ),
  active: z._default(
    z
      .boolean()
      .check(z.meta({ description: "false: it serves nobody, and the requests that wait under it end" })),
    true,
  ),
  requestors: PersonRuleDocumentSchema.check(withinBounds),
  targets: z.array(TargetDocumentSchema).check(z.minLength(1), z.maxLength(50)),
  duration: DurationSchema,
  timeframe: z.optional(TimeframeSchema),
  requestFor: z.optional(
    z.array(z.enum(Beneficiaries)).check(
      z.minLength(1),
      z.maxLength(Beneficiaries.length),
      z.meta({
        description: "For whom access may be asked; for oneself and one's groups where nothing is said",
      }),
    ),
  ),
  approval: z._default(ApprovalDocumentSchema, { steps: [] }),
  breakGlass: z.optional(BreakGlassSchema),
  settings: z._default(SettingsSchema, {
    requesterCanApproveSelf: false,
    maxExtensions: 0,
    extensionNeedsApproval: true,
  }),
} as const;

interface Written {
  readonly trigger: "self-serve" | "automatic";
  readonly duration: { readonly max: string };
  readonly requestFor?: unknown;
  readonly approval: { readonly steps: readonly unknown[]; readonly automatic?: unknown };
  readonly breakGlass?: unknown;
  readonly settings: {
    readonly maxExtensions: number;
    readonly requesterCanApproveSelf: boolean;
    readonly justification?: unknown;
    readonly ticket?: unknown;
    readonly approverReasonRequired?: unknown;
    readonly mfaRequired?: unknown;
  };
}

/** What a flow may ask of those who ask and decide; nobody does under an automatic flow, so that it would ask for nothing. */
const ASKED_OF_PEOPLE = [
  "requesterCanApproveSelf",
  "justification",
  "ticket",
  "approverReasonRequired",
  "mfaRequired",
] as const;

/** What does not go together: each with the field that says it. */
const contradictionsOf = ({
  trigger,
  duration,
  requestFor,
  approval,
  breakGlass,
  settings,
}: Written): readonly { readonly path: readonly string[]; readonly message: string }[] => {
  const asksNobody = (path: readonly string[], kind: string) =>
    approval.steps.length > 0 || approval.automatic !== undefined
      ? [{ path, message: `no approval: ${kind} asks nobody` }]
      : [];
  const isNotExtended = (kind: string) =>
    settings.maxExtensions > 0
      ? [{ path: ["settings", "maxExtensions"], message: `0: ${kind} is not extended` }]
      : [];
  return [
    ...(trigger === "automatic"
      ? [
          ...asksNobody(["approval"], "an automatic flow"),
          ...isNotExtended("what an automatic flow gives"),
          ...ASKED_OF_PEOPLE.filter((key) => settings[key] !== undefined && settings[key] !== false).map(
            (key) => ({
              path: ["settings", key],
              message: "nothing: nobody asks for what an automatic flow gives, and nobody decides on it",
            }),
          ),
          ...(breakGlass === undefined
            ? []
            : [{ path: ["breakGlass"], message: "nothing: an automatic flow is for no emergency" }]),
          ...(requestFor === undefined
            ? []
            : [{ path: ["requestFor"], message: "nothing: nobody asks for what an automatic flow gives" }]),
        ]
      : []),
    ...(breakGlass === undefined
      ? []
      : [
          ...asksNobody(["approval"], "a flow for emergencies"),
          ...isNotExtended("access in an emergency"),
          ...(secondsOf(duration.max) > LONGEST_BREAK_GLASS_SECONDS
            ? [{ path: ["duration", "max"], message: "at most PT8H: emergencies are short" }]
            : []),
        ]),
  ];
};

const withoutContradictions = z.superRefine<Written>((written, context) => {
  for (const { path, message } of contradictionsOf(written)) {
    context.addIssue({ code: "custom", path: [...path], input: written, message });
  }
});

/** The body of `PUT /access-flows/{name}`; a name in it has to be the path's. */
export const AccessFlowBodySchema = z
  .strictObject({ name: z.optional(FlowDocumentNameSchema), ...content })
  .check(withoutContradictions);
export type AccessFlowBody = z.output<typeof AccessFlowBodySchema>;

/** One flow of a file. */
export const AccessFlowDocumentSchema = z
  .strictObject({ name: FlowDocumentNameSchema, ...content })
  .check(withoutContradictions);
export type AccessFlowDocument = z.output<typeof AccessFlowDocumentSchema>;

/** A file of access flows: a list with names that differ. */
export const AccessFlowFileSchema = z.array(AccessFlowDocumentSchema).check(namesDiffer("flow of the file"));
