import * as z from "zod/mini";
import { UnconfirmedEditorsSchema } from "./configuration/confirmation.ts";
import {
  AccountIdSchema,
  BundleNameSchema,
  FlowNameSchema,
  GroupIdSchema,
  OrganizationalUnitIdSchema,
  PermissionSetArnSchema,
  RotaNameSchema,
  ScopeNameSchema,
  TimestampSchema,
  UserIdSchema,
} from "./ids.ts";
import { IntegrationNameSchema } from "./integration.ts";
import type { Rule } from "./rule.ts";
import { TimeframeSchema } from "./timeframe.ts";

/*
 * What is optional here and absent means what a flow meant before the field existed, so that a flow of any earlier version
 * still says what it said.
 */

/** A user or a group that a flow names, with the id that rules compare. */
export const PartySchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("user"), id: UserIdSchema, name: z.string() }),
  z.strictObject({ type: z.literal("group"), id: GroupIdSchema, name: z.string() }),
]);
export type Party = z.infer<typeof PartySchema>;

/** What tells a party from every other one: a user may have the id of no group. */
export const PartyKeySchema = z.templateLiteral([z.enum(["user", "group"]), ":", z.string()]);
export type PartyKey = z.infer<typeof PartyKeySchema>;
export const partyKey = ({ type, id }: Pick<Party, "type" | "id">): PartyKey => `${type}:${id}`;

/** How a directory attribute is compared: upper and lower case count. */
export const AttributeOperators = ["is", "contains", "startsWith"] as const;

/** A person's attribute in the directory has, contains or starts with one of the values. */
const AttributeConditionSchema = z.strictObject({
  type: z.literal("attribute"),
  attribute: z.string(),
  operator: z.enum(AttributeOperators),
  values: z.array(z.string()).check(z.minLength(1)),
});

/** The person is the manager of the user, or of a member of the group. */
const ManagerOfConditionSchema = z.strictObject({ type: z.literal("manager-of"), of: PartySchema });

/** The person is on call now. */
const OnCallConditionSchema = z.strictObject({ type: z.literal("on-call"), rota: RotaNameSchema });

/** One thing that may be true of a person. */
const PersonConditionSchema = z.discriminatedUnion("type", [
  ...PartySchema.def.options,
  AttributeConditionSchema,
  ManagerOfConditionSchema,
  OnCallConditionSchema,
]);
export type PersonCondition = z.infer<typeof PersonConditionSchema>;

const ruleOf = <Leaf extends z.ZodMiniType<object>>(leaf: Leaf): z.ZodMiniType<Rule<z.output<Leaf>>> => {
  const rule: z.ZodMiniType<Rule<z.output<Leaf>>> = z.lazy(() =>
    z.union([
      leaf,
      z.strictObject({ anyOf: z.array(rule).check(z.minLength(1)) }),
      z.strictObject({ allOf: z.array(rule).check(z.minLength(1)) }),
      z.strictObject({ not: rule }),
    ]),
  );
  return rule;
};

/** Who a person has to be. */
export const PersonRuleSchema = ruleOf(PersonConditionSchema);
export type PersonRule = z.infer<typeof PersonRuleSchema>;

const seconds = z.int().check(z.positive());

/** A tag that something has: with one of the values, or with any. */
export const TagMatchSchema = z.strictObject({ key: z.string(), values: z.optional(z.array(z.string())) });
export type TagMatch = z.infer<typeof TagMatchSchema>;

/** What makes people's approval unnecessary. */
const AutomaticApprovalConditionSchema = z.discriminatedUnion("type", [
  ...PersonConditionSchema.def.options,
  /** Every target's account has the tag. */
  z.strictObject({ type: z.literal("target-tag"), ...TagMatchSchema.shape }),
  /** What is asked for lasts less long. */
  z.strictObject({ type: z.literal("duration-below"), seconds }),
]);
export type AutomaticApprovalCondition = z.infer<typeof AutomaticApprovalConditionSchema>;
/** When nobody has to be asked. */
export const AutomaticApprovalRuleSchema = ruleOf(AutomaticApprovalConditionSchema);

