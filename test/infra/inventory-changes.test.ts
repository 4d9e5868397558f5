import { marshall } from "@aws-sdk/util-dynamodb";
import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { ChangesStack, regionsElsewhere } from "../../lib/changes-stack.ts";
import { looksOf } from "../../lambdas/core/domain/inventory/cloudtrail.ts";
import { CHANGING_SERVICES } from "../../lib/connector/forward-changes.ts";
import { connectorNames } from "../../lib/connector/names.ts";
import { matchesPattern } from "../../local/events/pattern.ts";
import { resourceAt, resourcesOf } from "./support/template.ts";
import { oidc, synthesize } from "./support/synthesize.ts";

const { access } = synthesize({ settings: { oidc } });

const queueNamed = (name: string) => {
  const queue = resourcesOf(access, "AWS::SQS::Queue").find(
    ({ properties }) => properties["QueueName"] === name,
  );
  if (queue === undefined) throw new Error(`No queue ${name}`);
  return queue;
};
const arnOf = (name: string) => ({ "Fn::GetAtt": [queueNamed(name).logicalId, "Arn"] });
const CHANGES = "lockstep-inventory-events";

const RuleSchema = z.looseObject({
  Name: z.string(),
  EventPattern: z.looseObject({}),
  EventBusName: z.optional(z.unknown()),
  Targets: z.array(z.looseObject({ Arn: z.unknown() })),
});
const rules = resourcesOf(access, "AWS::Events::Rule")
  .map(({ properties }) => RuleSchema.safeParse(properties))
  .flatMap(({ data }) => (data?.Name.startsWith("lockstep-changes-") ? [data] : []));

/** An event as AWS puts it: of a service, about a call or what a service did by itself. */
const eventOf = (service: string, detailType = "AWS API Call via CloudTrail") => ({
  source: `aws.${service}`,
  "detail-type": detailType,
  detail: { eventSource: `${service}.amazonaws.com`, eventName: "Anything" },
});

describe("changes that CloudTrail tells of", () => {
  it("are taken from the default bus and from Lockstep's own, straight into the queue", () => {
    expect(rules.map(({ Name }) => Name).toSorted()).toEqual([
      "lockstep-changes-forwarded",
      "lockstep-changes-here",
    ]);
    for (const { Targets } of rules) expect(Targets.map(({ Arn }) => Arn)).toEqual([arnOf(CHANGES)]);
    const buses = rules.map(({ EventBusName }) => (EventBusName === undefined ? "default" : "lockstep"));
    expect(buses.toSorted()).toEqual(["default", "lockstep"]);
  });

  it.each(rules.map(({ Name, EventPattern }) => [Name, EventPattern] as const))(
    "are of the services that looks know, and of no others: %s",
    (_name, pattern) => {
      for (const service of CHANGING_SERVICES.organization) {
        const [name = ""] = service.split(".");
        expect(matchesPattern(pattern, eventOf(name)), name).toBe(true);
        expect(matchesPattern(pattern, eventOf(name, "AWS Service Event via CloudTrail"))).toBe(true);
      }
      expect(matchesPattern(pattern, eventOf("ec2"))).toBe(false);
      expect(matchesPattern(pattern, eventOf("sso", "AWS Console Sign In via CloudTrail"))).toBe(false);
    },
  );

  it("are believed only when AWS itself puts them", () => {
    for (const { EventPattern } of rules)
      expect(matchesPattern(EventPattern, { ...eventOf("sso"), source: "somebody" })).toBe(false);
  });

  it("lead to looks, each service's", () => {
    const detail = { eventTime: "2026-01-01T00:00:00Z", eventID: "1", readOnly: false };
    for (const service of CHANGING_SERVICES.organization) {
      const event = {
        account: "111111111111",
        detail: { ...detail, eventSource: service, eventName: "Unheard" },
      };
      expect(looksOf(event), service).not.toEqual([]);
    }
  });

  it("wait in a queue that hides what is looked at for longer than the function runs, and keeps what fails", () => {
    const { Timeout } = z
      .looseObject({ Timeout: z.number() })
      .parse(resourceAt(access, "InventoryEventsFunction").properties);
    const properties = z
      .looseObject({ VisibilityTimeout: z.number(), RedrivePolicy: z.looseObject({}) })
      .parse(queueNamed(CHANGES).properties);
    expect(properties.VisibilityTimeout).toBeGreaterThan(Timeout);
    expect(properties.RedrivePolicy).toEqual({
      deadLetterTargetArn: arnOf(`${CHANGES}-dead-letters`),
      maxReceiveCount: 5,
    });
  });

  it("are delivered to two invocations at a time, each event failing by itself", () => {
    const mapping = resourcesOf(access, "AWS::Lambda::EventSourceMapping").find(
      ({ properties }) => JSON.stringify(properties["EventSourceArn"]) === JSON.stringify(arnOf(CHANGES)),
    );
    expect(mapping?.properties).toMatchObject({
      BatchSize: 10,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      ScalingConfig: { MaximumConcurrency: 2 },
    });
  });
});

