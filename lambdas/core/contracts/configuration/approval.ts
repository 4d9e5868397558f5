import * as z from "zod/mini";
import { MOST_TIERS } from "../../domain/access-flow.ts";
import { durationText, parseDuration } from "../../domain/duration.ts";
import { durationUpTo } from "../http/fields.ts";
import { GroupDocumentSchema, PARTY_EXPECTED, UserDocumentSchema } from "./party.ts";
import { AutomaticApprovalDocumentSchema, withinBounds } from "./rule.ts";

/** Who has to approve, as people write it. */

const ApproverDocumentSchema = z.union(
  [GroupDocumentSchema, UserDocumentSchema, z.enum(["owner", "manager"])],
  { error: `${PARTY_EXPECTED}, or "owner" (of each target) or "manager" (of who gets the access)` },
);
export type ApproverDocument = z.output<typeof ApproverDocumentSchema>;

const ApproversField = z.array(ApproverDocumentSchema).check(z.minLength(1), z.maxLength(100));

/**
 * The longest that all approval steps may take together. An execution lives a year: a grant of 180 days, a start 90
 * days ahead and 24 hours of revoking leave 94 days.
 */
const LONGEST_APPROVAL_SECONDS = 90 * 24 * 3600;

const EscalationSchema = z.strictObject({
  after: z
    ._default(durationUpTo(LONGEST_APPROVAL_SECONDS, "P90D"), "PT30M")
    .check(z.meta({ description: "How long each tier waits for the one before (ISO 8601)" })),
  tiers: z.array(z.strictObject({ anyOf: ApproversField })).check(
    z.minLength(1),
    z.maxLength(MOST_TIERS),
    z.meta({
      description: "Who may decide too, one tier after the other; any one of them decides the step",
    }),
  ),
});

type Timed = { readonly within: string; readonly escalation?: z.output<typeof EscalationSchema> | undefined };

/** When the last tier opens, in seconds from the step's beginning; what is no duration is told of where it is. */
const lastTierAfter = ({ escalation }: Timed): number =>
  escalation === undefined ? 0 : escalation.tiers.length * (parseDuration(escalation.after) ?? 0);

/** A tier that opens when nobody can decide any more is one that its author believes in, and that never opens. */
const hasTimeForTiers = (step: Timed): boolean =>
  step.escalation === undefined || (parseDuration(step.within) ?? Infinity) > lastTierAfter(step);

const moreTimeForTiers = (input: unknown): string => {
  const step = input as Timed;
  return `more than ${durationText(lastTierAfter(step))}, after which the last tier of its escalation opens (each waits escalation.after for the one before): extend within, or shorten escalation.after`;
};

const StepDocumentSchema = z
  .strictObject({
    anyOf: z.optional(ApproversField),
    allOf: z.optional(ApproversField),
    within: z._default(durationUpTo(LONGEST_APPROVAL_SECONDS, "P90D"), "PT24H"),
    escalation: z.optional(EscalationSchema),
  })
  .check(
    z.refine(({ anyOf, allOf }) => (anyOf === undefined) !== (allOf === undefined), {
      error: "either anyOf or allOf, with the approvers",
    }),
    z.refine(hasTimeForTiers, { error: ({ input }) => moreTimeForTiers(input), path: ["within"] }),
  );
export type StepDocument = z.output<typeof StepDocumentSchema>;

const secondsOf = ({ within }: StepDocument): number => parseDuration(within) ?? 0;

const StepsField = z.array(StepDocumentSchema).check(
  z.maxLength(10),
  z.refine(
    (steps) =>
      // A step that takes too long by itself is told of there.
      steps.some((step) => secondsOf(step) > LONGEST_APPROVAL_SECONDS) ||
      steps.reduce((total, step) => total + secondsOf(step), 0) <= LONGEST_APPROVAL_SECONDS,
    { error: "steps that take at most P90D together" },
  ),
);

export const ApprovalDocumentSchema = z.strictObject({
  steps: z._default(StepsField, []),
  automatic: z.optional(AutomaticApprovalDocumentSchema.check(withinBounds)),
  sameApproverInSeveralSteps: z.optional(
    z
      .boolean()
      .check(
        z.meta({ description: "Whether one user may decide several steps; false where nothing is said" }),
      ),
  ),
});
export type ApprovalDocument = z.output<typeof ApprovalDocumentSchema>;
