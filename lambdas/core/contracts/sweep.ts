import * as z from "zod/mini";
import { FlowNameSchema, RequestIdSchema } from "../domain/ids.ts";

const version = z.literal(1);

/** Sent by the schedule: everything, for as long as one run may take. */
export const ScheduledSweepSchema = z.strictObject({ version, mode: z.literal("scheduled") });

export type ScheduledSweep = z.infer<typeof ScheduledSweepSchema>;

/** Sent by the API, which waits for the answer: everything, for so many seconds. */
export const SweepOnDemandSchema = z.strictObject({
  version,
  mode: z.literal("on-demand"),
  seconds: z.int().check(z.positive(), z.maximum(60)),
});
export type SweepOnDemand = z.infer<typeof SweepOnDemandSchema>;

/**
 * What Step Functions tells EventBridge of an execution that failed, timed out or was aborted, as far as the sweep reads
 * it (https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html).
 */
export const FailedExecutionSchema = z.object({
  "detail-type": z.literal("Step Functions Execution Status Change"),
  detail: z.object({ name: z.string(), input: z.string() }),
});

/** What Lockstep's bus tells of an access flow that was saved or deleted, as far as the sweep reads it (docs/events.md). */
export const ChangedFlowSchema = z.object({
  "detail-type": z.literal("ConfigurationChanged"),
  detail: z.object({ kind: z.literal("access-flow"), name: FlowNameSchema }),
});

/** Everything that the sweep's function is called with. */
export const SweepPayloadSchema = z.union([
  ScheduledSweepSchema,
  SweepOnDemandSchema,
  FailedExecutionSchema,
  ChangedFlowSchema,
]);
export type SweepPayload = z.infer<typeof SweepPayloadSchema>;

/** An execution's input, of whatever version and beginning: which request it was for. */
const AnyExecutionInputSchema = z.object({ requestId: RequestIdSchema });

/** The request that an execution was for; undefined when somebody started it with something else. */
export const requestOfExecution = (input: string): z.infer<typeof RequestIdSchema> | undefined => {
  const parsed = AnyExecutionInputSchema.safeParse(jsonOf(input));
  return parsed.success ? parsed.data.requestId : undefined;
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
