import * as z from "zod/mini";
import { UnconfirmedEditorsSchema } from "./configuration/confirmation.ts";
import {
  AccountIdSchema,
  FlowNameSchema,
  GroupIdSchema,
  OrganizationalUnitIdSchema,
  PermissionSetArnSchema,
  TimestampSchema,
  UserIdSchema,
} from "./ids.ts";

/** A user or a group that a flow names, with the id that rules compare. */
export const PartySchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("user"), id: UserIdSchema, name: z.string() }),
  z.strictObject({ type: z.literal("group"), id: GroupIdSchema, name: z.string() }),
]);
export type Party = z.infer<typeof PartySchema>;

/** One approval step: any one of these people decides it, within so many seconds. */
export const FlowStepSchema = z.strictObject({
  anyOf: z.array(PartySchema).check(z.minLength(1)),
  withinSeconds: z.int().check(z.positive()),
});
export type FlowStep = z.infer<typeof FlowStepSchema>;

const namedId = <Id extends z.ZodMiniType>(id: Id) => z.strictObject({ id, name: z.string() });

/** What a flow gives access to: these permission sets in these accounts and in everything below these organizational units. */
export const FlowTargetSchema = z.strictObject({
  accounts: z.array(namedId(AccountIdSchema)),
  organizationalUnits: z.array(namedId(OrganizationalUnitIdSchema)),
  permissionSets: z.array(namedId(PermissionSetArnSchema)).check(z.minLength(1)),
});
export type FlowTarget = z.infer<typeof FlowTargetSchema>;

const seconds = z.int().check(z.positive());

/** What is absent was not known, or not said, when the flow was saved: domain/extension.ts says what it then means. */
const FlowSettingsSchema = z.strictObject({
  requesterCanApproveSelf: z.boolean(),
  /** How often one access may be extended. */
  maxExtensions: z.optional(z.int().check(z.nonnegative())),
  /** The longest single extension. */
  extensionSeconds: z.optional(seconds),
  extensionNeedsApproval: z.optional(z.boolean()),
  /** The longest session that a permission set may give. */
  maxSessionSeconds: z.optional(seconds),
});

/**
 * The rule: who may request what, for how long, approved by whom. Names were resolved to ids when the flow was
 * saved; a group that is deleted and made again under its old name is another group.
 */
export const AccessFlowSchema = z.strictObject({
  name: FlowNameSchema,
  version: z.int().check(z.positive()),
  requestors: z.strictObject({ anyOf: z.array(PartySchema).check(z.minLength(1)) }),
  targets: z.array(FlowTargetSchema).check(z.minLength(1)),
  duration: z.strictObject({ max: z.string(), maxSeconds: z.int().check(z.positive()) }),
  approval: z.strictObject({ steps: z.array(FlowStepSchema) }),
  settings: FlowSettingsSchema,
  updatedAt: TimestampSchema,
  updatedBy: z.string(),
  /** Absent, where an earlier version wrote it: it serves everybody. */
  unconfirmedEditors: z.optional(UnconfirmedEditorsSchema),
});
export type AccessFlow = z.infer<typeof AccessFlowSchema>;
