import type { Json } from "../wire/json.ts";
import type { TaskState } from "./definition.ts";
import { taskEnded, taskScheduled, taskSubmitted } from "./history.ts";
import { childArnOf, runChild } from "./task-child.ts";
import { invokeForTask } from "./task-lambda.ts";
import { pause } from "./pause.ts";
import type { Frame, Outcome, TaskProgress } from "./records.ts";
import { Interrupted, Names, StatesError } from "./states-error.ts";
import { parseTaskResource } from "./task-resource.ts";
import type { TaskResource } from "./task-resource.ts";
import { issueToken } from "./task-token.ts";
import type { RunningExecution } from "./execution.ts";
import { commit, evaluateAs, evaluateIn, handOver, requireSize, wholeNumber } from "./visiting.ts";
import type { Transition, Visiting } from "./visiting.ts";

/** 99,999,999 seconds: the longest timeout, and the default. https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html */
const LONGEST_TIMEOUT_SECONDS = 99_999_999;

const resourceOf = (resource: string): TaskResource => {
  const parsed = parseTaskResource(resource);
  if (parsed === undefined) throw new StatesError(Names.runtime, `${resource} cannot be called`);
  return parsed;
};

/** Commits a task's end, whoever brings it (the function, a token, a timeout); only the first one counts. */
export const endTask = (
  execution: RunningExecution,
  frame: Frame,
  task: TaskProgress,
  outcome: Outcome,
  timedOut = false,
): void => {
  if (task.outcome !== undefined) return;
  execution.commit((append) => {
    append(frame, taskEnded(resourceOf(task.resource), outcome, timedOut));
    task.outcome = outcome;
  });
  execution.taskChanged(task);
};

const secondsIn = (visiting: Visiting<TaskState>, field: "TimeoutSeconds" | "HeartbeatSeconds") => {
  const template = visiting.state[field];
  if (template === undefined) return undefined;
  const expected = `a whole number from 1 to ${String(LONGEST_TIMEOUT_SECONDS)}`;
  return evaluateAs(visiting, template, field, wholeNumber(1, LONGEST_TIMEOUT_SECONDS), expected);
};

const schedule = async (visiting: Visiting<TaskState>, resource: TaskResource): Promise<TaskProgress> => {
  const { interpreter, execution, frame, visit, state } = visiting;
  const id = interpreter.newId();
  const token =
    resource.integration === "lambda" && resource.waitsForToken
      ? issueToken(execution.record.arn, id)
      : undefined;
  const readable = token === undefined ? {} : { token };
  const taskArguments =
    state.Arguments === undefined
      ? frame.input
      : await evaluateIn(visiting, state.Arguments, "Arguments", readable);
  requireSize(visiting, taskArguments, "arguments");
  const timeoutSeconds = await secondsIn(visiting, "TimeoutSeconds");
  const heartbeatSeconds = await secondsIn(visiting, "HeartbeatSeconds");
  const after = (seconds: number) =>
    new Date(interpreter.clock.now().getTime() + seconds * 1000).toISOString();
  const childArn =
    resource.integration === "child-execution" ? childArnOf(visiting, taskArguments, id) : undefined;
  const task: TaskProgress = {
    id,
    resource: state.Resource,
    arguments: taskArguments,
    submitted: false,
    ...readable,
    ...(childArn === undefined ? {} : { childArn }),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds, timeoutAt: after(timeoutSeconds) }),
    ...(heartbeatSeconds === undefined ? {} : { heartbeatSeconds, heartbeatAt: after(heartbeatSeconds) }),
  };
  commit(visiting, (append) => {
    for (const event of taskScheduled(resource, task, interpreter.region)) append(frame, event);
    visit.attempt.task = task;
  });
  return task;
};

/** Commits that the request was made, so that it is not made again after a restart. */
const submit = (
  visiting: Visiting<TaskState>,
  resource: Exclude<TaskResource, { integration: "function" }>,
  task: TaskProgress,
  response: Json,
) => {
  commit(visiting, (append) => {
    append(visiting.frame, taskSubmitted(resource, response));
    task.submitted = true;
  });
};

/** Makes the task's request (unless an earlier run of this process did) and ends the task with what comes of it. */
const perform = async (visiting: Visiting<TaskState>, resource: TaskResource, task: TaskProgress) => {
  const finish = (outcome: Outcome) => {
    endTask(visiting.execution, visiting.frame, task, outcome);
  };
  if (resource.integration === "child-execution") {
    const outcome = await runChild(visiting, task, resource.waitsForEnd, (response) => {
      submit(visiting, resource, task, response);
    });
    if (outcome !== undefined) finish(outcome);
    return;
  }
  if (task.submitted) return;
  const outcome = await invokeForTask(visiting, resource, task);
  if (visiting.signal.aborted || task.outcome !== undefined) return;
  const waits = resource.integration === "lambda" && resource.waitsForToken;
  if (waits && "output" in outcome) submit(visiting, resource, task, outcome.output);
  else finish(outcome);
};

interface Deadline {
  readonly at: Date;
  readonly error: string;
}

const nextDeadline = (task: TaskProgress): Deadline | undefined => {
  const deadlines: Deadline[] = [];
  if (task.timeoutAt !== undefined) deadlines.push({ at: new Date(task.timeoutAt), error: Names.timeout });
  if (task.heartbeatAt !== undefined) {
    deadlines.push({ at: new Date(task.heartbeatAt), error: Names.heartbeatTimeout });
  }
  return deadlines.toSorted((a, b) => a.at.getTime() - b.at.getTime())[0];
};

/** Waits until the task has an outcome, and gives it one when its time is up. */
const awaitOutcome = async (
  visiting: Visiting<TaskState>,
  resource: TaskResource,
  task: TaskProgress,
): Promise<Outcome> => {
  const { clock } = visiting.interpreter;
  let change = new AbortController();
  let defect: { readonly error: unknown } | undefined;
  visiting.execution.onTaskChange(task, () => {
    change.abort();
  });
  perform(visiting, resource, task).catch((error: unknown) => {
    defect = { error };
    change.abort();
  });
  try {
    while (task.outcome === undefined) {
      await pause(clock, nextDeadline(task)?.at, visiting.signal, change.signal);
      if (visiting.signal.aborted) throw new Interrupted();
      if (defect !== undefined) throw defect.error;
      change = new AbortController();
      const deadline = nextDeadline(task);
      if (deadline !== undefined && clock.now() >= deadline.at) {
        endTask(visiting.execution, visiting.frame, task, { error: deadline.error }, true);
      }
    }
    return task.outcome;
  } finally {
    // AWS stops the child of a .sync task that was stopped or timed out; a child that ended is left alone.
    if (task.childArn !== undefined && task.submitted) visiting.interpreter.children.abandon(task.childArn);
  }
};

/** Runs a Task state, or picks it up where a killed process left it. */
export const runTask = async (visiting: Visiting<TaskState>): Promise<Transition> => {
  const resource = resourceOf(visiting.state.Resource);
  const task = visiting.visit.attempt.task ?? (await schedule(visiting, resource));
  const outcome = task.outcome ?? (await awaitOutcome(visiting, resource, task));
  if (!("output" in outcome)) throw new StatesError(outcome.error, outcome.cause);
  return handOver(visiting, visiting.state, outcome.output, { result: outcome.output });
};
