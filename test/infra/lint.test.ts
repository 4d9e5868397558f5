import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { matchesPattern } from "../../local/events/pattern.ts";
import { resourcesOf } from "./support/template.ts";
import { oidc, synthesize } from "./support/synthesize.ts";

const { access } = synthesize({ settings: { oidc } });
const RuleSchema = z.looseObject({
  EventBusName: z.optional(z.string()),
  EventPattern: z.looseObject({
    detail: z.looseObject({ stateMachineArn: z.array(z.unknown()), status: z.array(z.string()) }),
  }),
});
const [rule, ...others] = resourcesOf(access, "AWS::Events::Rule")
  .filter(({ properties }) => JSON.stringify(properties["Targets"]).includes("LintFunction"))
  .map(({ properties }) => RuleSchema.parse(properties));

describe("the function that lints", () => {
  const startsOn = (status: string, stateMachineArn = "arn:sync") => {
    const pattern = {
      ...rule?.EventPattern,
      detail: { ...rule?.EventPattern.detail, stateMachineArn: ["arn:sync"] },
    };
    return matchesPattern(pattern, {
      source: "aws.states",
      "detail-type": "Step Functions Execution Status Change",
      detail: { stateMachineArn, status },
    });
  };

  it("runs when a sync has come to its end, as the default bus tells, and for nothing else", () => {
    expect(others).toEqual([]);
    expect(rule?.EventBusName).toBeUndefined();
    expect(rule?.EventPattern.detail.stateMachineArn).toEqual([
      { Ref: expect.stringMatching(/^SyncWorkflow/) as unknown },
    ]);
    expect(startsOn("SUCCEEDED")).toBe(true);
    expect(startsOn("RUNNING")).toBe(false);
    expect(startsOn("SUCCEEDED", "arn:sync/slices")).toBe(false);
  });
});
