import { readFileSync } from "node:fs";
import { RemovalPolicy, type CfnResource } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import { deliverLogs, sampleAndWriteTraces } from "../permissions/observability.ts";
import { permission, type Permission } from "../permissions/permission.ts";
import { retainedLogGroup } from "./log-group.ts";
import { permittedRole } from "./permitted-role.ts";

const DEFINITIONS = new URL("../../statemachines/", import.meta.url);

export interface LoggedStateMachineProps {
  readonly logicalId: string;
  readonly name: string;
  readonly roleName: string;
  /** Of a file in `statemachines/`. */
  readonly definition: string;
  /** What its tasks invoke, by the name of the definition's substitution: `${GrantAccessFunction}`. */
  readonly functions: Readonly<Record<string, IFunction>>;
  /** What its role may do besides invoking them and telling what it does. */
  readonly permissions?: readonly Permission[];
  readonly logRetentionDays: number;
  readonly outlivesStack: boolean;
}

/** A Standard machine that may invoke its functions, and logs and traces what it does, but never its data. */
export function loggedStateMachine(
  scope: Construct,
  { logicalId, name, functions, outlivesStack, ...props }: LoggedStateMachineProps,
): StateMachine {
  const role = permittedRole(scope, "Role", {
    logicalId: `${logicalId}Role`,
    roleName: props.roleName,
    service: "states.amazonaws.com",
    permissions: [
      permission({
        sid: "InvokeTaskFunctions",
        actions: ["lambda:InvokeFunction"],
        resources: Object.values(functions).map(({ functionArn }) => functionArn),
      }),
      ...(props.permissions ?? []),
      deliverLogs(),
      sampleAndWriteTraces(),
    ],
    outlivesStack,
  });
  const stateMachine = new StateMachine(scope, "StateMachine", {
    stateMachineName: name,
    stateMachineType: StateMachineType.STANDARD,
    // As a string, so that the definition is in the template and not in an asset.
    definitionBody: DefinitionBody.fromString(readFileSync(new URL(props.definition, DEFINITIONS), "utf8")),
    definitionSubstitutions: Object.fromEntries(
      Object.entries(functions).map(([substitution, { functionArn }]) => [substitution, functionArn]),
    ),
    role,
    logs: {
      // Under this prefix the log group needs no policy of its own: those of an account are limited to 5,120 characters.
      destination: retainedLogGroup(
        scope,
        "LogGroup",
        `/aws/vendedlogs/states/${name}`,
        props.logRetentionDays,
      ),
      level: LogLevel.ALL,
      // Execution data holds task tokens, and whoever has a token can answer for the approver.
      includeExecutionData: false,
    },
    tracingEnabled: true,
    ...(outlivesStack ? { removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE } : {}),
  });
  (stateMachine.node.defaultChild as CfnResource).overrideLogicalId(logicalId);
  return stateMachine;
}
