import { Duration } from "aws-cdk-lib";
import { Rule, RuleTargetInput, Schedule, type IEventBus } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { IStateMachine } from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import { EVENT_SOURCE } from "./attention-rules.ts";
import type { ScheduledSweep } from "../../lambdas/core/contracts/sweep.ts";

export interface SweepRulesProps {
  readonly sweep: IFunction;
  readonly stateMachine: IStateMachine;
  readonly eventBus: IEventBus;
}

/**
 * Sweeps every five minutes, and at once for each execution that did not come to its end, and what waits under each access
 * flow that changed.
 */
export function sweepRegularly(scope: Construct, { sweep, stateMachine, eventBus }: SweepRulesProps): void {
  const scheduled: ScheduledSweep = { version: 1, mode: "scheduled" };
  new Rule(scope, "SweepSchedule", {
    ruleName: "lockstep-sweep-every-five-minutes",
    description: "Checks every five minutes that what exists is what should exist",
    schedule: Schedule.rate(Duration.minutes(5)),
    targets: [
      new LambdaFunction(sweep, {
        event: RuleTargetInput.fromObject(scheduled),
        // The next one comes soon; a late one is worth nothing.
        maxEventAge: Duration.minutes(5),
        retryAttempts: 2,
      }),
    ],
  });
  new Rule(scope, "SweepFailedExecution", {
    ruleName: "lockstep-sweep-failed-execution",
    description: "Replaces an execution of a request that failed, timed out or was aborted",
    // https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
    eventPattern: {
      source: ["aws.states"],
      detailType: ["Step Functions Execution Status Change"],
      detail: {
        stateMachineArn: [stateMachine.stateMachineArn],
        status: ["FAILED", "TIMED_OUT", "ABORTED"],
      },
    },
    // What is not delivered in an hour is long overdue, and found in the sweep's own rhythm.
    targets: [new LambdaFunction(sweep, { maxEventAge: Duration.hours(1), retryAttempts: 20 })],
  });
  new Rule(scope, "SweepChangedFlow", {
    ruleName: "lockstep-sweep-changed-flow",
    description: "Ends at once what waits for approval under an access flow that takes no requests any more",
    eventBus,
    eventPattern: {
      source: [EVENT_SOURCE],
      detailType: ["ConfigurationChanged"],
      detail: { kind: ["access-flow"], change: ["ConfigurationSaved", "ConfigurationDeleted"] },
    },
    // The scheduled sweep sees it by then.
    targets: [new LambdaFunction(sweep, { maxEventAge: Duration.minutes(5), retryAttempts: 2 })],
  });
}
