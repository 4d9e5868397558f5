import type { Json } from "../wire/json.ts";
import type { ChoiceState, FailState, PassState, SucceedState, WaitState } from "./definition.ts";
import { pause } from "./pause.ts";
import { Interrupted, Names, StatesError } from "./states-error.ts";
import { commit, evaluateAs, handOver, isText, stateError, wholeNumber } from "./visiting.ts";
import type { Transition, Visiting } from "./visiting.ts";

export const runPass = (visiting: Visiting<PassState>): Promise<Transition> =>
  handOver(visiting, visiting.state, visiting.frame.input);

export const runSucceed = (visiting: Visiting<SucceedState>): Promise<Transition> =>
  handOver(visiting, { Output: visiting.state.Output }, visiting.frame.input);

export const runFail = async (visiting: Visiting<FailState>): Promise<never> => {
  const text = async (field: "Error" | "Cause") => {
    const template = visiting.state[field];
    return template === undefined ? undefined : evaluateAs(visiting, template, field, isText, "a string");
  };
  throw new StatesError(await text("Error"), await text("Cause"));
};

const isBoolean = (value: Json): value is boolean => typeof value === "boolean";

/** The first rule whose condition is true; its own Assign and Output apply, the state's only with Default. */
export const runChoice = async (visiting: Visiting<ChoiceState>): Promise<Transition> => {
  const { state, frame } = visiting;
  for (const [index, rule] of state.Choices.entries()) {
    const place = `Choices[${String(index)}]/`;
    if (await evaluateAs(visiting, rule.Condition, `${place}Condition`, isBoolean, "a boolean")) {
      return handOver(visiting, rule, frame.input, {}, place);
    }
  }
  if (state.Default === undefined) {
    // The ASL calls this States.NoChoiceMatched; what AWS reports is States.Runtime with this sentence.
    const cause = "Failed to transition out of the state. The state does not point to a next state.";
    throw stateError(visiting, Names.runtime, cause);
  }
  return handOver(visiting, { ...state, Next: state.Default }, frame.input);
};

/** RFC 3339 with an uppercase T, and Z or an offset. https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html */
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

const isTimestamp = (value: Json): value is string =>
  isText(value) && TIMESTAMP.test(value) && !Number.isNaN(Date.parse(value));

/** 0 to 99,999,999 seconds. https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html */
const isWaitSeconds = wholeNumber(0, 99_999_999);

const wakeTime = async (visiting: Visiting<WaitState>): Promise<Date> => {
  const { Seconds: seconds, Timestamp: timestamp } = visiting.state;
  if (seconds !== undefined) {
    const expected = "a whole number from 0 to 99999999";
    const count = await evaluateAs(visiting, seconds, "Seconds", isWaitSeconds, expected);
    return new Date(Date.parse(visiting.visit.enteredAt) + count * 1000);
  }
  const text = await evaluateAs(visiting, timestamp ?? "", "Timestamp", isTimestamp, "an RFC 3339 timestamp");
  // "Step Functions considers the time value up to seconds and truncates milliseconds" (state-wait.html).
  return new Date(Math.floor(Date.parse(text) / 1000) * 1000);
};

/** Waits until an instant that is kept: a restart waits for the same one, and not at all once it is past. */
export const runWait = async (visiting: Visiting<WaitState>): Promise<Transition> => {
  const { visit, interpreter, signal } = visiting;
  if (visit.attempt.wakeAt === undefined) {
    const wakeAt = (await wakeTime(visiting)).toISOString();
    commit(visiting, () => {
      visit.attempt.wakeAt = wakeAt;
    });
  }
  await pause(interpreter.clock, new Date(visit.attempt.wakeAt ?? 0), signal);
  if (signal.aborted) throw new Interrupted();
  return handOver(visiting, visiting.state, visiting.frame.input);
};
