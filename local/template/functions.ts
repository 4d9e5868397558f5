import * as z from "zod/mini";
import type { Assembly } from "./assembly.ts";
import type { DeployedResource, Deployment } from "./deployment.ts";
import { TemplateError } from "./intrinsics.ts";
import { number, propertiesOf } from "./parse.ts";

const FunctionSchema = z.object({
  Code: z.object({ S3Key: z.string() }),
  Handler: z.string(),
  Role: z.string(),
  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html */
  Timeout: z._default(number, 3),
  MemorySize: z._default(number, 128),
  Runtime: z.string().check(z.startsWith("nodejs", "only Node.js runs here")),
  Environment: z.optional(
    z.object({
      Variables: z.optional(
        z.record(z.string(), z.pipe(z.union([z.string(), z.number(), z.boolean()]), z.transform(String))),
      ),
    }),
  ),
});

const EventInvokeConfigSchema = z.object({
  FunctionName: z.string(),
  MaximumEventAgeInSeconds: z._default(number, 6 * 3600),
  MaximumRetryAttempts: z._default(number, 2),
});

/** What Lambda does with an event that it has taken for a function and that cannot be served yet, or fails. */
export interface EventLimits {
  readonly maximumAttempts: number;
  readonly maximumAgeSeconds: number;
}

/**
 * Without a setting: "Lambda attempts to run it two more times", and events are kept for six hours
 * (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html).
 */
export const USUAL_EVENT_LIMITS: EventLimits = { maximumAttempts: 3, maximumAgeSeconds: 6 * 3600 };

/** A function of the app, with the directory that its bundle lies in. */
export interface ApplicationFunction {
  readonly name: string;
  readonly arn: string;
  readonly directory: string;
  /** `<file without extension>.<export>`. */
  readonly handler: string;
  readonly roleArn: string;
  readonly timeoutSeconds: number;
  readonly memoryMegabytes: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly events: EventLimits;
}

const functionOf = (
  resource: DeployedResource,
  { assetPaths }: Assembly,
  limits: ReadonlyMap<string, EventLimits>,
): ApplicationFunction => {
  const { Code, Handler, Role, Timeout, MemorySize, Environment } = propertiesOf(resource, FunctionSchema);
  const directory = assetPaths.get(Code.S3Key);
  if (directory === undefined) {
    throw new TemplateError(`${resource.logicalId}: the assembly has no asset ${Code.S3Key}`);
  }
  return {
    name: resource.ref,
    arn: resource.attribute("Arn"),
    directory,
    handler: Handler,
    roleArn: Role,
    timeoutSeconds: Timeout,
    memoryMegabytes: MemorySize,
    environment: Environment?.Variables ?? {},
    events: limits.get(resource.ref) ?? USUAL_EVENT_LIMITS,
  };
};

const eventLimitsIn = (deployment: Deployment): ReadonlyMap<string, EventLimits> =>
  new Map(
    deployment.resources("AWS::Lambda::EventInvokeConfig").map((resource) => {
      const configured = propertiesOf(resource, EventInvokeConfigSchema);
      const { FunctionName, MaximumEventAgeInSeconds, MaximumRetryAttempts } = configured;
      return [
        FunctionName,
        { maximumAttempts: MaximumRetryAttempts + 1, maximumAgeSeconds: MaximumEventAgeInSeconds },
      ];
    }),
  );

export const functionsIn = (assembly: Assembly, deployment: Deployment): readonly ApplicationFunction[] => {
  const limits = eventLimitsIn(deployment);
  return deployment
    .resources("AWS::Lambda::Function")
    .map((resource) => functionOf(resource, assembly, limits));
};
