import type { Json, JsonObject } from "../wire/json.ts";
import type { ExecutionRecord, Frame, Visit } from "./records.ts";

const inputs = new WeakMap<ExecutionRecord, Json>();

/** Parsed once: a Map's selector asks for it as often as there are items. */
const inputOf = (execution: ExecutionRecord): Json => {
  const known = inputs.get(execution);
  if (known !== undefined) return known;
  const input = JSON.parse(execution.input) as Json;
  inputs.set(execution, input);
  return input;
};

/**
 * What `$states.context` holds during a visit of a state.
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
 */
export const contextObject = (
  execution: ExecutionRecord,
  frame: Frame,
  visit: Visit,
  token?: string,
): JsonObject => ({
  Execution: {
    Id: execution.arn,
    Input: inputOf(execution),
    Name: execution.name,
    RoleArn: execution.roleArn,
    StartTime: execution.startedAt,
    RedriveCount: 0,
  },
  State: {
    EnteredTime: visit.enteredAt,
    Name: frame.state,
    RetryCount: visit.retries.reduce((sum, used) => sum + used, 0),
  },
  StateMachine: { Id: execution.machineArn, Name: execution.machineName },
  ...(token === undefined ? {} : { Task: { Token: token } }),
  ...(frame.item === undefined
    ? {}
    : { Map: { Item: { Index: frame.item.index, Value: frame.item.value } } }),
});
