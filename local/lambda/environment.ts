import { devNull } from "node:os";
import type { ApplicationFunction } from "../template/functions.ts";
import type { IssuedCredentials } from "../wire/principals.ts";

/**
 * A function's environment: what the template gives it, and what Lambda adds.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export const functionEnvironment = (
  declared: ApplicationFunction,
  given: {
    readonly region: string;
    readonly endpointUrl: string;
    readonly credentials: IssuedCredentials;
    readonly logStreamName: string;
  },
): Readonly<Record<string, string>> => ({
  ...declared.environment,
  AWS_REGION: given.region,
  AWS_DEFAULT_REGION: given.region,
  AWS_ACCESS_KEY_ID: given.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: given.credentials.secretAccessKey,
  AWS_SESSION_TOKEN: given.credentials.sessionToken,
  AWS_ENDPOINT_URL: given.endpointUrl,
  AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
  AWS_LAMBDA_FUNCTION_NAME: declared.name,
  AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(declared.memoryMegabytes),
  AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${declared.name}`,
  AWS_LAMBDA_LOG_STREAM_NAME: given.logStreamName,
  LAMBDA_TASK_ROOT: declared.directory,
  TZ: ":UTC",
  // A function in Lambda finds no such files; the developer's own must not reach into it.
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
});
