import * as z from "zod/mini";
import { EndingSchema, ReviewSchema, STATUSES } from "../../domain/access-request.ts";
import { AuditEntrySchema } from "../../domain/audit.ts";
import { PersonSchema, PrincipalSchema } from "../../domain/principal.ts";
import {
  AccountIdSchema,
  FlowNameSchema,
  PermissionSetArnSchema,
  RequestIdSchema,
  TimestampSchema,
} from "../../domain/ids.ts";
import { MOST_NAMED, mostNamedIn } from "../../domain/too-many-named.ts";
import {
  GrantDurationSchema,
  LONGEST_ACCOUNT,
  LONGEST_DIRECTORY_NAME,
  LONGEST_PERMISSION_SET,
  MomentSchema,
  nameOrId,
  prose,
} from "./fields.ts";
import { PageQueryFields, listOf } from "./lists.ts";

export const AskedEntitlementSchema = z.strictObject({
  account: nameOrId(LONGEST_ACCOUNT, "The account's id or name"),
  permissionSet: nameOrId(LONGEST_PERMISSION_SET, "The permission set's ARN or name"),
});

const twinOf = (entitlements: readonly z.infer<typeof AskedEntitlementSchema>[], index: number): number =>
  entitlements.findIndex(
    ({ account, permissionSet }, other) =>
      other < index &&
      account === entitlements[index]?.account &&
      permissionSet === entitlements[index].permissionSet,
  );

const AskedPrincipalSchema = z.union(
  [
    z.strictObject({ type: z.enum(["USER", "GROUP"]), name: nameOrId(LONGEST_DIRECTORY_NAME) }),
    z.strictObject({ type: z.enum(["USER", "GROUP"]), id: nameOrId(LONGEST_DIRECTORY_NAME) }),
  ],
  { error: "type (USER or GROUP) with either name or id" },
);

/** So many at once: each is granted, watched and taken away by itself. */
const MOST_ENTITLEMENTS = 20;

/** The body of `POST /requests`: what a person asks for. */
export const RequestAskSchema = z.strictObject({
  entitlements: z.array(AskedEntitlementSchema).check(
    z.minLength(1),
    z.superRefine((entitlements, context) => {
      if (entitlements.length > MOST_NAMED)
        context.addIssue({
          code: "custom",
          message: mostNamedIn("request"),
          params: { code: "too-many-named" },
        });
      else if (entitlements.length > MOST_ENTITLEMENTS)
        context.addIssue({
          code: "custom",
          message: `at most ${String(MOST_ENTITLEMENTS)} items; ask for the rest by another request`,
        });
      if (entitlements.length > MOST_ENTITLEMENTS) return;
      for (const index of entitlements.keys()) {
        const twin = twinOf(entitlements, index);
        if (twin < 0) continue;
        context.addIssue({
          code: "custom",
          path: [index],
          message: `something else than /entitlements/${twin}`,
          params: { code: "duplicate-entitlement" },
        });
      }
    }),
    z.meta({ maxItems: MOST_ENTITLEMENTS }),
  ),
  principal: z.optional(AskedPrincipalSchema),
  duration: z.optional(
    GrantDurationSchema.check(
      z.meta({
        description: "How long; what the access flow gives to whoever says nothing where it is absent",
      }),
    ),
  ),
  justification: z.optional(
    prose(1000).check(z.meta({ description: "Why: an access flow asks for it unless it says otherwise" })),
  ),
  ticket: z.optional(prose(200).check(z.meta({ description: "The ticket that an access flow may ask for" }))),
  breakGlass: z.optional(
    z.boolean().check(
      z.meta({
        description:
          "An emergency: served by a flow for those alone, at once, told to its watchers, and to be reviewed afterwards",
      }),
    ),
  ),
  startAt: z.optional(MomentSchema),
});
export type RequestAsk = z.infer<typeof RequestAskSchema>;

/** The query of `POST /requests`. */
export const RequestQuerySchema = z.strictObject({
  dryRun: z.optional(
    z.enum(["true", "false"]).check(
      z.meta({
        description:
          "true: nothing is asked for; the answer (200) says what would come of the request, and why",
      }),
    ),
  ),
});

