import * as z from "zod/mini";
import { FlowStepSchema } from "./access-flow.ts";
import { AuditEntrySchema } from "./audit.ts";
import { EntitlementSchema } from "./entitlement.ts";
import { FlowNameSchema, RequestIdSchema, TimestampSchema, UserIdSchema } from "./ids.ts";
import { PersonSchema, PrincipalSchema } from "./principal.ts";

/** One approver's word on one step. */
export const DecisionSchema = z.strictObject({
  step: z.int().check(z.nonnegative()),
  by: PersonSchema,
  decision: z.enum(["approve", "reject"]),
  reason: z.optional(z.string()),
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
  message: z.optional(z.string()),
});
export type RequestedEntitlement = z.infer<typeof RequestedEntitlementSchema>;

/** Why a request is over, or on its way there, and by whose hand. */
export const EndingSchema = z.strictObject({
  reason: z.enum(["expired", "revoked", "grant-failed", "rejected", "cancelled", "lapsed", "refused"]),
  by: z.optional(PersonSchema),
  message: z.optional(z.string()),
});
export type Ending = z.infer<typeof EndingSchema>;

const EndedSchema = z.extend(EndingSchema, { at: TimestampSchema });

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
  createdAt: TimestampSchema,
  startAt: z.optional(TimestampSchema),
  approval: z.strictObject({
    steps: z.array(FlowStepSchema),
    /** Who was asked when the request was made (at most 100): such a person learns that they no longer decide; a stranger learns nothing. */
    asked: z.array(UserIdSchema),
    requesterCanApproveSelf: z.boolean(),
    decisions: z.array(DecisionSchema),
  }),
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
  }),
  z.strictObject({ ...common, ...granted, status: z.literal("revoking"), ending: EndingSchema }),
  z.strictObject({
    ...common,
    ...granted,
    status: z.literal("stuck"),
    ending: EndingSchema,
    lastError: z.string(),
  }),
  z.strictObject({ ...common, ...granted, status: z.literal("ended"), ended: EndedSchema }),
  z.strictObject({
    ...common,
    activeAt: z.optional(TimestampSchema),
    expiresAt: z.optional(TimestampSchema),
    status: z.literal("failed"),
    ended: EndedSchema,
  }),
  z.strictObject({ ...common, status: z.literal("rejected"), ended: EndedSchema }),
  z.strictObject({ ...common, status: z.literal("cancelled"), ended: EndedSchema }),
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