/** Who decides: somebody whom the flow names, each target's owner, or the manager of who gets the access. */
export const ApproverSchema = z.discriminatedUnion("type", [
  ...PartySchema.def.options,
  z.strictObject({ type: z.literal("owner") }),
  z.strictObject({ type: z.literal("manager") }),
]);
export type Approver = z.infer<typeof ApproverSchema>;

/** More people may decide when nobody has, tier by tier; those who could before still can. */
export const MOST_TIERS = 5;

const escalationOf = <Item extends z.ZodMiniType>(item: Item) =>
  z.strictObject({
    /** Each tier opens so long after the one before, the first so long after the step began. */
    afterSeconds: seconds,
    tiers: z.array(z.array(item).check(z.minLength(1))).check(z.minLength(1), z.maxLength(MOST_TIERS)),
  });

/** One approval step: any one, or all, of its approvers decide it, within so many seconds. */
export const stepOf = <Item extends z.ZodMiniType>(approver: Item) => {
  const approvers = z.array(approver).check(z.minLength(1));
  const common = { withinSeconds: seconds, escalation: z.optional(escalationOf(approver)) };
  return z.union([
    z.strictObject({ anyOf: approvers, ...common }),
    z.strictObject({ allOf: approvers, ...common }),
  ]);
};

export const FlowStepSchema = stepOf(ApproverSchema);
export type FlowStep = z.infer<typeof FlowStepSchema>;

/** Everybody that a step names, but for its escalation. */
export const approversOf = <Item>(
  step: { readonly anyOf: readonly Item[] } | { readonly allOf: readonly Item[] },
): readonly Item[] => ("anyOf" in step ? step.anyOf : step.allOf);

const namedId = <Id extends z.ZodMiniType>(id: Id) => z.strictObject({ id, name: z.string() });

const ResourcesSchema = {
  accounts: z.array(namedId(AccountIdSchema)),
  organizationalUnits: z.array(namedId(OrganizationalUnitIdSchema)),
  /** Of accounts. */
  tags: z.optional(z.array(TagMatchSchema)),
} as const;

/**
 * These permission sets in these accounts, in everything below these organizational units and in accounts with one of these
 * tags; but for what is excluded.
 */
export const ResourceTargetSchema = z.strictObject({
  /** Absent: whichever integration the account is of. */
  integration: z.optional(IntegrationNameSchema),
  ...ResourcesSchema,
  permissionSets: z.array(namedId(PermissionSetArnSchema)).check(z.minLength(1)),
  exclude: z.optional(
    z.strictObject({
      ...ResourcesSchema,
      permissionSets: z.optional(z.array(namedId(PermissionSetArnSchema))),
    }),
  ),
});
export type ResourceTarget = z.infer<typeof ResourceTargetSchema>;

/** What an access scope's query finds: of it these permission sets; all that it finds where none are named. */
export const ScopeTargetSchema = z.strictObject({
  accessScope: ScopeNameSchema,
  permissionSets: z.optional(z.array(namedId(PermissionSetArnSchema)).check(z.minLength(1))),
});
export type ScopeTarget = z.infer<typeof ScopeTargetSchema>;

/** What a bundle holds. */
const BundleTargetSchema = z.strictObject({ bundle: BundleNameSchema });

/** What a flow gives access to. */
export const FlowTargetSchema = z.union([ResourceTargetSchema, ScopeTargetSchema, BundleTargetSchema]);
export type FlowTarget = z.infer<typeof FlowTargetSchema>;

export const isResourceTarget = (target: FlowTarget): target is ResourceTarget => "accounts" in target;
export const isBundleTarget = (target: FlowTarget): target is z.infer<typeof BundleTargetSchema> =>
  "bundle" in target;
