import type { Json, JsonObject } from "../wire/json.ts";
import { AwsError } from "../wire/service.ts";
import type { TaskState } from "./definition.ts";
import { executionArnOf } from "./arns.ts";
import type { ExecutionRecord, Outcome, TaskProgress } from "./records.ts";
import { Names } from "./states-error.ts";
import { stateError } from "./visiting.ts";
import type { Visiting } from "./visiting.ts";

interface ChildArguments {
  readonly machineArn: string;
  readonly name: string | undefined;
  readonly input: string;
}

const readArguments = (visiting: Visiting<TaskState>, taskArguments: Json): ChildArguments => {
  const given = (
    typeof taskArguments === "object" && taskArguments !== null && !Array.isArray(taskArguments)
      ? taskArguments
      : {}
  ) as JsonObject;
  const { StateMachineArn: machineArn, Name: name, Input: input } = given;
  if (typeof machineArn !== "string") {
    throw stateError(visiting, Names.runtime, "The argument StateMachineArn is missing");
  }
  return {
    machineArn,
    name: typeof name === "string" ? name : undefined,
    input: typeof input === "string" ? input : JSON.stringify(input ?? {}),
  };
};

/** The ARN that the task's child will have, fixed before it is started, so that a restart finds the same child. */
export const childArnOf = (visiting: Visiting<TaskState>, taskArguments: Json, taskId: string): string => {
  const { machineArn, name } = readArguments(visiting, taskArguments);
  return executionArnOf(machineArn, name ?? taskId);
};

/** The child as `.sync:2` reports it: like DescribeExecution, with parsed input and output and dates in milliseconds. */
const describeChild = (child: ExecutionRecord): JsonObject => ({
  ExecutionArn: child.arn,
  Input: JSON.parse(child.input) as Json,
  InputDetails: { Included: true },
  Name: child.name,
  ...(child.output === undefined
    ? {}
    : { Output: JSON.parse(child.output) as Json, OutputDetails: { Included: true } }),
  ...(child.error === undefined ? {} : { Error: child.error }),
  ...(child.cause === undefined ? {} : { Cause: child.cause }),
  StartDate: Date.parse(child.startedAt),
  StateMachineArn: child.machineArn,
  Status: child.status,
  ...(child.stoppedAt === undefined ? {} : { StopDate: Date.parse(child.stoppedAt) }),
});

/**
 * Starts the child and, if asked, waits for its end; undefined when the parent is stopped meanwhile.
 * A child that does not succeed is States.TaskFailed.
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
 */
export const runChild = async (
  visiting: Visiting<TaskState>,
  task: TaskProgress,
  waitsForEnd: boolean,
  submit: (response: Json) => void,
): Promise<Outcome | undefined> => {
  const { children } = visiting.interpreter;
  const { machineArn, name, input } = readArguments(visiting, task.arguments);
  if (!task.submitted) {
    let started: ExecutionRecord;
    try {
      started = children.start({ machineArn, name: name ?? task.id, input, startedBy: task.id });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { error: `StepFunctions.${error.name}Exception`, cause: error.message };
    }
    const response = { ExecutionArn: started.arn, StartDate: Date.parse(started.startedAt) };
    if (!waitsForEnd) return { output: response };
    submit(response);
  }
  const child = await children.ended(executionArnOf(machineArn, name ?? task.id), visiting.signal);
  if (child === undefined) return undefined;
  const description = describeChild(child);
  return child.status === "SUCCEEDED"
    ? { output: description }
    : { error: Names.taskFailed, cause: JSON.stringify(description) };
};
