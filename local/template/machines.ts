import * as z from "zod/mini";
import type { DeployedResource, Deployment } from "./deployment.ts";
import { propertiesOf } from "./parse.ts";

const MachineSchema = z.object({
  DefinitionString: z.string(),
  DefinitionSubstitutions: z._default(
    z.record(z.string(), z.pipe(z.union([z.string(), z.number(), z.boolean()]), z.transform(String))),
    {},
  ),
  RoleArn: z.string(),
  StateMachineType: z._default(z.string(), "STANDARD"),
});

/** A state machine of the app, its definition's substitutions done. */
export interface ApplicationMachine {
  readonly name: string;
  readonly arn: string;
  readonly definition: string;
  readonly roleArn: string;
  readonly type: string;
}

/** `${name}` of a known name is replaced; anything else stays, as CloudFormation leaves it. */
const withSubstitutions = (definition: string, substitutions: Readonly<Record<string, string>>) =>
  definition.replaceAll(/\$\{([^}]+)\}/g, (whole, name: string) => substitutions[name] ?? whole);

const machineOf = (resource: DeployedResource): ApplicationMachine => {
  const { DefinitionString, DefinitionSubstitutions, RoleArn, StateMachineType } = propertiesOf(
    resource,
    MachineSchema,
  );
  return {
    name: resource.attribute("Name"),
    arn: resource.ref,
    definition: withSubstitutions(DefinitionString, DefinitionSubstitutions),
    roleArn: RoleArn,
    type: StateMachineType,
  };
};

export const machinesIn = (deployment: Deployment): readonly ApplicationMachine[] =>
  deployment.resources("AWS::StepFunctions::StateMachine").map(machineOf);
