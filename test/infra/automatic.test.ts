import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { changeEventOf } from "../../lambdas/core/domain/inventory/change-event.ts";
import { ConfigurationKinds } from "../../lambdas/core/domain/configuration/subject.ts";
import { matchesPattern } from "../../local/events/pattern.ts";
import { afterMinutes, aMembershipFact, seen } from "../support/facts.ts";
import { resourceAt, resourcesOf } from "./support/template.ts";
import { oidc, synthesize } from "./support/synthesize.ts";

const { access } = synthesize({ settings: { oidc } });

const RuleSchema = z.looseObject({
  ScheduleExpression: z.optional(z.string()),
  EventBusName: z.optional(z.string()),
  EventPattern: z.optional(z.looseObject({})),
});
const rules = resourcesOf(access, "AWS::Events::Rule")
  .filter(({ properties }) => /Automatic(Function|Changes)/.test(JSON.stringify(properties["Targets"])))
  .map(({ properties }) => RuleSchema.parse(properties));
const patterns = rules.flatMap(({ EventPattern }) => (EventPattern === undefined ? [] : [EventPattern]));
const starts = (event: Readonly<Record<string, unknown>>) =>
  patterns.some((pattern) => matchesPattern(pattern, { source: "lockstep", ...event }));

describe("the function of automatic flows", () => {
  it("runs every five minutes, and has as long as that", () => {
    expect(rules.flatMap(({ ScheduleExpression }) => ScheduleExpression ?? [])).toEqual(["rate(5 minutes)"]);
    expect(resourceAt(access, "AutomaticFunction").properties["Timeout"]).toBe(300);
  });

  it("is started by changes in batches, and twice at a time at most: there may be thousands", () => {
    const [queue] = resourcesOf(access, "AWS::SQS::Queue").filter(
      ({ properties }) => properties["QueueName"] === "lockstep-automatic",
    );
    const arn = { "Fn::GetAtt": [queue?.logicalId, "Arn"] };
    const onChange = resourcesOf(access, "AWS::Events::Rule").filter(
      ({ properties }) =>
        JSON.stringify(properties["Targets"]) === JSON.stringify([{ Arn: arn, Id: "Target0" }]),
    );
    expect(onChange).toHaveLength(patterns.length);
    const [source] = resourcesOf(access, "AWS::Lambda::EventSourceMapping").filter(
      ({ properties }) => JSON.stringify(properties["EventSourceArn"]) === JSON.stringify(arn),
    );
    expect(source?.properties).toMatchObject({
      BatchSize: 1_000,
      MaximumBatchingWindowInSeconds: 10,
      ScalingConfig: { MaximumConcurrency: 2 },
    });
    // What a run failed with is not delivered again: the schedule has looked by then.
    expect(queue?.properties).toMatchObject({ MessageRetentionPeriod: 300, VisibilityTimeout: 360 });
  });

  it("listens to Lockstep's own bus", () => {
    for (const { EventPattern, EventBusName } of rules)
      expect(EventBusName).toBe(EventPattern === undefined ? undefined : "lockstep");
  });

  it("runs when what a flow depends on was changed, and not when an integration was", () => {
    const changed = (kind: string) =>
      starts({ "detail-type": "ConfigurationChanged", detail: { kind, name: "any" } });
    expect(ConfigurationKinds.filter(changed).toSorted()).toEqual([
      "access-flow",
      "access-scope",
      "bundle",
      "rota",
    ]);
  });

  it("runs when somebody joined or left a group, as the inventory tells it", () => {
    const membership = seen(aMembershipFact("payments-engineers", "alice"));
    const joined = changeEventOf(undefined, membership);
    const left = changeEventOf(membership, {
      gone: true,
      observedAt: afterMinutes(5),
      fact: membership.fact,
    });
    for (const event of [joined, left]) {
      expect(event?.type).toMatch(/^Membership/);
      expect(starts({ "detail-type": event?.type, detail: {} })).toBe(true);
    }
    expect(starts({ "detail-type": "AssignmentAppeared", detail: {} })).toBe(false);
  });
});
