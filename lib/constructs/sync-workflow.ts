import { readFileSync } from "node:fs";
import { ArnFormat, Stack, type CfnResource } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { names } from "../names.ts";
import { deliverLogs, sampleAndWriteTraces } from "../permissions/observability.ts";
import { permission, permissionOnAny } from "../permissions/permission.ts";
import { retainedLogGroup } from "./log-group.ts";
import { permittedRole } from "./permitted-role.ts";

const DEFINITION = new URL("../../statemachines/sync.asl.json", import.meta.url);

export interface SyncWorkflowProps {
  /** By the name of the definition's substitution: `${SyncFunction}`. */
  readonly functions: Readonly<Record<"SyncFunction" | "SyncAccountsFunction", IFunction>>;
  readonly logRetentionDays: number;
}

/** The machine that carries each sync. It goes with its stack: a sync that ends with it has changed nothing in AWS. */
export class SyncWorkflow extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, props: SyncWorkflowProps) {
    super(scope, id);
    const arnOf = (resource: string, resourceName: string) =>
      Stack.of(this).formatArn({
        service: "states",
        resource,
        resourceName,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      });
    const functions = Object.values(props.functions).map(({ functionArn }) => functionArn);
    const role = permittedRole(this, "Role", {
      logicalId: "SyncWorkflowRole",
      roleName: `${names.syncWorkflow}-workflow`,
      service: "states.amazonaws.com",
      permissions: [
        permission({ sid: "InvokeTaskFunctions", actions: ["lambda:InvokeFunction"], resources: functions }),
        // What a distributed Map needs: https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
        permission({
          sid: "StartSlices",
          actions: ["states:StartExecution"],
          resources: [arnOf("stateMachine", names.syncWorkflow)],
        }),
        permissionOnAny(
          { sid: "FollowSlices", actions: ["states:DescribeExecution", "states:StopExecution"] },
          {
            [arnOf("execution", `${names.syncWorkflow}:*`)]:
              "Executions get their names when they are started.",
            [arnOf("execution", `${names.syncWorkflow}/*`)]:
              "Executions get their names when they are started.",
          },
        ),
        deliverLogs(),
        sampleAndWriteTraces(),
      ],
      outlivesStack: false,
    });
    this.stateMachine = new StateMachine(this, "StateMachine", {
      stateMachineName: names.syncWorkflow,
      stateMachineType: StateMachineType.STANDARD,
      // As a string, so that the definition is in the template and not in an asset.
      definitionBody: DefinitionBody.fromString(readFileSync(DEFINITION, "utf8")),
      definitionSubstitutions: Object.fromEntries(
        Object.entries(props.functions).map(([name, { functionArn }]) => [name, functionArn]),
      ),
      role,
      logs: {
        destination: retainedLogGroup(
          this,
          "LogGroup",
          `/aws/vendedlogs/states/${names.syncWorkflow}`,
          props.logRetentionDays,
        ),
        level: LogLevel.ALL,
        includeExecutionData: false,
      },
      tracingEnabled: true,
    });
    (this.stateMachine.node.defaultChild as CfnResource).overrideLogicalId("SyncWorkflow");
  }
}
