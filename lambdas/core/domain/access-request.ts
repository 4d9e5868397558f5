import * as z from "zod/mini";
import { RequestStepSchema } from "./approval-step.ts";
import { BreakGlassSchema, PartyKeySchema } from "./access-flow.ts";
import { AuditEntrySchema } from "./audit.ts";
import { UnconfirmedEditorsSchema } from "./configuration/confirmation.ts";
import { EntitlementSchema } from "./entitlement.ts";
import { FlowNameSchema, RequestIdSchema, TimestampSchema, UserIdSchema } from "./ids.ts";
import { PersonSchema, PrincipalSchema } from "./principal.ts";
import { StartConditionsSchema } from "./start-conditions.ts";
import { TimeframeSchema } from "./timeframe.ts";

/** One approver's word on one step. */
export const DecisionSchema = z.strictObject({
  step: z.int().check(z.nonnegative()),
  by: PersonSchema,
  decision: z.enum(["approve", "reject"]),
  reason: z.optional(z.string()),
  /**
   * The parties of the step that the person was, or belonged to, then; absent where one approval of anybody's decides the
   * step.
   */
  as: z.optional(z.array(PartyKeySchema)),
  /** How many tiers of the step's escalation were open then; absent: none. */
  tiersOpen: z.optional(z.int().check(z.positive())),
  at: TimestampSchema,
});
export type Decision = z.infer<typeof DecisionSchema>;

/** How one of a request's entitlements stands. */
export const RequestedEntitlementSchema = z.strictObject({
  entitlement: EntitlementSchema,
  accountName: z.string(),
  permissionSetName: z.string(),
  status: z.enum(["requested", "granted", "failed", "verifying", "removed", "kept", "dangling"]),
  /** The access existed before Lockstep touched it, so Lockstep will not remove it. */
  standing: z.boolean(),
  /** How long a session that was begun with it can last; absent in requests that were made before this was kept. */
  sessionSeconds: z.optional(z.int().check(z.positive())),
  message: z.optional(z.string()),
});
export type RequestedEntitlement = z.infer<typeof RequestedEntitlementSchema>;

/** Why a request is over, or on its way there, and by whose hand. */
export const EndingSchema = z.strictObject({
  reason: z.enum([
    "expired",
    "revoked",
    "grant-failed",
    "rejected",
    "cancelled",
    "withdrawn",
    "lapsed",
    "refused",
    /** What an automatic flow gave it for holds no longer. */
    "context-ended",
  ]),
  by: z.optional(PersonSchema),
  message: z.optional(z.string()),
});
export type Ending = z.infer<typeof EndingSchema>;

const EndedSchema = z.extend(EndingSchema, { at: TimestampSchema });

/** Who has to approve, in which order, and what they have said so far. */
export const ApprovalSchema = z.strictObject({
  steps: z.array(RequestStepSchema),
  /** Who was asked when the request was made (at most 100): such a person learns that they no longer decide; a stranger learns nothing. */
  asked: z.array(UserIdSchema),
  requesterCanApproveSelf: z.boolean(),
  /** One person may decide several steps; absent: nobody may. */
  sameApproverInSeveralSteps: z.optional(z.boolean()),
  /** Who had changed the access flow, or what it names, without anybody else's having confirmed it: they decide nothing. Absent: nobody. */
  unconfirmedEditors: z.optional(UnconfirmedEditorsSchema),
  /** Whoever decides has to say why. */
  reasonRequired: z.optional(z.boolean()),
  /** Why nobody was asked although the flow has steps, in words. */
  automatically: z.optional(z.string()),
  /** When the step that waits began; absent where it does not escalate. */
  since: z.optional(TimestampSchema),
  /** Tiers of the step that waits whose people were told that they may decide. */
  tiersAnnounced: z.optional(z.int().check(z.positive())),
  decisions: z.array(DecisionSchema),
});
export type Approval = z.infer<typeof ApprovalSchema>;

const extensionAsked = {
  by: PersonSchema,
  duration: z.string(),
  durationSeconds: z.int().check(z.positive()),
  justification: z.string(),
};

/** What those who decide on more time are shown. */
const FrozenExtensionSchema = z.strictObject({
  /** Of the access flow as it was when the time was asked for: a version of its own, which may be newer than the request's. */
  flowVersion: z.int(),
  /** By frozen.ts, of the approvers whom the last decision was made by. */
  hash: z.string(),
});

/** More time that somebody asked for and that waits for approval; nobody can approve it after its deadline. */
export const AskedExtensionSchema = z.strictObject({
  ...extensionAsked,
  askedAt: TimestampSchema,
  deadline: TimestampSchema,
  approval: ApprovalSchema,
  /** Absent in what was asked for before this was kept. */
  frozen: z.optional(FrozenExtensionSchema),
});
export type AskedExtension = z.infer<typeof AskedExtensionSchema>;

/** More time that was given, and the expiry that it led to. */
export const ExtensionSchema = z.strictObject({
  ...extensionAsked,
  at: TimestampSchema,
  expiresAt: TimestampSchema,
  decisions: z.array(DecisionSchema),
  /** Absent where nobody decided, and in what was given before this was kept. */
  frozen: z.optional(FrozenExtensionSchema),
});
export type Extension = z.infer<typeof ExtensionSchema>;

