import type { Json } from "../wire/json.ts";
import { runMap, runParallel } from "./branching-states.ts";
import { isDistributedMap } from "./definition.ts";
import type { Catcher, Fallible, State } from "./definition.ts";
import { runDistributedMap } from "./distributed-map.ts";
import { stateEntered, stateExited } from "./history.ts";
import { pause } from "./pause.ts";
import type { Visit } from "./records.ts";
import { decideRetry } from "./retry.ts";
import { runChoice, runFail, runPass, runSucceed, runWait } from "./simple-states.ts";
import { Interrupted, Names, StatesError, errorMatches } from "./states-error.ts";
import { runTask } from "./task.ts";
import { commit, handOver } from "./visiting.ts";
import type { Thread, Transition, Visiting } from "./visiting.ts";

const enter = (thread: Thread, state: State): Visit => {
  const { frame, execution, interpreter } = thread;
  if (frame.visit !== undefined) return frame.visit;
  const visit = commit(thread, (append): Visit => {
    const enteredEventId = append(frame, stateEntered(state.Type, frame.state, frame.input));
    const retries = retriersOf(state).map(() => 0);
    const enteredAt = interpreter.clock.now().toISOString();
    return (frame.visit = { enteredAt, enteredEventId, retries, attempt: {} });
  });
  interpreter.onStateEntered(execution, frame.state, state.Type);
  return visit;
};

const leave = (thread: Thread, state: State, { next, output, assigned }: Transition): void => {
  const { frame } = thread;
  commit(thread, (append) => {
    append(frame, stateExited(state.Type, frame.state, output, assigned));
    Object.assign(frame.variables, assigned);
    delete frame.visit;
    if (next === undefined) {
      frame.output = output;
    } else {
      frame.state = next;
      frame.input = output;
    }
  });
};

const retriersOf = (state: State) => ("Retry" in state ? (state.Retry ?? []) : []);

const attempt = ({ state, ...visiting }: Visiting): Promise<Transition> => {
  switch (state.Type) {
    case "Pass":
      return runPass({ ...visiting, state });
    case "Task":
      return runTask({ ...visiting, state });
    case "Choice":
      return runChoice({ ...visiting, state });
    case "Wait":
      return runWait({ ...visiting, state });
    case "Succeed":
      return runSucceed({ ...visiting, state });
    case "Fail":
      return runFail({ ...visiting, state });
    case "Parallel":
      return runParallel({ ...visiting, state }, runThread);
    case "Map":
      return isDistributedMap(state)
        ? runDistributedMap({ ...visiting, state })
        : runMap({ ...visiting, state }, runThread);
  }
};

/** Commits the pause before another attempt; false when no retrier grants one. */
const grantRetry = (visiting: Visiting, error: StatesError): boolean => {
  const { interpreter, visit, state } = visiting;
  const decision = decideRetry(retriersOf(state), visit.retries, error.error, interpreter.random);
  if (decision === undefined) return false;
  const notBefore = new Date(interpreter.clock.now().getTime() + decision.delayMilliseconds).toISOString();
  commit(visiting, () => {
    visit.retries = visit.retries.map((used, index) => (index === decision.retrier ? used + 1 : used));
    visit.attempt = { notBefore };
  });
  return true;
};

const catchError = (visiting: Visiting, error: StatesError): Promise<Transition> | undefined => {
  const { Catch: catchers = [] } = visiting.state as Fallible;
  const index = catchers.findIndex((catcher) => errorMatches(catcher.ErrorEquals, error.error));
  const catcher: Catcher | undefined = catchers[index];
  if (catcher === undefined) return undefined;
  const errorOutput = {
    Error: error.error ?? Names.taskFailed,
    ...(error.causeText === undefined ? {} : { Cause: error.causeText }),
  };
  return handOver(visiting, catcher, errorOutput, { errorOutput }, `Catch[${String(index)}]/`);
};

/** Attempts the state until it succeeds, an error is caught, or one is neither retried nor caught. */
const stay = async (visiting: Visiting): Promise<Transition> => {
  for (;;) {
    const { notBefore } = visiting.visit.attempt;
    if (notBefore !== undefined)
      await pause(visiting.interpreter.clock, new Date(notBefore), visiting.signal);
    if (visiting.signal.aborted) throw new Interrupted();
    try {
      return await attempt(visiting);
    } catch (error) {
      if (!(error instanceof StatesError)) throw error;
      if (grantRetry(visiting, error)) continue;
      const caught = catchError(visiting, error);
      if (caught === undefined) throw error;
      return await caught;
    }
  }
};

/**
 * Runs states from wherever the thread's frame stands to the end of the thread, and answers with its output.
 * Throws StatesError when an error is not caught, Interrupted when the thread is stopped.
 */
export const runThread = async (thread: Thread): Promise<Json> => {
  while (thread.frame.output === undefined) {
    const state = thread.scope.States[thread.frame.state];
    if (state === undefined) throw new StatesError(Names.runtime, `There is no state ${thread.frame.state}`);
    const visit = enter(thread, state);
    leave(thread, state, await stay({ ...thread, state, visit }));
  }
  return thread.frame.output;
};
