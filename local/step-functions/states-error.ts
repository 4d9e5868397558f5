/** An error inside an execution, by the name that Retry and Catch match. */
export class StatesError extends Error {
  /** Absent only for a Fail state that gives none. */
  readonly error: string | undefined;
  /** Absent where AWS gives none (timeouts). */
  readonly causeText: string | undefined;

  constructor(error?: string, cause?: string) {
    super([error, cause].filter((part) => part !== undefined).join(": "));
    this.name = "StatesError";
    this.error = error;
    this.causeText = cause;
  }
}

/** The execution was stopped, timed out or is no longer run by this engine: nothing may be written for it. */
export class Interrupted extends Error {
  constructor() {
    super("The execution is no longer running here");
    this.name = "Interrupted";
  }
}

/** The reserved error names that this engine raises. https://states-language.net/spec.html#appendix-a */
export const Names = {
  all: "States.ALL",
  dataLimitExceeded: "States.DataLimitExceeded",
  exceedToleratedFailureThreshold: "States.ExceedToleratedFailureThreshold",
  heartbeatTimeout: "States.HeartbeatTimeout",
  permissions: "States.Permissions",
  queryEvaluationError: "States.QueryEvaluationError",
  runtime: "States.Runtime",
  taskFailed: "States.TaskFailed",
  timeout: "States.Timeout",
} as const;

/** "States.ALL … can't catch the States.DataLimitExceeded terminal error or Runtime error types." */
const TERMINAL: ReadonlySet<string> = new Set([Names.dataLimitExceeded, Names.runtime]);

/** A missed heartbeat is also a States.Timeout (the ASL's appendix A). */
const TIMEOUTS: ReadonlySet<string> = new Set([Names.timeout, Names.heartbeatTimeout]);

const matches = (pattern: string, error: string): boolean => {
  switch (pattern) {
    case Names.all:
      return !TERMINAL.has(error);
    case Names.taskFailed:
      // "a wildcard that matches any known error name except for States.Timeout"
      return error === Names.taskFailed || (!TERMINAL.has(error) && !TIMEOUTS.has(error));
    case Names.timeout:
      return TIMEOUTS.has(error);
    default:
      return pattern === error;
  }
};

/**
 * Whether a retrier or catcher with these `ErrorEquals` takes the error.
 * States.Runtime is never retried or caught, not even by its own name.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
export const errorMatches = (errorEquals: readonly string[], error: string | undefined): boolean =>
  error !== Names.runtime && errorEquals.some((pattern) => matches(pattern, error ?? ""));
