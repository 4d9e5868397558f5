import * as z from "zod/mini";
import type { Json } from "../wire/json.ts";
import type { ItemProcessor, MachineDefinition, State, StatesScope } from "./definition.ts";

const template: z.ZodMiniType<Json> = z.json();
const name = z.string().check(z.minLength(1));
const expression = z
  .string()
  .check(z.regex(/^\{%[\s\S]*%\}$/, "expected a number or a JSONata expression {% … %}"));
const count = z.number().check(z.int(), z.nonnegative());
const countOrExpression = z.union([count, expression]);
/** "up to 40 characters", without these: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html */
const label = z
  .string()
  .check(z.regex(/^[^\s?*<>{}[\]:;,\\|^~$#%&`"\u0000-\u001f\u007f-\u009f]{1,40}$/, "is no label"));

const described = {
  Comment: z.optional(z.string()),
  QueryLanguage: z.optional(z.literal("JSONata")),
};
const assignable = {
  Assign: z.optional(z.record(name, template)),
  Output: z.optional(template),
};
const handover = { ...assignable, Next: z.optional(name), End: z.optional(z.boolean()) };

/** Bounds and defaults: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */
const Retrier = z.strictObject({
  Comment: z.optional(z.string()),
  ErrorEquals: z.array(name).check(z.minLength(1)),
  IntervalSeconds: z.optional(z.number().check(z.int(), z.positive(), z.maximum(99_999_999))),
  MaxAttempts: z.optional(count.check(z.maximum(99_999_999))),
  BackoffRate: z.optional(z.number().check(z.minimum(1))),
  MaxDelaySeconds: z.optional(z.number().check(z.int(), z.positive(), z.maximum(31_622_400))),
  JitterStrategy: z.optional(z.enum(["FULL", "NONE"])),
});
const Catcher = z.strictObject({
  ...assignable,
  Comment: z.optional(z.string()),
  ErrorEquals: z.array(name).check(z.minLength(1)),
  Next: name,
});
const fallible = { Retry: z.optional(z.array(Retrier)), Catch: z.optional(z.array(Catcher)) };

const Pass = z.strictObject({ ...described, ...handover, Type: z.literal("Pass") });
const Task = z.strictObject({
  ...described,
  ...handover,
  ...fallible,
  Type: z.literal("Task"),
  Resource: name,
  Arguments: z.optional(template),
  TimeoutSeconds: z.optional(countOrExpression),
  HeartbeatSeconds: z.optional(countOrExpression),
});
const Choice = z.strictObject({
  ...described,
  ...assignable,
  Type: z.literal("Choice"),
  Choices: z
    .array(
      z.strictObject({
        ...assignable,
        Comment: z.optional(z.string()),
        Condition: z.union([z.boolean(), expression]),
        Next: name,
      }),
    )
    .check(z.minLength(1)),
  Default: z.optional(name),
});
const Wait = z.strictObject({
  ...described,
  ...handover,
  Type: z.literal("Wait"),
  Seconds: z.optional(countOrExpression),
  Timestamp: z.optional(z.string()),
});
const Succeed = z.strictObject({ ...described, Type: z.literal("Succeed"), Output: z.optional(template) });
const Fail = z.strictObject({
  ...described,
  Type: z.literal("Fail"),
  Error: z.optional(z.string()),
  Cause: z.optional(z.string()),
});
const states = z.lazy(() => z.record(name, StateSchema));
const scope: z.ZodMiniType<StatesScope> = z.strictObject({
  Comment: z.optional(z.string()),
  StartAt: name,
  States: states,
});
const itemProcessor: z.ZodMiniType<ItemProcessor> = z.strictObject({
  Comment: z.optional(z.string()),
  ProcessorConfig: z.optional(
    z.discriminatedUnion("Mode", [
      z.strictObject({ Mode: z.literal("INLINE") }),
      z.strictObject({
        Mode: z.literal("DISTRIBUTED"),
        ExecutionType: z.enum(["STANDARD", "EXPRESS"]),
      }),
    ]),
  ),
  StartAt: name,
  States: states,
});
const Parallel = z.strictObject({
  ...described,
  ...handover,
  ...fallible,
  Type: z.literal("Parallel"),
  Branches: z.array(scope).check(z.minLength(1)),
  Arguments: z.optional(template),
});
const MapType = z.strictObject({
  ...described,
  ...handover,
  ...fallible,
  Type: z.literal("Map"),
  ItemProcessor: itemProcessor,
  Items: z.optional(template),
  ItemSelector: z.optional(template),
  MaxConcurrency: z.optional(countOrExpression),
  ItemBatcher: z.optional(
    z.strictObject({ MaxItemsPerBatch: countOrExpression, BatchInput: z.optional(template) }),
  ),
  ToleratedFailureCount: z.optional(countOrExpression),
  ToleratedFailurePercentage: z.optional(z.union([z.number().check(z.gte(0), z.lte(100)), expression])),
  Label: z.optional(label),
});
const StateSchema: z.ZodMiniType<State> = z.discriminatedUnion("Type", [
  Pass,
  Task,
  Choice,
  Wait,
  Succeed,
  Fail,
  Parallel,
  MapType,
]);

/** The shape of a machine; `parseDefinition` also checks what a shape cannot say. */
export const MachineSchema: z.ZodMiniType<MachineDefinition> = z.strictObject({
  Comment: z.optional(z.string()),
  Version: z.optional(z.literal("1.0")),
  QueryLanguage: z.literal("JSONata"),
  StartAt: name,
  States: states,
  TimeoutSeconds: z.optional(z.number().check(z.int(), z.positive(), z.maximum(99_999_999))),
});
