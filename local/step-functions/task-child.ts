import type { Json, JsonObject } from "../wire/json.ts";
import { AwsError } from "../wire/service.ts";
import type { TaskState } from "./definition.ts";
import { executionArnOf } from "./arns.ts";
import { describeChild } from "./child-description.ts";
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

/** https://docs.aws.amazon.com/step-functions/latest/dg/stepfunctions-iam.html */
const requireRole = async (visiting: Visiting<TaskState>, machineArn: string, waitsForEnd: boolean) => {
  const { roleArn, name: executionName } = visiting.execution.record;
  const may = (action: string, resource: string) =>
    visiting.interpreter.authorize({ roleArn, executionName, action, resource });
  await may("states:StartExecution", machineArn);
  if (!waitsForEnd) return;
  const [, partition = "", , region = "", accountId = ""] = machineArn.split(":");
  const rule = `arn:${partition}:events:${region}:${accountId}:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule`;
  await may("states:DescribeExecution", executionArnOf(machineArn, "child"));
  await may("states:StopExecution", executionArnOf(machineArn, "child"));
  for (const action of ["events:PutTargets", "events:PutRule", "events:DescribeRule"])
    await may(action, rule);
};

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
      await requireRole(visiting, machineArn, waitsForEnd);
      started = children.start({ machineArn, name: name ?? task.id, input, startedBy: task.id });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return {
        error: `StepFunctions.${error.name.replace(/Exception$/, "")}Exception`,
        cause: error.message,
      };
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
