import type { JsonObject } from "../wire/json.ts";
import type { ServiceDefinition } from "../wire/service.ts";
import { machineArnOf } from "./arns.ts";
import { executionOperations } from "./execution-operations.ts";
import { machineOperations } from "./machine-operations.ts";
import type { StatesServiceDependencies } from "./service-dependencies.ts";
import { taskOperations } from "./task-operations.ts";
import { readToken } from "./task-token.ts";

/**
 * IAM's resource of each call: the machine, execution or Map Run that it names; for the SendTask calls the machine
 * whose task the token belongs to, as CDK's grantTaskResponse scopes them.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html
 */
const resourcesOf = (_operation: string, input: JsonObject): readonly string[] => {
  const { stateMachineArn, executionArn, mapRunArn, resourceArn, taskToken } = input;
  const named = stateMachineArn ?? executionArn ?? mapRunArn ?? resourceArn;
  if (typeof named === "string") return [named];
  const token = typeof taskToken === "string" ? readToken(taskToken) : undefined;
  return [token === undefined ? "*" : machineArnOf(token.executionArn)];
};

/** The States API: the operations that Lockstep and somebody looking inside with the AWS CLI use. */
export const createStatesService = (dependencies: StatesServiceDependencies): ServiceDefinition => ({
  signingName: "states",
  protocol: "json-1.0",
  targetPrefix: "AWSStepFunctions",
  iamPrefix: "states",
  resourcesOf,
  operations: {
    ...executionOperations(dependencies),
    ...taskOperations(dependencies),
    ...machineOperations(dependencies),
  },
});
