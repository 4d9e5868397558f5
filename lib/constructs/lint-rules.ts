import { Duration } from "aws-cdk-lib";
import { Rule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { IStateMachine } from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";

/** Lints what is configured whenever a sync has come to its end. */
export function lintAfterSyncs(
  scope: Construct,
  { lint, syncMachine }: { readonly lint: IFunction; readonly syncMachine: IStateMachine },
): void {
  new Rule(scope, "LintAfterSync", {
    ruleName: "lockstep-lint-after-sync",
    description: "Tells after each sync of configuration that died",
    // https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
    eventPattern: {
      source: ["aws.states"],
      detailType: ["Step Functions Execution Status Change"],
      // A Map's executions are of a machine with the Map's label behind its name, and end no sync.
      detail: { stateMachineArn: [syncMachine.stateMachineArn], status: ["SUCCEEDED"] },
    },
    targets: [new LambdaFunction(lint, { maxEventAge: Duration.hours(1), retryAttempts: 2 })],
  });
}