/** The body of `POST /requests/{id}/extend`: how much longer, from the expiry on. */
export const ExtensionAskSchema = z.strictObject({
  duration: GrantDurationSchema,
  justification: z.optional(
    prose(1000).check(z.meta({ description: "Why: an access flow asks for it unless it says otherwise" })),
  ),
});
export type ExtensionAsk = z.infer<typeof ExtensionAskSchema>;

/** The body of `POST /requests/{id}/decisions`: on the request itself, or on the extension that it names. */
export const DecisionBodySchema = z.strictObject({
  decision: z.enum(["approve", "reject"]),
  reason: z.optional(prose(1000)),
  step: z.optional(
    z.int().check(
      z.positive(),
      z.meta({
        description:
          "The step that the decision is on, as approval.currentStep says, from 1: refused when another one waits. Needed by whoever has decided an earlier step, where the same one may decide several",
      }),
    ),
  ),
  extension: z.optional(
    TimestampSchema.check(
      z.meta({
        description:
          "The extension that the decision is on, by its askedAt; without it the decision is on the request itself",
        examples: ["2030-01-31T08:00:00.000Z"],
      }),
    ),
  ),
});

/** The body of `POST /requests/{id}/revoke` and `/cancel`. */
export const EndBodySchema = z.strictObject({ reason: z.optional(prose(1000)) });

/** The body of `POST /requests/{id}/review`: what somebody else makes of access in an emergency. */
export const ReviewBodySchema = z.strictObject({
  outcome: ReviewSchema.shape.outcome.check(
    z.meta({ description: "Whether the emergency, and what was done in it, called for the access" }),
  ),
  comment: prose(1000).check(z.meta({ description: "What was looked at, and what it showed" })),
});

/** The query of `GET /requests`. */
export const RequestListQuerySchema = z.strictObject({
  view: z._default(
    z.enum(["mine", "for-me", "to-approve", "all"]).check(
      z.meta({
        description:
          "mine: what the caller asked for; for-me: what others asked for on the caller's behalf; to-approve: what waits for the caller's decision; all: everybody's",
      }),
    ),
    "mine",
  ),
  status: z.optional(z.enum(STATUSES)),
  ...PageQueryFields,
});
export type RequestListQuery = z.infer<typeof RequestListQuerySchema>;

const PartyViewSchema = z.strictObject({
  type: z.enum(["user", "group"]),
  id: z.string(),
  name: z.string(),
});

const EntitlementViewSchema = z.strictObject({
  account: z.strictObject({ id: AccountIdSchema, name: z.string() }),
  permissionSet: z.strictObject({ arn: PermissionSetArnSchema, name: z.string() }),
  status: z.enum(["requested", "granted", "failed", "verifying", "removed", "kept", "dangling"]),
  standing: z
    .boolean()
    .check(z.meta({ description: "It existed before Lockstep, and Lockstep never removes it" })),
});

const InstructionsViewSchema = z.strictObject({
  account: z.string(),
  permissionSet: z.string(),
  portalUrl: z.string(),
  awsProfile: z.string().check(z.meta({ description: "A profile for ~/.aws/config" })),
  steps: z.array(z.string()),
  customAccessDetails: z.optional(
    z.string().check(z.meta({ description: "What the integration says of using it, as it was written" })),
  ),
});

/**
 * Who may decide: a user, a group, the owners of some of the entitlements (by their place), or somebody's manager. Also an owner
 * or manager who is nobody now: looked up again when somebody decides.
 */
const ApproverViewSchema = z.union([
  PartyViewSchema,
  z.strictObject({
    type: z.literal("owner"),
    of: z.array(
      z.strictObject({
        anyOf: z.array(PartyViewSchema),
        entitlements: z.array(z.int()),
        because: z.string(),
      }),
    ),
  }),
  z.strictObject({ type: z.literal("manager"), id: z.string(), name: z.string() }),
  z.strictObject({ type: z.enum(["owner", "manager"]), nobody: z.literal(true), because: z.string() }),
]);

const approvers = z.optional(z.array(ApproverViewSchema));

export const StepViewSchema = z
  .strictObject({
    anyOf: approvers,
    allOf: approvers,
    within: z.string(),
    escalation: z.optional(
      z.strictObject({
        after: z.string(),
        tiers: z.array(z.strictObject({ anyOf: z.array(ApproverViewSchema) })),
      }),
    ),
  })
  .check(z.meta({ description: "Either anyOf or allOf of them decide it" }));
