import { ArnFormat, Stack } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { names } from "../names.ts";
import { permission, permissionOnAny } from "../permissions/permission.ts";
import { loggedStateMachine } from "./logged-state-machine.ts";

export interface SyncWorkflowProps {
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
    this.stateMachine = loggedStateMachine(this, {
      ...props,
      logicalId: "SyncWorkflow",
      name: names.syncWorkflow,
      roleName: `${names.syncWorkflow}-workflow`,
      definition: "sync.asl.json",
      permissions: [
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
      ],
      outlivesStack: false,
    });
  }
}
