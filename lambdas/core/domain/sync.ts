import * as z from "zod/mini";
import { ProblemSchema } from "./inventory/problem.ts";
import { IntegrationNameSchema, type IntegrationName } from "./integration.ts";
import { AccountIdSchema, TimestampSchema } from "./ids.ts";

/**
 * What a sync looks at. `identity`: the organization, the directory, permission sets and assignments; `resources`: IAM and
 * resources within each account.
 */
export const SyncScopes = ["identity", "resources"] as const;
export type SyncScope = (typeof SyncScopes)[number];

/** The phases of a sync, in their order. */
export const PHASES = {
  identity: [
    "identity-center",
    "organizational-units",
    "accounts",
    "left-scope",
    "left-accounts",
    "account-tags",
    "users",
    "groups",
    "memberships",
    "permission-sets",
    "assignments",
  ],
  resources: ["in-accounts"],
} as const satisfies Readonly<Record<SyncScope, readonly string[]>>;
export type PhaseName = (typeof PHASES)[SyncScope][number];

/** `<integration>.<scope>.<when it was begun>`: it sorts by time, and is part of executions' names. */
export const SyncIdSchema = z
  .string()
  .check(z.regex(/^[A-Za-z0-9]{1,40}\.(?:identity|resources)\.\d{8}T\d{6}Z$/))
  .brand<"SyncId">();
export type SyncId = z.infer<typeof SyncIdSchema>;

export const syncIdOf = (integration: IntegrationName, scope: SyncScope, begunAt: Date): SyncId =>
  SyncIdSchema.parse(
    `${integration}.${scope}.${begunAt.toISOString().replaceAll(/[-:]/g, "").slice(0, 15)}Z`,
  );

/** What a sync's id says of it. */
export const partsOfSyncId = (
  id: SyncId,
): { readonly integration: IntegrationName; readonly scope: SyncScope; readonly begunAt: Date } => {
  const [integration, scope, begunAt = ""] = id.split(".");
  return {
    integration: IntegrationNameSchema.parse(integration),
    scope: z.enum(SyncScopes).parse(scope),
    begunAt: new Date(begunAt.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z")),
  };
};

const count = z.int().check(z.gte(0));

/** How assignments are read: `aws-limits-and-reliability.md` B. */
export const AssignmentMethods = ["every-pair", "by-account", "by-permission-set", "by-principal"] as const;
export type AssignmentMethod = (typeof AssignmentMethods)[number];

/** Where a sync goes on after a crash. */
const CheckpointSchema = z.strictObject({
  phase: z.string(),
  /** What the phase itself wrote down to go on from; absent at its beginning. */
  cursor: z.optional(z.string()),
});

const common = {
  id: SyncIdSchema,
  integration: IntegrationNameSchema,
  /**
   * When the integration was written that this pass was begun for. Its version does not tell it from another: what the
   * settings say and what somebody wrote first are both version 1. Absent in records that were written before this was kept.
   */
  integrationWrittenAt: z.optional(TimestampSchema),
  scope: z.enum(SyncScopes),
  version: z.int().check(z.positive()),
  /**
   * The version that an execution is started for: 1, and that of each time when it is taken up again. Absent in records
   * that were written before this was kept: 1.
   */
  attempt: z.optional(z.int().check(z.positive())),
  begunAt: TimestampSchema,
  updatedAt: TimestampSchema,
  /** Why it was begun: `schedule`, or `user:` and the id of who asked for it. */
  occasion: z.optional(z.string()),
  /** How many passes of its integration and scope finished before it: see turns.ts. Absent before they were counted. */
  turn: z.optional(count),
  /** The first one of its integration: what it finds has not changed, it was there. */
  baseline: z.boolean(),
  /** Calls of AWS by `service:Operation`, throttled ones included. */
  calls: z.record(z.string(), count),
  throttles: count,
  changes: z.strictObject({ appeared: count, changed: count, vanished: count }),
  /** How many there are of each kind, as far as this pass has counted them. */
  counts: z.record(z.string(), count),
  method: z.optional(z.strictObject({ chosen: z.enum(AssignmentMethods), why: z.string() })),
  problems: z.array(ProblemSchema),
  /** Problems beyond the most that are kept. */
  moreProblems: count,
  /** Why it failed before it was taken up again. */
  failedBefore: z.optional(ProblemSchema),
  /** When it began to ask for accounts' tags: of records that were written before each account said when it was asked. */
  accountTagsBegunAt: z.optional(TimestampSchema),
} as const;

/** One pass over an integration. */
export const SyncSchema = z.discriminatedUnion("status", [
  z.strictObject({
    ...common,
    status: z.literal("running"),
    checkpoint: CheckpointSchema,
    /** Of the phase: how much of how much; the total is absent while it is not known. */
    done: count,
    total: z.optional(count),
    phaseBegunAt: TimestampSchema,
  }),
  z.strictObject({ ...common, status: z.literal("finished"), endedAt: TimestampSchema }),
  z.strictObject({
    ...common,
    status: z.literal("failed"),
    endedAt: TimestampSchema,
    reason: ProblemSchema,
    /** Where it was: a pass that is taken up again goes on from there. */
    checkpoint: CheckpointSchema,
  }),
]);
export type Sync = z.infer<typeof SyncSchema>;
export type RunningSync = Extract<Sync, { readonly status: "running" }>;
export type FinishedSync = Extract<Sync, { readonly status: "finished" }>;
export type FailedSync = Extract<Sync, { readonly status: "failed" }>;

/** Of a pass over accounts: what came of the look into one of them. */
export const SyncedAccountSchema = z.discriminatedUnion("status", [
  z.strictObject({
    status: z.literal("done"),
    accountId: AccountIdSchema,
    calls: z.record(z.string(), count),
    throttles: count,
    changes: z.strictObject({ appeared: count, changed: count, vanished: count }),
    problems: z.array(ProblemSchema),
    moreProblems: count,
  }),
  /** Nothing in it answered, and why: it is looked into again when the pass is taken up. Only of an account integration. */
  z.strictObject({
    status: z.literal("unanswered"),
    accountId: AccountIdSchema,
    calls: z.record(z.string(), count),
    throttles: count,
    problem: ProblemSchema,
  }),
  /** So many invocations began with it, and none is known to have come to its end. */
  z.strictObject({ status: z.literal("begun"), accountId: AccountIdSchema, attempts: count }),
]);
export type SyncedAccount = z.infer<typeof SyncedAccountSchema>;
export type DoneAccount = Extract<SyncedAccount, { readonly status: "done" }>;
