import { Duration, Stack } from "aws-cdk-lib";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";

/** Looks every five minutes which syncs are due, and as soon as this stack is deployed, so that the first request finds names. */
export function syncRegularly(scope: Construct, schedule: IFunction): void {
  const target = new LambdaFunction(schedule, {
    // The next one comes soon; a late one is worth nothing.
    maxEventAge: Duration.minutes(5),
    retryAttempts: 2,
  });
  new Rule(scope, "SyncEveryFiveMinutes", {
    ruleName: "lockstep-sync-every-five-minutes",
    description: "Begins the syncs that are due",
    schedule: Schedule.rate(Duration.minutes(5)),
    targets: [target],
  });
  new Rule(scope, "SyncAfterDeployment", {
    ruleName: "lockstep-sync-after-deployment",
    description: "Begins the syncs that are due after each deployment",
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/event-detail-stack-status-change.html
    eventPattern: {
      source: ["aws.cloudformation"],
      detailType: ["CloudFormation Stack Status Change"],
      detail: {
        "stack-id": [Stack.of(scope).stackId],
        "status-details": { status: ["CREATE_COMPLETE", "UPDATE_COMPLETE"] },
      },
    },
    targets: [target],
  });
}
