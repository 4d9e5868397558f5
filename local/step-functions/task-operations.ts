import type { JsonObject } from "../wire/json.ts";
import { AwsError } from "../wire/service.ts";
import type { Operation } from "../wire/service.ts";
import type { RunningExecution } from "./execution.ts";
import type { Frame, Outcome, TaskProgress } from "./records.ts";
import type { StatesServiceDependencies } from "./service-dependencies.ts";
import { optionalText, requireJson, requiredText } from "./service-input.ts";
import { endTask } from "./task.ts";
import { readToken } from "./task-token.ts";
import { LARGEST_PAYLOAD_BYTES } from "./visiting.ts";

interface OpenTask {
  readonly execution: RunningExecution;
  readonly frame: Frame;
  readonly task: TaskProgress;
}

/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html */
const LONGEST_ERROR = 256;
const LONGEST_CAUSE = 32_768;

/** Every thread of an execution: its own and those inside Parallel and Map states. */
const threadsOf = (frame: Frame): Frame[] => [
  frame,
  ...(frame.visit?.attempt.branches ?? []).flatMap((branch) => threadsOf(branch.frame)),
];

/**
 * SendTaskSuccess, SendTaskFailure and SendTaskHeartbeat. A token is good for one outcome; after that, and after
 * its task or execution has ended otherwise, AWS answers TaskTimedOut.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
 */
export const taskOperations = (dependencies: StatesServiceDependencies): Record<string, Operation> => {
  const { clock, records, executions } = dependencies;

  const findTask = (input: JsonObject): OpenTask => {
    const token = requiredText(input, "taskToken");
    const content = readToken(token);
    if (content === undefined) throw new AwsError("InvalidToken", "Invalid Token: 'Invalid token'");
    const record = records.execution(content.executionArn);
    if (record === undefined) throw new AwsError("TaskDoesNotExist", "Task Does Not Exist: 'Unknown task'");
    const execution = executions.running(content.executionArn);
    if (execution === undefined && record.status === "RUNNING") {
      throw new AwsError("ServiceUnavailable", "The embedded Step Functions is starting or stopping", 503);
    }
    for (const frame of execution === undefined ? [] : threadsOf(execution.record.root)) {
      const task = frame.visit?.attempt.task;
      if (execution !== undefined && task?.token === token && task.outcome === undefined) {
        return { execution, frame, task };
      }
    }
    throw new AwsError("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'");
  };

  const finish = ({ execution, frame, task }: OpenTask, outcome: Outcome): JsonObject => {
    endTask(execution, frame, task, outcome);
    return {};
  };

  return {
    SendTaskSuccess: (input) => {
      const text = requiredText(input, "output", LARGEST_PAYLOAD_BYTES);
      const output = requireJson(text, (flaw) => new AwsError("InvalidOutput", `Invalid Output: '${flaw}'`));
      return finish(findTask(input), { output });
    },
    SendTaskFailure: (input) => {
      const error = optionalText(input, "error", LONGEST_ERROR);
      const cause = optionalText(input, "cause", LONGEST_CAUSE);
      return finish(findTask(input), { error, cause });
    },
    SendTaskHeartbeat: (input) => {
      const { execution, task } = findTask(input);
      const { heartbeatSeconds } = task;
      if (heartbeatSeconds !== undefined) {
        execution.commit(() => {
          task.heartbeatAt = new Date(clock.now().getTime() + heartbeatSeconds * 1000).toISOString();
        });
        execution.taskChanged(task);
      }
      return {};
    },
  };
};