export const isScopeTarget = (target: FlowTarget): target is ScopeTarget => "accessScope" in target;

/** For whom access may be asked: for oneself and one's groups, for those whose manager one is, for anybody. */
export const Beneficiaries = ["self", "direct-reports", "others"] as const;
export type Beneficiary = (typeof Beneficiaries)[number];

const FlowSettingsSchema = z.strictObject({
  requesterCanApproveSelf: z.boolean(),
  /** False: nobody has to say why. */
  justificationRequired: z.optional(z.boolean()),
  /** What a justification has to match, whole (domain/pattern.ts). */
  justificationPattern: z.optional(z.string()),
  /** There has to be a ticket, and it has to match, whole. */
  ticketPattern: z.optional(z.string()),
  approverReasonRequired: z.optional(z.boolean()),
  mfaRequired: z.optional(z.boolean()),
  /** How often one access may be extended. */
  maxExtensions: z.optional(z.int().check(z.nonnegative())),
  /** The longest single extension. */
  extensionSeconds: z.optional(seconds),
  extensionNeedsApproval: z.optional(z.boolean()),
  /** The longest session that a permission set may give. */
  maxSessionSeconds: z.optional(seconds),
  labels: z.optional(z.array(z.string())),
});

/** Access at once, in need: told to everybody, and looked at afterwards. */
export const BreakGlassSchema = z.strictObject({
  /** Within so long of its end somebody else has to have reviewed it. */
  reviewWithinSeconds: seconds,
  /** Named in what is told of it. */
  watchers: z.array(PartySchema),
});
export type BreakGlass = z.infer<typeof BreakGlassSchema>;

/**
 * The rule: who may request what, for how long, approved by whom. Names were resolved to ids when the flow was
 * saved; a group that is deleted and made again under its old name is another group.
 */
export const AccessFlowSchema = z.strictObject({
  name: FlowNameSchema,
  version: z.int().check(z.positive()),
  /** Absent: people ask. Automatic: whoever the requestors are has the access as long as they are (use-cases/automatic). */
  trigger: z.optional(z.literal("automatic")),
  /** False: it serves nobody, and what waits under it has ended. */
  active: z.optional(z.boolean()),
  requestors: PersonRuleSchema,
  targets: z.array(FlowTargetSchema).check(z.minLength(1)),
  duration: z.strictObject({
    max: z.string(),
    maxSeconds: seconds,
    default: z.optional(z.string()),
    defaultSeconds: z.optional(seconds),
  }),
  /** Access begins only then; always where absent. */
  timeframe: z.optional(TimeframeSchema),
  /** Absent: for oneself. */
  requestFor: z.optional(z.array(z.enum(Beneficiaries)).check(z.minLength(1))),
  approval: z.strictObject({
    steps: z.array(FlowStepSchema),
    /** Where this is met, nobody is asked. */
    automatic: z.optional(AutomaticApprovalRuleSchema),
    /** One person may decide several steps. */
    sameApproverInSeveralSteps: z.optional(z.boolean()),
  }),
  breakGlass: z.optional(BreakGlassSchema),
  settings: FlowSettingsSchema,
  updatedAt: TimestampSchema,
  updatedBy: z.string(),
  /** Absent, where an earlier version wrote it: it serves everybody. */
  unconfirmedEditors: z.optional(UnconfirmedEditorsSchema),
});
export type AccessFlow = z.infer<typeof AccessFlowSchema>;

/** The longest default: without one, whoever says nothing gets what the flow allows. */
export const defaultSecondsOf = ({ duration }: Pick<AccessFlow, "duration">): number =>
  duration.defaultSeconds ?? duration.maxSeconds;

/** Whether people may ask for access under the flow, in an emergency or not. */
export const takesRequests = ({ trigger, active = true }: Pick<AccessFlow, "trigger" | "active">): boolean =>
  active && trigger === undefined;
