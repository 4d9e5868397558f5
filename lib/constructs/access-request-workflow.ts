import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { names } from "../names.ts";
import { loggedStateMachine } from "./logged-state-machine.ts";

export interface AccessRequestWorkflowProps {
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
    this.stateMachine = loggedStateMachine(this, {
      ...props,
      logicalId: "AccessRequestWorkflow",
      name: names.workflow,
      roleName: names.workflow,
      definition: "access-request.asl.json",
      outlivesStack: true,
    });
  }
}
