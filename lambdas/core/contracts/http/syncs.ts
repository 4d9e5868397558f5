import * as z from "zod/mini";
import { IntegrationNameSchema } from "../../domain/integration.ts";
import { ProblemSchema } from "../../domain/inventory/problem.ts";
import { TimestampSchema } from "../../domain/ids.ts";
import { AssignmentMethods, SyncIdSchema, SyncScopes } from "../../domain/sync.ts";
import { PageQueryFields, listOf } from "./lists.ts";

/** The query of `GET /syncs`: those of one integration, of one scope, of both, or all. */
export const SyncListQuerySchema = z.strictObject({
  ...PageQueryFields,
  integration: z.optional(
    z
      .string()
      .check(z.regex(/^[A-Za-z0-9]{1,40}$/, { error: "an integration's name: 1 to 40 letters and digits" }))
      .brand<"IntegrationName">(),
  ),
  scope: z.optional(z.enum(SyncScopes)),
});

const count = z.int().check(z.nonnegative());

const PhaseSchema = z.strictObject({
  name: z.string(),
  number: z.int().check(z.positive()),
  of: z.int().check(z.positive()),
  begunAt: TimestampSchema,
  done: count,
  total: z.optional(count).check(z.meta({ description: "Absent while it is not known" })),
  estimatedEnd: z
    .optional(TimestampSchema)
    .check(z.meta({ description: "When this phase ends if it goes on as it went so far" })),
});

/** A sync as the API shows it. */
export const SyncViewSchema = z.strictObject({
  id: SyncIdSchema,
  integration: IntegrationNameSchema,
  scope: z.enum(SyncScopes),
  status: z.enum(["running", "finished", "failed"]),
  occasion: z
    .optional(z.string())
    .check(z.meta({ description: "schedule, or user: and the id of who asked for it" })),
  baseline: z.boolean().check(z.meta({ description: "The first one: what it finds is no change" })),
  begunAt: TimestampSchema,
  updatedAt: TimestampSchema,
  endedAt: z.optional(TimestampSchema),
  phase: z.optional(PhaseSchema).check(z.meta({ description: "Where it is, while it runs" })),
  method: z.optional(z.strictObject({ chosen: z.enum(AssignmentMethods), why: z.string() })),
  calls: z
    .record(z.string(), count)
    .check(z.meta({ description: "Calls of AWS by service:Operation, throttled ones included" })),
  throttles: count,
  changes: z.strictObject({ appeared: count, changed: count, vanished: count }),
  counts: z.record(z.string(), count).check(z.meta({ description: "How many there are of each kind" })),
  problems: z.array(ProblemSchema),
  moreProblems: count.check(z.meta({ description: "Problems beyond those that are listed" })),
  failedBefore: z
    .optional(ProblemSchema)
    .check(z.meta({ description: "Why it failed before it was taken up again" })),
  reason: z.optional(ProblemSchema).check(z.meta({ description: "Why it failed" })),
});
export type SyncView = z.output<typeof SyncViewSchema>;

export const SyncListSchema = listOf(SyncViewSchema);
