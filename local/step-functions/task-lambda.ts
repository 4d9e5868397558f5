import type { Json, JsonObject } from "../wire/json.ts";
import type { TaskState } from "./definition.ts";
import type { InvocationAnswer } from "./ports.ts";
import type { Outcome, TaskProgress } from "./records.ts";
import { Names } from "./states-error.ts";
import type { TaskResource } from "./task-resource.ts";
import { LARGEST_PAYLOAD_BYTES } from "./visiting.ts";
import type { Visiting } from "./visiting.ts";

type LambdaResource = Extract<TaskResource, { integration: "lambda" | "function" }>;

/** FunctionName may be a name, a partial ARN or an ARN. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
const functionArnOf = (functionName: string, region: string, accountId: string): string => {
  if (functionName.startsWith("arn:")) return functionName;
  const [account, name] = functionName.includes(":function:")
    ? (functionName.split(":function:") as [string, string])
    : [accountId, functionName];
  return `arn:aws:lambda:${region}:${account}:function:${name}`;
};

/**
 * Errors of the Lambda service surface under the name of their Java SDK exception; being refused is
 * Lambda.AWSLambdaException, and a call that never reached the service Lambda.SdkClientException.
 * https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception
 */
const serviceErrorName = (error: Error): string => {
  if (error.name.startsWith("Lambda.")) return error.name;
  if (error.name === "AccessDeniedException") return "Lambda.AWSLambdaException";
  return error.name.endsWith("Exception") ? `Lambda.${error.name}` : "Lambda.SdkClientException";
};

const isObject = (value: Json): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const resultOf = (payload: Json, requestId: string): JsonObject => ({
  ExecutedVersion: "$LATEST",
  Payload: payload,
  SdkHttpMetadata: { HttpStatusCode: 200 },
  SdkResponseMetadata: { RequestId: requestId },
  StatusCode: 200,
});

const failureOf = (error: unknown): Outcome => {
  if (!(error instanceof Error)) throw error;
  return { error: serviceErrorName(error), cause: error.message };
};

/** Invokes the function that the task names. An error of the function is the task's error by its `errorType`. */
export const invokeForTask = async (
  visiting: Visiting<TaskState>,
  resource: LambdaResource,
  task: TaskProgress,
): Promise<Outcome> => {
  const { interpreter, execution, frame } = visiting;
  const meta = { executionArn: execution.record.arn, machineRoleArn: execution.record.roleArn };
  const call = callOf(resource, task.arguments, interpreter.region, interpreter.accountId);
  if (call === undefined) return { error: Names.runtime, cause: "The argument FunctionName is missing" };
  let answer: InvocationAnswer;
  try {
    answer = await interpreter.invokeFunction(call.functionArn, call.payload, meta);
  } catch (error) {
    return failureOf(error);
  }
  if ("functionError" in answer) {
    const { functionError } = answer;
    return { error: functionError.errorType ?? "Lambda.Unknown", cause: JSON.stringify(functionError) };
  }
  if (Buffer.byteLength(JSON.stringify(answer.payload)) > LARGEST_PAYLOAD_BYTES) {
    const cause = `The state/task '${frame.state}' returned a result with a size exceeding the maximum number of bytes service limit.`;
    return { error: Names.dataLimitExceeded, cause };
  }
  const plain = resource.integration === "function";
  return { output: plain ? answer.payload : resultOf(answer.payload, interpreter.newId()) };
};

const callOf = (resource: LambdaResource, taskArguments: Json, region: string, accountId: string) => {
  if (resource.integration === "function") {
    return { functionArn: resource.functionArn, payload: taskArguments };
  }
  if (!isObject(taskArguments)) return undefined;
  const functionName = taskArguments["FunctionName"];
  if (typeof functionName !== "string") return undefined;
  return {
    functionArn: functionArnOf(functionName, region, accountId),
    payload: taskArguments["Payload"] ?? {},
  };
};
