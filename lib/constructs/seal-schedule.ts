import { Duration } from "aws-cdk-lib";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";

/** Seals the audit trail every day, half an hour after the day that it seals (UTC). A day that is missed is caught up on the next. */
export function sealDaily(scope: Construct, seal: IFunction): void {
  new Rule(scope, "SealSchedule", {
    ruleName: "lockstep-seal-daily",
    description: "Seals the chains of the audit trail that grew the day before into one root",
    // lastClosedDay waits 20 minutes for stragglers.
    schedule: Schedule.cron({ minute: "30", hour: "0" }),
    targets: [new LambdaFunction(seal, { maxEventAge: Duration.hours(6), retryAttempts: 2 })],
  });
}
