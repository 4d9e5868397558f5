import { readAssembly } from "./assembly.ts";
import type { AssemblyStack } from "./assembly.ts";
import { bucketsIn } from "./buckets.ts";
import type { ApplicationBucket } from "./buckets.ts";
import { checkCoverage } from "./coverage.ts";
import { deploy } from "./deployment.ts";
import type { DeployedStack } from "./deployment.ts";
import { eventSourceMappingsIn, queueMappingsIn } from "./event-sources.ts";
import type { EventSourceMapping, QueueMapping } from "./event-sources.ts";
import { functionsIn } from "./functions.ts";
import type { ApplicationFunction } from "./functions.ts";
import { httpApisIn } from "./http-apis.ts";
import type { ApplicationHttpApi } from "./http-apis.ts";
import { machinesIn } from "./machines.ts";
import type { ApplicationMachine } from "./machines.ts";
import { resourcePoliciesIn, rolesIn } from "./permissions.ts";
import type { ApplicationRole, PolicyDocument } from "./permissions.ts";
import type { Environment } from "./physical-resources.ts";
import { busesIn, queuesIn, rulesIn, topicsIn } from "./rules.ts";
import type { ApplicationQueue, ApplicationRule, NamedResource } from "./rules.ts";
import { tablesIn } from "./tables.ts";
import type { ApplicationTable } from "./tables.ts";

/** Everything of a synthesized CDK app that the embedded AWS runs. */
export interface Application {
  readonly environment: Environment;
  readonly stacks: readonly DeployedStack[];
  readonly tables: readonly ApplicationTable[];
  readonly functions: readonly ApplicationFunction[];
  readonly machines: readonly ApplicationMachine[];
  readonly eventSourceMappings: readonly EventSourceMapping[];
  readonly queueMappings: readonly QueueMapping[];
  readonly buses: readonly NamedResource[];
  readonly rules: readonly ApplicationRule[];
  readonly topics: readonly NamedResource[];
  readonly queues: readonly ApplicationQueue[];
  readonly buckets: readonly ApplicationBucket[];
  readonly httpApis: readonly ApplicationHttpApi[];
  readonly roles: readonly ApplicationRole[];
  /** Policies on functions, topics, queues and buckets, by the resource's ARN. */
  readonly resourcePolicies: ReadonlyMap<string, PolicyDocument>;
  /** Each stack's outputs by name. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A function's ARN from whatever names it: `name`, `<account>:function:name`, or an ARN, each with or without a qualifier. */
export const functionArnIn =
  ({ partition, region, accountId }: Environment) =>
  (nameOrArn: string): string => {
    const name = nameOrArn.includes(":function:") ? nameOrArn.split(":function:")[1] : nameOrArn;
    const [unqualified = ""] = (name ?? "").split(":");
    return `arn:${partition}:lambda:${region}:${accountId}:function:${unqualified}`;
  };

/** Reads the cloud assembly in `directory` (cdk.out) as if it were deployed in `environment`. */
export const readApplication = async (directory: string, environment: Environment): Promise<Application> => {
  const { stacks, assetPaths } = await readAssembly(directory);
  const isHere = ({ region = environment.region }: AssemblyStack) => region === environment.region;
  // What forwards events from other regions has nothing to forward: all of the embedded AWS is in one.
  const assembly = { stacks: stacks.filter(isHere), assetPaths };
  checkCoverage(assembly);
  const deployment = deploy(assembly, environment);
  return {
    environment,
    stacks: deployment.stacks,
    tables: tablesIn(deployment),
    functions: functionsIn(assembly, deployment),
    machines: machinesIn(deployment),
    eventSourceMappings: eventSourceMappingsIn(deployment),
    queueMappings: queueMappingsIn(deployment),
    buses: busesIn(deployment),
    rules: rulesIn(deployment),
    topics: topicsIn(deployment),
    queues: queuesIn(deployment),
    buckets: bucketsIn(deployment),
    httpApis: httpApisIn(deployment),
    roles: rolesIn(deployment),
    resourcePolicies: resourcePoliciesIn(deployment, functionArnIn(environment)),
    outputs: deployment.outputs(),
  };
};
