import { Duration } from "aws-cdk-lib";
import { Rule, Schedule, type IEventBus } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";

/** What an automatic flow's sense depends on (lambdas/core/domain/configuration/subject.ts). */
const CHANGEABLE = ["access-flow", "bundle", "access-scope", "rota"] as const;

/** Looks at automatic flows every five minutes, and when somebody changed one, or joined or left a group. */
export function runAutomaticFlows(
  scope: Construct,
  { automatic, eventBus }: { readonly automatic: IFunction; readonly eventBus: IEventBus },
): void {
  // The next one comes soon, and finds all that a late one would have found.
  const target = () => new LambdaFunction(automatic, { maxEventAge: Duration.minutes(5), retryAttempts: 2 });
  new Rule(scope, "AutomaticSchedule", {
    ruleName: "lockstep-automatic-every-five-minutes",
    description: "Gives and takes away every five minutes what automatic flows give",
    schedule: Schedule.rate(Duration.minutes(5)),
    targets: [target()],
  });
  new Rule(scope, "AutomaticOnConfiguration", {
    ruleName: "lockstep-automatic-on-configuration",
    description: "The same when an access flow changes, or what one names",
    eventBus,
    eventPattern: {
      source: ["lockstep"],
      detailType: ["ConfigurationChanged"],
      detail: { kind: [...CHANGEABLE] },
    },
    targets: [target()],
  });
  new Rule(scope, "AutomaticOnMembership", {
    ruleName: "lockstep-automatic-on-membership",
    description: "The same when somebody joins or leaves a group",
    eventBus,
    eventPattern: { source: ["lockstep"], detailType: ["MembershipAppeared", "MembershipVanished"] },
    targets: [target()],
  });
}
