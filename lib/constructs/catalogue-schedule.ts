import { Duration, Stack } from "aws-cdk-lib";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";

/**
 * Refreshes the catalogue every hour, and as soon as this stack is deployed, so that the first request finds names. (A
 * name that the catalogue misses makes the API refresh it too.)
 */
export function refreshCatalogue(scope: Construct, catalogue: IFunction): void {
  const target = new LambdaFunction(catalogue, {
    // The next hour brings the next refresh; a late one is worth nothing.
    maxEventAge: Duration.minutes(30),
    retryAttempts: 2,
  });
  new Rule(scope, "CatalogueSchedule", {
    ruleName: "lockstep-catalogue-hourly",
    description: "Refreshes the names of accounts and permission sets every hour",
    schedule: Schedule.rate(Duration.hours(1)),
    targets: [target],
  });
  new Rule(scope, "CatalogueAfterDeployment", {
    ruleName: "lockstep-catalogue-after-deployment",
    description: "Refreshes the names of accounts and permission sets after each deployment",
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
