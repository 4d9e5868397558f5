import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { ScheduledSweepSchema } from "../../lambdas/core/contracts/sweep.ts";
import { resourceAt, resourcesOf } from "./support/template.ts";
import { oidc, synthesize } from "./support/synthesize.ts";

const { access } = synthesize({ settings: { oidc } });

const RuleSchema = z.looseObject({
  ScheduleExpression: z.optional(z.string()),
  EventPattern: z.optional(z.looseObject({})),
  Targets: z.array(z.looseObject({ Arn: z.unknown(), Input: z.optional(z.string()) })),
});
const rules = resourcesOf(access, "AWS::Events::Rule")
  .filter(({ properties }) => JSON.stringify(properties["Targets"]).includes("SweepFunction"))
  .map(({ properties }) => RuleSchema.parse(properties));

describe("the sweep", () => {
  it("runs every five minutes, as its own contract says", () => {
    const [scheduled] = rules.filter(({ ScheduleExpression }) => ScheduleExpression !== undefined);
    expect(scheduled?.ScheduleExpression).toBe("rate(5 minutes)");
    const [target] = scheduled?.Targets ?? [];
    expect(ScheduledSweepSchema.parse(JSON.parse(target?.Input ?? ""))).toEqual({
      version: 1,
      mode: "scheduled",
    });
  });

  it("is told of executions of the one machine that did not come to their end, and of access flows that changed", () => {
    const patterns = rules.flatMap(({ EventPattern }) => (EventPattern === undefined ? [] : [EventPattern]));
    expect(patterns).toEqual([
      {
        source: ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        detail: {
          stateMachineArn: [{ Ref: "AccessRequestWorkflow" }],
          status: ["FAILED", "TIMED_OUT", "ABORTED"],
        },
      },
      {
        source: ["lockstep"],
        "detail-type": ["ConfigurationChanged"],
        detail: { kind: ["access-flow"], change: ["ConfigurationSaved", "ConfigurationDeleted"] },
      },
    ]);
  });

  it("leaves no events to Lambda for longer than its rhythm: six hours of them would fill a young account", () => {
    const waits = resourcesOf(access, "AWS::Lambda::EventInvokeConfig").map(({ properties }) => [
      properties["FunctionName"],
      properties["MaximumEventAgeInSeconds"],
    ]);
    expect(waits).toHaveLength(5);
    expect(waits).toEqual(
      expect.arrayContaining([
        [{ Ref: "AutomaticFunction" }, 300],
        [{ Ref: "LintFunction" }, 3600],
        [{ Ref: "SweepFunction" }, 300],
        [{ Ref: "RevokeAccessFunction" }, 300],
        [{ Ref: "SyncScheduleFunction" }, 300],
      ]),
    );
  });

  it("has as long as its rhythm, and reserves no concurrency: a young account has ten in all", () => {
    const { properties } = resourceAt(access, "SweepFunction");
    expect(properties["Timeout"]).toBe(300);
    for (const { properties: each } of resourcesOf(access, "AWS::Lambda::Function")) {
      expect(each["ReservedConcurrentExecutions"]).toBeUndefined();
    }
  });
});
