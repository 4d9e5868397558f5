import type { DurableJobs } from "../events/durable-jobs.ts";
import type { IamCheck } from "../iam-check/iam-check.ts";
import type { Json } from "../wire/json.ts";
import type { FunctionAnswer, InvokeForWire } from "../wire/lambda-rest.ts";
import type { Principal } from "../wire/principals.ts";
import type { AsynchronousInvocation } from "./asynchronous-invocations.ts";
import type { Lambda } from "./lambda.ts";

/** On whose behalf a function is invoked: a principal by its policies, or an AWS service by the function's own policy. */
export type Invoker =
  | { readonly principal: Principal }
  | {
      /** For instance `apigateway.amazonaws.com`. */
      readonly service: string;
      readonly sourceArn: string;
    };

/**
 * Invokes a function and waits for its answer. Throws AwsError: ResourceNotFoundException, or AccessDeniedException when
 * the invoker may not.
 */
export type InvokeFunction = (nameOrArn: string, payload: Json, invoker: Invoker) => Promise<FunctionAnswer>;

interface Dependencies {
  readonly lambda: Lambda;
  readonly iam: IamCheck;
  readonly region: string;
}

const ACTION = "lambda:InvokeFunction";

const authorized = async ({ lambda, iam, region }: Dependencies, nameOrArn: string, invoker: Invoker) => {
  const arn = lambda.arnOf(nameOrArn);
  const access = { action: ACTION, resources: [arn], region };
  if ("principal" in invoker) await iam.authorize(invoker.principal, access);
  else await iam.authorizeService(invoker.service, invoker.sourceArn, access);
  return arn;
};

export const createInvokeFunction =
  (dependencies: Dependencies): InvokeFunction =>
  async (nameOrArn, payload, invoker) =>
    dependencies.lambda.invoke(await authorized(dependencies, nameOrArn, invoker), payload);

/** Invoke as the Lambda API offers it, in its three types. */
export const createInvokeForWire =
  (dependencies: Dependencies, asynchronous: DurableJobs<AsynchronousInvocation>): InvokeForWire =>
  async (nameOrArn, payload, principal, invocationType) => {
    const functionArn = await authorized(dependencies, nameOrArn, { principal });
    if (invocationType === "RequestResponse") return dependencies.lambda.invoke(functionArn, payload);
    if (invocationType === "Event") asynchronous.add({ functionArn, payload });
    return undefined;
  };
