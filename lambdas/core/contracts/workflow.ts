import * as z from "zod/mini";
import { RequestIdSchema, TimestampSchema } from "../domain/ids.ts";
import type { RetryableErrorName } from "../domain/errors.ts";

/** The version of the payloads below. Functions go on accepting every version that a sleeping execution may still send. */
export const PAYLOAD_VERSION = 1;

const version = z.literal(1);

/** What starts an execution of the access-request machine. */
export const ExecutionInputSchema = z.discriminatedUnion("begin", [
  z.strictObject({
    version,
    requestId: RequestIdSchema,
    begin: z.literal("approval"),
    deadline: TimestampSchema,
  }),
  z.strictObject({ version, requestId: RequestIdSchema, begin: z.literal("grant") }),
  z.strictObject({ version, requestId: RequestIdSchema, begin: z.literal("revoke") }),
]);
export type ExecutionInput = z.infer<typeof ExecutionInputSchema>;

export const AwaitApprovalInputSchema = z.object({
  version,
  requestId: RequestIdSchema,
  /** The deadline that the machine waits for. */
  deadline: TimestampSchema,
  taskToken: z.string().check(z.minLength(1)),
  enteredAt: TimestampSchema,
  /** How often the state was retried before this invocation. */
  retryCount: z.int().check(z.nonnegative()),
});

/** When the state was entered, by the machine's own clock: a function whose clock is behind must not look too early for ever. */
const enteredAt = TimestampSchema;

export const GrantAccessInputSchema = z.object({ version, requestId: RequestIdSchema, enteredAt });

/** What the machine does after *Grant access*: `until` is a deadline, a start or an expiry, and now where nothing is waited for. */
export const GrantAccessOutputSchema = z.strictObject({
  next: z.enum(["approval", "start", "hold", "revoke", "end"]),
  until: TimestampSchema,
});
export type GrantAccessOutput = z.infer<typeof GrantAccessOutputSchema>;

export const RevokeAccessInputSchema = z.object({
  version,
  requestId: RequestIdSchema,
  enteredAt,
  /** Where the execution began: one that begins with the revoke has no grant of its own that has ended. */
  begin: z.enum(["approval", "grant", "revoke"]),
  /** Sent by *Report that it is stuck*: the error that 24 hours of attempts ended with. */
  stuck: z.optional(z.object({ error: z.string(), cause: z.string() })),
});

/** Sent by the sweep, not by the machine: removes what is queued and what nobody comes for. */
export const DrainInputSchema = z.object({ version, drain: z.literal(true) });
export type DrainInput = z.infer<typeof DrainInputSchema>;

/** Everything that the function behind *Revoke access* is called with. */
export const RevokeFunctionInputSchema = z.union([DrainInputSchema, RevokeAccessInputSchema]);

export const RevokeAccessOutputSchema = z.strictObject({
  next: z.enum(["hold", "look", "end"]),
  until: TimestampSchema,
});
export type RevokeAccessOutput = z.infer<typeof RevokeAccessOutputSchema>;

interface TaskContract {
  readonly input: z.ZodMiniType;
  /** Absent: the state waits for its token, and what the token brings is not read. */
  readonly output?: z.ZodMiniType;
  /** The names of the function's own errors that the state retries by name. */
  readonly errors: readonly RetryableErrorName[];
}

/** Each Task state's function: what goes in, what comes out, and which errors it retries. A test holds the ASL to this. */
export const taskContracts = {
  "Wait for approval": {
    input: AwaitApprovalInputSchema,
    errors: ["StoreUnavailable", "WorkflowUnavailable"],
  },
  "Grant access": {
    input: GrantAccessInputSchema,
    output: GrantAccessOutputSchema,
    errors: [
      "GrantUnfinished",
      "ConcurrentModification",
      "ProviderUnavailable",
      "DirectoryUnavailable",
      "StoreUnavailable",
    ],
  },
  // Every error of a revoke is retried (States.ALL).
  "Revoke access": { input: RevokeAccessInputSchema, output: RevokeAccessOutputSchema, errors: [] },
  "Report that it is stuck": { input: RevokeAccessInputSchema, output: RevokeAccessOutputSchema, errors: [] },
} as const satisfies Readonly<Record<string, TaskContract>>;