export type StepView = z.infer<typeof StepViewSchema>;

const ApprovalViewSchema = z.strictObject({
  deadline: z.optional(TimestampSchema),
  escalatesAt: z.optional(
    TimestampSchema.check(z.meta({ description: "When more people may decide, if nobody has" })),
  ),
  automatically: z.optional(
    z.string().check(z.meta({ description: "Why nobody was asked although the flow has steps" })),
  ),
  reasonRequired: z.optional(z.boolean()),
  currentStep: z.optional(
    z.int().check(
      z.meta({
        description: "Which of several steps waits for a decision, from 1; a decision may name it",
      }),
    ),
  ),
  steps: z.array(StepViewSchema),
  decisions: z.array(
    z.strictObject({
      by: PersonSchema,
      decision: z.enum(["approve", "reject"]),
      reason: z.optional(z.string()),
      at: TimestampSchema,
    }),
  ),
});

const extensionAsked = { by: PersonSchema, duration: z.string(), justification: z.string() };

const WaitingExtensionViewSchema = z
  .strictObject({ ...extensionAsked, askedAt: TimestampSchema, approval: ApprovalViewSchema })
  .check(z.meta({ description: "More time that waits for approval, until approval.deadline" }));

const ExtensionViewSchema = z.strictObject({
  ...extensionAsked,
  at: TimestampSchema,
  expiresAt: TimestampSchema.check(z.meta({ description: "The expiry that it led to" })),
  decisions: ApprovalViewSchema.shape.decisions,
});

const RemovalViewSchema = z
  .strictObject({
    since: TimestampSchema,
    lastError: z.optional(z.string()),
    verifyingUntil: z.optional(TimestampSchema),
    next: z.string(),
  })
  .check(z.meta({ description: "How the end of the access is getting on, and what happens next" }));

/** What was promised of access in an emergency. */
const BreakGlassViewSchema = z
  .strictObject({
    reviewWithin: z.string(),
    reviewBy: TimestampSchema.check(
      z.meta({
        description:
          "Until when somebody else has to review it; may still move while the request is not over",
      }),
    ),
    watchers: z.array(PartyViewSchema),
  })
  .check(z.meta({ description: "Asked for in an emergency: nobody approved it, and somebody reviews it" }));

/** An access request as the API shows it. */
export const RequestViewSchema = z.strictObject({
  id: RequestIdSchema,
  status: z.enum(STATUSES),
  requester: PersonSchema,
  principal: PrincipalSchema,
  entitlements: z.array(EntitlementViewSchema),
  flow: FlowNameSchema,
  origin: z.optional(
    z.literal("automatic").check(
      z.meta({
        description:
          "Nobody asked for it: an automatic flow gave it, and goes on giving it, request after request, while the flow is for the user",
      }),
    ),
  ),
  duration: z.string(),
  justification: z.string(),
  ticket: z.optional(z.string()),
  createdAt: TimestampSchema,
  startAt: z.optional(TimestampSchema),
  activeAt: z.optional(TimestampSchema),
  expiresAt: z.optional(TimestampSchema),
  approval: ApprovalViewSchema,
  breakGlass: z.optional(BreakGlassViewSchema),
  review: z.optional(ReviewSchema),
  extension: z.optional(WaitingExtensionViewSchema),
  extensions: z.optional(z.array(ExtensionViewSchema)),
  sessionsUntil: z.optional(
    TimestampSchema.check(
      z.meta({ description: "Until when a session can last that was issued with what Lockstep granted" }),
    ),
  ),
  sessionsNote: z.optional(
    z.string().check(z.meta({ description: "What there is to say of sessions that were issued already" })),
  ),
  removal: z.optional(RemovalViewSchema),
  ended: z.optional(
    z.strictObject({
      reason: EndingSchema.shape.reason,
      by: z.optional(PersonSchema),
      at: TimestampSchema,
      message: z.optional(z.string()),
    }),
  ),
  instructions: z.optional(z.array(InstructionsViewSchema)),
  version: z.int().check(z.positive()),
});
export type RequestView = z.infer<typeof RequestViewSchema>;

export const RequestListSchema = listOf(RequestViewSchema);

/** An audit entry: what its details are depends on its type. */
export const EventSchema = z.extend(AuditEntrySchema, { details: z.record(z.string(), z.unknown()) });

export const EventListSchema = listOf(EventSchema);