describe("changes in other regions", () => {
  const identityCenter = (region: string) => ({ identityCenter: { region } }) as never;

  it("are forwarded from us-east-1 and from Identity Center's region, where Lockstep is elsewhere", () => {
    expect(regionsElsewhere(identityCenter("eu-west-1"), "eu-west-1")).toEqual({
      "us-east-1": "lockstep-global",
    });
    expect(regionsElsewhere(identityCenter("eu-central-1"), "eu-west-1")).toEqual({
      "eu-central-1": "lockstep-identity-center",
      "us-east-1": "lockstep-global",
    });
    expect(regionsElsewhere(identityCenter("us-east-1"), "us-east-1")).toEqual({});
  });

  it("go to Lockstep's bus in its region, under a name that the StackSet does not use in the same account", () => {
    const stack = new ChangesStack(new App(), "lockstep-global", {
      env: { account: "111111111111", region: "us-east-1" },
      homeRegion: "eu-west-1",
    });
    const template = Template.fromStack(stack);
    const [rule] = resourcesOf(template, "AWS::Events::Rule");
    const [role, ...others] = resourcesOf(template, "AWS::IAM::Role");
    const [target] = rule?.properties["Targets"] as readonly Readonly<Record<string, unknown>>[];
    expect(JSON.stringify(target?.["Arn"])).toContain("events:eu-west-1:111111111111:event-bus/lockstep");
    expect(target?.["RoleArn"]).toEqual({ "Fn::GetAtt": [role?.logicalId, "Arn"] });
    expect(others).toEqual([]);
    expect(role?.properties).not.toHaveProperty("RoleName");
    expect(rule?.properties["Name"]).not.toBe(connectorNames.forwarding.ofMember);
  });
});

describe("the Inventory table's stream", () => {
  const mapping = resourcesOf(access, "AWS::Lambda::EventSourceMapping").find(({ properties }) =>
    JSON.stringify(properties["EventSourceArn"]).includes("InventoryTable"),
  );
  const { Filters } = z
    .object({ Filters: z.array(z.object({ Pattern: z.string() })) })
    .parse(mapping?.properties["FilterCriteria"]);
  const passes = (item: Readonly<Record<string, unknown>> | undefined) =>
    Filters.some(({ Pattern }) =>
      matchesPattern(JSON.parse(Pattern), {
        dynamodb: item === undefined ? {} : { NewImage: marshall(item) },
      }),
    );

  it("lets facts and traces through, and neither passes nor what was there before nor deletions", () => {
    expect(passes({ kind: "fact", observedAt: "2026-01-01T00:00:00.000Z" })).toBe(true);
    expect(passes({ kind: "fact", gone: true })).toBe(true);
    expect(passes({ kind: "fact", baseline: true })).toBe(false);
    expect(passes({ kind: "sync" })).toBe(false);
    expect(passes({ kind: "slice" })).toBe(false);
    expect(passes(undefined)).toBe(false);
  });

  it("retries, isolates what fails, and keeps what it gives up", () => {
    expect(mapping?.properties).toMatchObject({
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      MaximumRecordAgeInSeconds: 86_400,
      StartingPosition: "TRIM_HORIZON",
      DestinationConfig: { OnFailure: { Destination: arnOf("lockstep-announce-dead-letters") } },
    });
  });
});
