import type { Json, JsonObject } from "../wire/json.ts";
import type { Failure, Outcome, TaskProgress, Variables } from "./records.ts";
import type { TaskResource } from "./task-resource.ts";

/*
 * The events of an execution's history, by the types and members that GetExecutionHistory documents.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
 */

/** An event before it has an id and a time. */
export interface EventDraft {
  readonly type: string;
  readonly details?: JsonObject;
}

const WHOLE = { truncated: false };
const text = (value: Json) => JSON.stringify(value);
const input = (value: string) => ({ input: value, inputDetails: WHOLE });
const output = (value: string) => ({ output: value, outputDetails: WHOLE });

export const executionStarted = (executionInput: string, roleArn: string): EventDraft => ({
  type: "ExecutionStarted",
  details: { executionStartedEventDetails: { ...input(executionInput), roleArn } },
});

export const executionSucceeded = (result: string): EventDraft => ({
  type: "ExecutionSucceeded",
  details: { executionSucceededEventDetails: output(result) },
});

/** `type` is the whole name: ExecutionFailed, ExecutionAborted or ExecutionTimedOut. */
export const executionEnded = (
  type: "ExecutionFailed" | "ExecutionAborted" | "ExecutionTimedOut",
  error: string | undefined,
  cause: string | undefined,
): EventDraft => {
  const member = `e${type.slice(1)}EventDetails`;
  return { type, details: { [member]: { error, cause } } };
};

export const stateEntered = (stateType: string, name: string, stateInput: Json): EventDraft => ({
  type: `${stateType}StateEntered`,
  details: { stateEnteredEventDetails: { name, ...input(text(stateInput)) } },
});

export const stateExited = (
  stateType: string,
  name: string,
  stateOutput: Json,
  assigned: Variables,
): EventDraft => {
  const variables = Object.fromEntries(Object.entries(assigned).map(([key, value]) => [key, text(value)]));
  const assignedVariables =
    Object.keys(variables).length === 0
      ? {}
      : { assignedVariables: variables, assignedVariablesDetails: WHOLE };
  return {
    type: `${stateType}StateExited`,
    details: { stateExitedEventDetails: { name, ...output(text(stateOutput)), ...assignedVariables } },
  };
};

export const evaluationFailed = (
  state: string,
  error: string,
  cause: string,
  location: string,
): EventDraft => ({
  type: "EvaluationFailed",
  details: { evaluationFailedEventDetails: { state, error, cause, location } },
});

/** A plain function ARN has its own family of events, without `resourceType`. */
export const taskScheduled = (resource: TaskResource, task: TaskProgress, region: string): EventDraft[] => {
  const timeoutInSeconds = task.timeoutSeconds;
  if (resource.integration === "function") {
    return [
      {
        type: "LambdaFunctionScheduled",
        details: {
          lambdaFunctionScheduledEventDetails: {
            resource: resource.functionArn,
            ...input(text(task.arguments)),
            timeoutInSeconds,
          },
        },
      },
      { type: "LambdaFunctionStarted" },
    ];
  }
  const called = { resourceType: resource.resourceType, resource: resource.resource };
  const parameters = text(task.arguments);
  const heartbeatInSeconds = task.heartbeatSeconds;
  return [
    {
      type: "TaskScheduled",
      details: {
        taskScheduledEventDetails: { ...called, region, parameters, timeoutInSeconds, heartbeatInSeconds },
      },
    },
    { type: "TaskStarted", details: { taskStartedEventDetails: called } },
  ];
};

export const parallelStarted: EventDraft = { type: "ParallelStateStarted" };

export const mapStarted = (length: number): EventDraft => ({
  type: "MapStateStarted",
  details: { mapStateStartedEventDetails: { length } },
});

export const mapRunStarted = (mapRunArn: string): EventDraft => ({
  type: "MapRunStarted",
  details: { mapRunStartedEventDetails: { mapRunArn } },
});

export const mapRunSucceeded: EventDraft = { type: "MapRunSucceeded" };

export const mapRunAborted: EventDraft = { type: "MapRunAborted" };

export const mapRunFailed = ({ error, cause }: Failure): EventDraft => ({
  type: "MapRunFailed",
  details: { mapRunFailedEventDetails: { error, cause } },
});

export const mapIteration = (
  ending: "Started" | "Succeeded" | "Failed" | "Aborted",
  name: string,
  index: number,
): EventDraft => ({
  type: `MapIteration${ending}`,
  details: { [`mapIteration${ending}EventDetails`]: { name, index } },
});

/** The end of a Parallel or Map as a whole, or of a state whose siblings' failure stopped it. */
export const stateEnded = (stateType: string, ending: "Succeeded" | "Failed" | "Aborted"): EventDraft => ({
  type: `${stateType}State${ending}`,
});

export const taskSubmitted = (
  resource: Exclude<TaskResource, { integration: "function" }>,
  response: Json,
): EventDraft => ({
  type: "TaskSubmitted",
  details: {
    taskSubmittedEventDetails: {
      resourceType: resource.resourceType,
      resource: resource.resource,
      ...output(text(response)),
    },
  },
});

export const taskEnded = (resource: TaskResource, outcome: Outcome, timedOut: boolean): EventDraft => {
  const ending = "output" in outcome ? "Succeeded" : timedOut ? "TimedOut" : "Failed";
  const details =
    "output" in outcome ? output(text(outcome.output)) : { error: outcome.error, cause: outcome.cause };
  if (resource.integration === "function") {
    return {
      type: `LambdaFunction${ending}`,
      details: { [`lambdaFunction${ending}EventDetails`]: details },
    };
  }
  const called = { resourceType: resource.resourceType, resource: resource.resource };
  return { type: `Task${ending}`, details: { [`task${ending}EventDetails`]: { ...called, ...details } } };
};
