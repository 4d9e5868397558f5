import { readFileSync } from "node:fs";
import { RemovalPolicy, type CfnResource } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { names } from "../names.ts";
import { deliverLogs, sampleAndWriteTraces } from "../permissions/observability.ts";
import { permission } from "../permissions/permission.ts";
import { retainedLogGroup } from "./log-group.ts";
import { permittedRole } from "./permitted-role.ts";

const DEFINITION = new URL("../../statemachines/access-request.asl.json", import.meta.url);

export interface AccessRequestWorkflowProps {
  /** By the name of the definition's substitution: `${GrantAccessFunction}`. */
  readonly functions: Readonly<
    Record<"AwaitApprovalFunction" | "GrantAccessFunction" | "RevokeAccessFunction", IFunction>
  >;
  readonly logRetentionDays: number;
}

/**
 * The machine that carries each request from approval to the confirmed end of its access.
 *
 * It is retained, with its role and its functions: deleting or replacing a machine ends its sleeping executions, and
 * what they would have revoked would stay granted. After `cdk destroy` they still wake, revoke and end.
 */
export class AccessRequestWorkflow extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, props: AccessRequestWorkflowProps) {
    super(scope, id);
    const role = permittedRole(this, "Role", {
      logicalId: "AccessRequestWorkflowRole",
      roleName: names.workflow,
      service: "states.amazonaws.com",
      permissions: [
        permission({
          sid: "InvokeTaskFunctions",
          actions: ["lambda:InvokeFunction"],
          resources: Object.values(props.functions).map(({ functionArn }) => functionArn),
        }),
        deliverLogs(),
        sampleAndWriteTraces(),
      ],
      outlivesStack: true,
    });
    this.stateMachine = new StateMachine(this, "StateMachine", {
      stateMachineName: names.workflow,
      stateMachineType: StateMachineType.STANDARD,
      // As a string, so that the definition is in the template and not in an asset.
      definitionBody: DefinitionBody.fromString(readFileSync(DEFINITION, "utf8")),
      definitionSubstitutions: Object.fromEntries(
        Object.entries(props.functions).map(([name, { functionArn }]) => [name, functionArn]),
      ),
      role,
      logs: {
        // Under this prefix the log group needs no policy of its own: those of an account are limited to 5,120 characters.
        destination: retainedLogGroup(
          this,
          "LogGroup",
          `/aws/vendedlogs/states/${names.workflow}`,
          props.logRetentionDays,
        ),
        level: LogLevel.ALL,
        // Execution data holds task tokens, and whoever has a token can answer for the approver.
        includeExecutionData: false,
      },
      tracingEnabled: true,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    (this.stateMachine.node.defaultChild as CfnResource).overrideLogicalId("AccessRequestWorkflow");
  }
}
