import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { Json } from "../wire/json.ts";
import { contextObject } from "./context-object.ts";
import type { Handover, State, StatesScope, Template } from "./definition.ts";
import type { Append, RunningExecution } from "./execution.ts";
import { EvaluationFailure } from "./expression.ts";
import type { Evaluate } from "./expression.ts";
import { evaluationFailed } from "./history.ts";
import type { AuthorizeRole, ChildExecutions, InvokeFunction } from "./ports.ts";
import type { Frame, Variables, Visit } from "./records.ts";
import { Interrupted, Names, StatesError } from "./states-error.ts";

/** What the interpreter needs from the engine around it. */
export interface Interpreter {
  readonly clock: Clock;
  readonly evaluate: Evaluate;
  readonly invokeFunction: InvokeFunction;
  readonly authorize: AuthorizeRole;
  readonly children: ChildExecutions;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly newId: () => string;
  readonly region: string;
  readonly accountId: string;
  readonly onStateEntered: (execution: RunningExecution, state: string, type: State["Type"]) => void;
}

/** One sequence of states being run: the machine's own, a Parallel's branch or a Map's item. */
export interface Thread {
  readonly interpreter: Interpreter;
  readonly execution: RunningExecution;
  readonly scope: StatesScope;
  readonly frame: Frame;
  /** Aborts with the execution, or when a sibling branch fails. */
  readonly signal: AbortSignal;
}

/** A thread inside one of its states. */
export interface Visiting<S extends State = State> extends Thread {
  readonly state: S;
  readonly visit: Visit;
}

/** What leaving a state comes to; without `next` the thread ends. */
export interface Transition {
  readonly next: string | undefined;
  readonly output: Json;
  readonly assigned: Variables;
}

/** What `$states` holds besides the input and the context. */
export interface Readable {
  readonly result?: Json;
  readonly errorOutput?: Json;
  /** The task token, before it is part of the visit. */
  readonly token?: string;
}

/** 256 KiB of UTF-8, for any input, output or result. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const LARGEST_PAYLOAD_BYTES = 262_144;

/** Commits as `RunningExecution.commit` does, unless a sibling's failure has stopped this thread. */
export const commit = <T>(thread: Thread, change: (append: Append) => T): T => {
  if (thread.signal.aborted) throw new Interrupted();
  return thread.execution.commit(change);
};

/** An error of the state itself; the cause begins as AWS's do. */
export const stateError = ({ frame, visit }: Visiting, error: string, cause: string): StatesError => {
  const where = `'${frame.state}' (entered at the event id #${String(visit.enteredEventId)})`;
  return new StatesError(error, `An error occurred while executing the state ${where}. ${cause}`);
};

const evaluationError = (visiting: Visiting, message: string, field: string): StatesError => {
  const error = stateError(visiting, Names.queryEvaluationError, message);
  commit(visiting, (append) => {
    const cause = error.causeText ?? message;
    append(visiting.frame, evaluationFailed(visiting.frame.state, Names.queryEvaluationError, cause, field));
  });
  return error;
};

/** Evaluates a template of the state; throws States.QueryEvaluationError after noting it in the history. */
export const evaluateIn = async (
  visiting: Visiting,
  template: Template,
  field: string,
  readable: Readable = {},
): Promise<Json> => {
  const { interpreter, execution, frame, visit } = visiting;
  const { token = visit.attempt.task?.token, ...results } = readable;
  const states = {
    input: frame.input,
    context: contextObject(execution.record, frame, visit, token),
    ...results,
  };
  try {
    return await interpreter.evaluate(template, field, { ...frame.variables, states });
  } catch (error) {
    if (error instanceof EvaluationFailure) throw evaluationError(visiting, error.message, error.field);
    throw error;
  }
};

/** A value of the wrong type is an evaluation error too; `expected` completes "Expected …". */
export const evaluateAs = async <T extends Json>(
  visiting: Visiting,
  template: Template,
  field: string,
  accepts: (value: Json) => value is T,
  expected: string,
): Promise<T> => {
  const value = await evaluateIn(visiting, template, field);
  if (accepts(value)) return value;
  const message = `The value of the field '${field}' has an unexpected type or range. Expected ${expected}, but was: ${JSON.stringify(value)}`;
  throw evaluationError(visiting, message, field);
};

/** A predicate of whole numbers within bounds, both inclusive. */
export const wholeNumber =
  (least: number, most: number) =>
  (value: Json): value is number =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most;

export const isText = (value: Json): value is string => typeof value === "string";

/** Throws States.DataLimitExceeded for a value above the payload limit. */
export const requireSize = (visiting: Visiting, value: Json, what: string): void => {
  if (Buffer.byteLength(JSON.stringify(value)) > LARGEST_PAYLOAD_BYTES) {
    const cause = `The state/task '${visiting.frame.state}' has ${what} with a size exceeding the maximum number of bytes service limit.`;
    throw stateError(visiting, Names.dataLimitExceeded, cause);
  }
};

/**
 * Evaluates the `Assign` and `Output` of a state, a choice rule or a catcher: both read the variables as they were.
 * `prefix` is the place of the rule or catcher, `output` what the state puts out without an `Output` field.
 */
export const handOver = async (
  visiting: Visiting,
  handover: Handover,
  output: Json,
  readable: Readable = {},
  prefix = "",
): Promise<Transition> => {
  const assigned: Variables = {};
  for (const [name, template] of Object.entries(handover.Assign ?? {})) {
    assigned[name] = await evaluateIn(visiting, template, `${prefix}Assign/${name}`, readable);
  }
  const evaluated =
    handover.Output === undefined
      ? output
      : await evaluateIn(visiting, handover.Output, `${prefix}Output`, readable);
  requireSize(visiting, evaluated, "an output");
  return { next: handover.Next, output: evaluated, assigned };
};
