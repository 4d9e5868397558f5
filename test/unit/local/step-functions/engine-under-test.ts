import { createStepFunctions } from "../../../../local/step-functions/step-functions.ts";
import type {
  AuthorizeRole,
  InvocationAnswer,
  InvokeFunction,
  ServiceEvent,
  StateEntered,
} from "../../../../local/step-functions/ports.ts";
import { openLocalStore } from "../../../../local/store.ts";
import type { LocalStore } from "../../../../local/store.ts";
import type { Json, JsonObject } from "../../../../local/wire/json.ts";
import type { Caller } from "../../../../local/wire/service.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

const REGION = "eu-west-1";
const ACCOUNT = "111111111111";
const ROLE = `arn:aws:iam::${ACCOUNT}:role/machine`;
export const machineArn = (name: string) => `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:${name}`;
export const functionArn = (name: string) => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`;

const CALLER: Caller = {
  accessKeyId: "AKIATEST",
  principalArn: `arn:aws:iam::${ACCOUNT}:user/tester`,
  accountId: ACCOUNT,
  region: REGION,
};

/** A Lambda function of a test: its payload in, its result (or an Error by whose name it fails) out. */
export type TestFunction = (payload: JsonObject) => Promise<Json> | Json;

export interface HistoryEvent extends JsonObject {
  readonly id: number;
  readonly previousEventId: number;
  readonly timestamp: number;
  readonly type: string;
}

export interface Description extends JsonObject {
  readonly executionArn: string;
  readonly status: string;
  readonly startDate: number;
  readonly stopDate?: number;
  readonly input: string;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
}

export interface EngineOptions {
  readonly functions?: Record<string, TestFunction>;
  /** What the Lambda service throws instead of invoking any function. */
  readonly serviceError?: Error;
  /** What a process left behind. */
  readonly store?: LocalStore;
  readonly clock?: VirtualClock;
  readonly random?: () => number;
  readonly authorize?: AuthorizeRole;
}

let ids = 0;

/** An engine on a virtual clock, with functions that are plain code. */
export const engineUnderTest = (options: EngineOptions = {}) => {
  const {
    functions = {},
    serviceError,
    store = openLocalStore(),
    clock = new VirtualClock(),
    random,
    authorize,
  } = options;
  const events: ServiceEvent[] = [];
  const entered: StateEntered[] = [];
  const invocations: { readonly name: string; readonly payload: Json; readonly at: string }[] = [];

  const invokeFunction: InvokeFunction = async (arn, payload): Promise<InvocationAnswer> => {
    const name = arn.slice(arn.lastIndexOf(":") + 1);
    invocations.push({ name, payload, at: clock.now().toISOString() });
    if (serviceError !== undefined) throw serviceError;
    const implementation = functions[name];
    if (implementation === undefined) throw new Error(`No function ${name}`);
    try {
      return { payload: await implementation(payload as JsonObject) };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return { functionError: { errorType: error.name, errorMessage: error.message } };
    }
  };

  const engine = createStepFunctions({
    clock,
    store,
    invokeFunction,
    publish: (event) => {
      events.push(event);
    },
    region: REGION,
    accountId: ACCOUNT,
    newId: () => `id-${String((ids += 1))}`,
    ...(random === undefined ? {} : { random }),
    ...(authorize === undefined ? {} : { authorize }),
  });
  engine.observe((state) => entered.push(state));
  engine.start();

  const call = async (operation: string, input: JsonObject): Promise<JsonObject> => {
    const implementation = engine.service.operations[operation];
    if (implementation === undefined) throw new Error(`No operation ${operation}`);
    return implementation(input, CALLER);
  };

  const deploy = (states: JsonObject, machine: JsonObject = {}, name = "machine") => {
    const [StartAt] = Object.keys(states);
    const definition = JSON.stringify({ QueryLanguage: "JSONata", StartAt, States: states, ...machine });
    engine.registerMachine({ arn: machineArn(name), name, definition, roleArn: ROLE, type: "STANDARD" });
  };

  const begin = async (input: Json = {}, name?: string, machine = "machine"): Promise<string> => {
    const { executionArn } = await call("StartExecution", {
      stateMachineArn: machineArn(machine),
      input: JSON.stringify(input),
      name,
    });
    return executionArn as string;
  };

  const describe = async (executionArn: string) =>
    (await call("DescribeExecution", { executionArn })) as Description;

  const history = async (executionArn: string, more: JsonObject = {}) => {
    const { events: found } = await call("GetExecutionHistory", { executionArn, maxResults: 1000, ...more });
    return found as unknown as readonly HistoryEvent[];
  };

  return {
    clock,
    store,
    engine,
    events,
    entered,
    invocations,
    call,
    deploy,
    begin,
    describe,
    history,
    types: async (executionArn: string) => (await history(executionArn)).map(({ type }) => type),
    /** Deploys one machine, runs it to its end in virtual time and describes that. */
    runToEnd: async (states: JsonObject, input: Json = {}, machine: JsonObject = {}) => {
      deploy(states, machine);
      const executionArn = await begin(input);
      await clock.runUntilIdle();
      const description = await describe(executionArn);
      return { ...description, result: JSON.parse(description.output ?? "null") as Json };
    },
  };
};

/** An error whose name is what the machine sees. */
export const namedError = (name: string, message = "no reason given"): Error => {
  const error = new Error(message);
  error.name = name;
  return error;
};

export const lambdaTask = (name: string, more: JsonObject = {}): JsonObject => ({
  Type: "Task",
  Resource: "arn:aws:states:::lambda:invoke",
  Arguments: { FunctionName: functionArn(name), Payload: "{% $states.input %}" },
  Output: "{% $states.result.Payload %}",
  End: true,
  ...more,
});

export const tokenTask = (name: string, more: JsonObject = {}): JsonObject => ({
  Type: "Task",
  Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
  Arguments: { FunctionName: functionArn(name), Payload: { token: "{% $states.context.Task.Token %}" } },
  End: true,
  ...more,
});
