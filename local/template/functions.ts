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
}

const functionOf = (resource: DeployedResource, { assetPaths }: Assembly): ApplicationFunction => {
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
  };
};

export const functionsIn = (assembly: Assembly, deployment: Deployment): readonly ApplicationFunction[] =>
  deployment.resources("AWS::Lambda::Function").map((resource) => functionOf(resource, assembly));
