import { createHash } from "node:crypto";
import type { Assembly, AssemblyStack } from "./assembly.ts";
import { resolve, TemplateError } from "./intrinsics.ts";
import type { ResolutionScope } from "./intrinsics.ts";
import { physicalResource } from "./physical-resources.ts";
import type { Environment, PhysicalResource } from "./physical-resources.ts";

/** A resource of the app with its physical id; its properties are resolved when they are asked for. */
export interface DeployedResource {
  readonly type: string;
  readonly logicalId: string;
  readonly stackName: string;
  /** What Ref gives. */
  readonly ref: string;
  attribute(name: string): string;
  properties(): Readonly<Record<string, unknown>>;
}

/** A stack as CloudFormation knows it. */
export interface DeployedStack {
  readonly name: string;
  readonly id: string;
  /** The same for the same template. */
  readonly fingerprint: string;
}

/** The app as CloudFormation would have deployed it. */
export interface Deployment {
  readonly environment: Environment;
  readonly stacks: readonly DeployedStack[];
  resources(type: string): readonly DeployedResource[];
  /** Each stack's outputs by name. */
  outputs(): Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const urlSuffixOf = (partition: string) => (partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com");

/** CloudFormation's ids of stacks are UUIDs. */
const EMBEDDED = "00000000-0000-4000-8000-000000000000";

const stackIdOf = ({ partition, region, accountId }: Environment, stackName: string) =>
  `arn:${partition}:cloudformation:${region}:${accountId}:stack/${stackName}/${EMBEDDED}`;

/** Resolves an assembly as if it were deployed in `environment`; it throws {@link TemplateError} on what it does not know. */
export const deploy = (assembly: Assembly, environment: Environment): Deployment => {
  const physical = new Map<string, PhysicalResource>();

  const pseudoParameters = (stack: AssemblyStack): Readonly<Record<string, string>> => ({
    "AWS::AccountId": environment.accountId,
    "AWS::Region": environment.region,
    "AWS::Partition": environment.partition,
    "AWS::URLSuffix": urlSuffixOf(environment.partition),
    "AWS::StackName": stack.name,
    "AWS::StackId": stackIdOf(environment, stack.name),
  });

  const physicalOf = (stack: AssemblyStack, logicalId: string, place: string): PhysicalResource => {
    const key = `${stack.name}/${logicalId}`;
    const known = physical.get(key);
    if (known !== undefined) return known;
    const resource = stack.template.Resources[logicalId];
    if (resource === undefined)
      throw new TemplateError(`${place}: ${stack.name} has no resource ${logicalId}`);
    const found = physicalResource(
      {
        type: resource.Type,
        stackName: stack.name,
        logicalId,
        property: (name) => resolve(resource.Properties[name], scopeIn(stack, `${key}.${name}`)),
      },
      environment,
    );
    if (found === undefined)
      throw new TemplateError(`${place}: ${key} is a ${resource.Type}, which is not known here`);
    physical.set(key, found);
    return found;
  };

  const importValue = (name: string, place: string): unknown => {
    for (const stack of assembly.stacks) {
      for (const [output, { Value, Export }] of Object.entries(stack.template.Outputs)) {
        const scope = scopeIn(stack, `${stack.name}.Outputs.${output}`);
        if (Export !== undefined && resolve(Export.Name, scope) === name) return resolve(Value, scope);
      }
    }
    throw new TemplateError(`${place}: no stack exports ${name}`);
  };

  const scopeIn = (stack: AssemblyStack, place: string): ResolutionScope => ({
    place,
    ref: (name) => {
      const pseudo = pseudoParameters(stack)[name];
      if (pseudo !== undefined) return pseudo;
      const parameter = stack.template.Parameters[name];
      if (parameter === undefined) return physicalOf(stack, name, place).ref;
      if (parameter.Default === undefined)
        throw new TemplateError(`${place}: the parameter ${name} has no default`);
      return parameter.Default;
    },
    attribute: (logicalId, name) =>
      attributeOf(physicalOf(stack, logicalId, place), name, `${place}: ${logicalId}`),
    importValue: (name) => importValue(name, place),
    condition: (name) => {
      if (!Object.hasOwn(stack.template.Conditions, name)) {
        throw new TemplateError(`${place}: ${stack.name} has no condition ${name}`);
      }
      return (
        resolve(stack.template.Conditions[name], scopeIn(stack, `${stack.name}.Conditions.${name}`)) === true
      );
    },
    mapping: (map, key, second) => {
      const entries = stack.template.Mappings[map] as Readonly<
        Record<string, Readonly<Record<string, unknown>>>
      >;
      const value = entries[key]?.[second];
      if (value === undefined) throw new TemplateError(`${place}: ${map} has no ${key}.${second}`);
      return value;
    },
  });

  const isDeployed = (stack: AssemblyStack, logicalId: string) => {
    const condition = stack.template.Resources[logicalId]?.Condition;
    return condition === undefined || scopeIn(stack, `${stack.name}/${logicalId}`).condition(condition);
  };

  return {
    environment,
    stacks: assembly.stacks.map(({ name, template }) => ({
      name,
      id: stackIdOf(environment, name),
      fingerprint: createHash("sha256").update(JSON.stringify(template)).digest("hex"),
    })),
    resources: (type) =>
      assembly.stacks.flatMap((stack) =>
        Object.entries(stack.template.Resources)
          .filter(([logicalId, resource]) => resource.Type === type && isDeployed(stack, logicalId))
          .map(([logicalId, resource]): DeployedResource => {
            const place = `${stack.name}/${logicalId}`;
            return {
              type,
              logicalId,
              stackName: stack.name,
              ref: physicalOf(stack, logicalId, place).ref,
              attribute: (name) => attributeOf(physicalOf(stack, logicalId, place), name, place),
              properties: () =>
                resolve(resource.Properties, scopeIn(stack, place)) as Readonly<Record<string, unknown>>,
            };
          }),
      ),
    outputs: () =>
      Object.fromEntries(
        assembly.stacks.map((stack) => [
          stack.name,
          Object.fromEntries(
            Object.entries(stack.template.Outputs).map(([name, { Value }]) => [
              name,
              String(resolve(Value, scopeIn(stack, `${stack.name}.Outputs.${name}`))),
            ]),
          ),
        ]),
      ),
  };
};

const attributeOf = (resource: PhysicalResource, name: string, place: string): string => {
  const value = resource.attributes[name];
  if (value === undefined) throw new TemplateError(`${place} has no attribute ${name} here`);
  return value;
};
