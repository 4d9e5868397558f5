import { readFileSync } from "node:fs";
import { FailedExecutionSchema, requestOfExecution } from "../../../lambdas/core/contracts/sweep.ts";
import type { ExecutionInput } from "../../../lambdas/core/contracts/workflow.ts";
import { RetryableError } from "../../../lambdas/core/domain/errors.ts";
import type { Clock } from "../../../lambdas/core/ports/clock.ts";
import type { AccessRequestStore } from "../../../lambdas/core/ports/stores.ts";
import type { Workflow } from "../../../lambdas/core/ports/workflow.ts";
import { replaceExecution } from "../../../lambdas/core/use-cases/sweep/resume-request.ts";
import type { InvokeFunction } from "../../../local/step-functions/ports.ts";
import { createStepFunctions } from "../../../local/step-functions/step-functions.ts";
import { openLocalStore } from "../../../local/store.ts";
import type { Json, JsonObject } from "../../../local/wire/json.ts";
import { AwsError } from "../../../local/wire/service.ts";
import type { Interruptions } from "./interruptions.ts";

const MACHINE = "arn:aws:states:eu-west-1:111111111111:stateMachine:lockstep-access-request";
const today = readFileSync(
  new URL("../../../statemachines/access-request.asl.json", import.meta.url),
  "utf8",
);
const withFunctions = (definition: string): string =>
  definition
    .replaceAll("${AwaitApprovalFunction}", "await-approval")
    .replaceAll("${GrantAccessFunction}", "grant-access")
    .replaceAll("${RevokeAccessFunction}", "revoke-access");

const isFailure = (status: unknown): boolean =>
  status === "FAILED" || status === "TIMED_OUT" || status === "ABORTED";

const isGone = (error: unknown): boolean =>
  error instanceof AwsError && ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"].includes(error.name);

/** The real state machine on the embedded Step Functions, and the port by which Lockstep reaches it. */
export const createStateMachine = (options: {
  readonly clock: Clock;
  readonly requests: AccessRequestStore;
  readonly interruptions: Interruptions;
  readonly invokeFunction: InvokeFunction;
  readonly newId: () => string;
  /** Another state machine than today's: the text of its definition, as it is in statemachines/. */
  readonly definition: string | undefined;
  /** The rule that replaces an execution that failed, timed out or was aborted; without it, nobody does. */
  readonly replacesExecutions: boolean | undefined;
}) => {
  const { clock, requests, interruptions, invokeFunction, newId, definition, replacesExecutions } = options;
  const engine = createStepFunctions({
    clock,
    store: openLocalStore(),
    invokeFunction,
    publish: async ({ detail }) => {
      if (replacesExecutions !== true || !isFailure(detail["status"])) return;
      const { name, input } = FailedExecutionSchema.shape.detail.parse(detail);
      const requestId = requestOfExecution(input);
      if (requestId !== undefined) await replaceExecution({ requests, workflow })({ name, requestId });
    },
    region: "eu-west-1",
    accountId: "111111111111",
    newId,
    random: () => 0.5,
  });
  engine.registerMachine({
    arn: MACHINE,
    name: "lockstep-access-request",
    definition: withFunctions(definition ?? today),
    roleArn: "arn:aws:iam::111111111111:role/machine",
    type: "STANDARD",
  });
  const states: string[] = [];
  engine.observe(({ state }) => states.push(state));
  engine.start();

  const call = async (operation: string, input: JsonObject): Promise<JsonObject> =>
    (await engine.service.operations[operation]?.(input, {
      accessKeyId: "test",
      principalArn: "arn:aws:iam::111111111111:root",
      accountId: "111111111111",
      region: "eu-west-1",
    })) ?? {};
  const workflow: Workflow = {
    start: async (name, input: ExecutionInput) => {
      try {
        if (interruptions.lost.includes("start"))
          throw new RetryableError("WorkflowUnavailable", "no answer");
        await call("StartExecution", { stateMachineArn: MACHINE, name, input: JSON.stringify(input) });
        return "started";
      } catch (error) {
        if (!(error instanceof AwsError && error.name === "ExecutionAlreadyExists")) throw error;
        return "exists";
      }
    },
    wake: async (taskToken) => {
      try {
        await call("SendTaskSuccess", { taskToken, output: "{}" });
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    },
  };
  return {
    call,
    workflow,
    /** Every state that was entered, in order. */
    states,
    stopExecutions: async (): Promise<void> => {
      const { executions } = await call("ListExecutions", {
        stateMachineArn: MACHINE,
        statusFilter: "RUNNING",
      });
      for (const { executionArn } of executions as readonly { executionArn: string }[]) {
        await call("StopExecution", { executionArn });
      }
    },
    runningExecutions: async () =>
      (
        (await call("ListExecutions", { stateMachineArn: MACHINE, statusFilter: "RUNNING" }))[
          "executions"
        ] as readonly Json[]
      ).length,
  };
};