/** Why the end of an access takes longer than it should. */
const DelaySchema = z.strictObject({
  /** When the access should have been gone. */
  since: TimestampSchema,
  /** When the attempts began that are being made: again after each time that the request was stuck. */
  attemptsSince: TimestampSchema,
  /** When this was written. */
  at: TimestampSchema,
  /** What the newest attempt ended with. */
  lastError: z.string(),
});
export type Delay = z.infer<typeof DelaySchema>;

/** What somebody else made of access in an emergency, once it was over. */
export const ReviewSchema = z.strictObject({
  by: PersonSchema,
  at: TimestampSchema,
  outcome: z.enum(["justified", "not-justified"]),
  comment: z.string(),
});
export type Review = z.infer<typeof ReviewSchema>;

/** Absent: nobody has reviewed it yet, or it was no emergency. */
const review = z.optional(ReviewSchema);

const common = {
  id: RequestIdSchema,
  version: z.int().check(z.positive()),
  requester: PersonSchema,
  principal: PrincipalSchema,
  entitlements: z.array(RequestedEntitlementSchema).check(z.minLength(1)),
  flow: z.strictObject({ name: FlowNameSchema, version: z.int() }),
  duration: z.string(),
  durationSeconds: z.int().check(z.positive()),
  justification: z.string(),
  ticket: z.optional(z.string()),
  /** The access begins within these hours only, as the flow said when it was asked for. */
  timeframe: z.optional(TimeframeSchema),
  createdAt: TimestampSchema,
  startAt: z.optional(TimestampSchema),
  /** What has to be so when it begins; absent where it was to begin at once, and in requests made before this was kept. */
  atStart: z.optional(StartConditionsSchema),
  /** Made by an automatic flow, which nobody asked: however late the grant is, the access ends by then. */
  automatic: z.optional(z.strictObject({ until: TimestampSchema })),
  approval: ApprovalSchema,
  /** Access at once, in need: what its access flow said of such access when it was asked for. */
  breakGlass: z.optional(
    z.strictObject({
      ...BreakGlassSchema.shape,
      /** Who the members of the group were that the access is for: whoever leaves it since got it all the same. */
      members: z.optional(z.array(UserIdSchema)),
    }),
  ),
  /** Every extension that was given, oldest first. */
  extensions: z.optional(z.array(ExtensionSchema)),
  /** Hash of what the approvers were shown. */
  frozen: z.string(),
  /** POSTs with an Idempotency-Key that this item already answered; the first is the one that made it. */
  answered: z.array(z.strictObject({ key: z.string(), body: z.string() })),
  /** The chain's newest entries, newest last; the newest belongs to this version. */
  trail: z.array(AuditEntrySchema).check(z.minLength(1)),
};

const granted = { activeAt: z.optional(TimestampSchema), expiresAt: TimestampSchema };

/** A request to end access early, kept until the attempt to grant it has ended. */
const revocation = z.optional(EndingSchema);

/** The aggregate: one item, one discriminated union on `status`. */
export const AccessRequestSchema = z.discriminatedUnion("status", [
  z.strictObject({ ...common, status: z.literal("pending"), deadline: TimestampSchema }),
  z.strictObject({ ...common, status: z.literal("approved") }),
  z.strictObject({ ...common, status: z.literal("scheduled"), startAt: TimestampSchema }),
  z.strictObject({ ...common, status: z.literal("granting"), expiresAt: TimestampSchema, revocation }),
  z.strictObject({
    ...common,
    status: z.literal("active"),
    activeAt: TimestampSchema,
    expiresAt: TimestampSchema,
    extension: z.optional(AskedExtensionSchema),
  }),
  z.strictObject({
    ...common,
    ...granted,
    status: z.literal("revoking"),
    ending: EndingSchema,
    delay: z.optional(DelaySchema),
  }),
  z.strictObject({
    ...common,
    ...granted,
    status: z.literal("stuck"),
    ending: EndingSchema,
    /** When the access should have been gone; absent in requests that were stuck before this was kept. */
    since: z.optional(TimestampSchema),
    lastError: z.string(),
  }),
  z.strictObject({ ...common, ...granted, status: z.literal("ended"), ended: EndedSchema, review }),
  z.strictObject({
    ...common,
    activeAt: z.optional(TimestampSchema),
    expiresAt: z.optional(TimestampSchema),
    status: z.literal("failed"),
    ended: EndedSchema,
    review,
  }),
  z.strictObject({ ...common, status: z.literal("rejected"), ended: EndedSchema }),
  z.strictObject({ ...common, status: z.literal("cancelled"), ended: EndedSchema, review }),
  z.strictObject({ ...common, status: z.literal("lapsed"), ended: EndedSchema }),
]);
export type AccessRequest = z.infer<typeof AccessRequestSchema>;
export type Status = AccessRequest["status"];

/** A request in one of these statuses. */
export type RequestIn<S extends Status> = Extract<AccessRequest, { status: S }>;

export const STATUSES = [
  "pending",
  "approved",
  "scheduled",
  "granting",
  "active",
  "revoking",
  "ended",
  "rejected",
  "cancelled",
  "lapsed",
  "failed",
  "stuck",
] as const satisfies readonly Status[];

/** The request is over: nothing of it exists any more, or ever did. */
export const isOver = (
  request: AccessRequest,
): request is RequestIn<"ended" | "failed" | "rejected" | "cancelled" | "lapsed"> => "ended" in request;
