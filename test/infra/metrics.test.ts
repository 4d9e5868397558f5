import type { Metrics } from "@aws-lambda-powertools/metrics";
import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { METRICS_NAMESPACE, METRICS_SERVICE, MetricNames } from "../../lambdas/core/contracts/metrics.ts";
import { announceStream } from "../../lambdas/announce/announce-stream.ts";
import { measure as measureRequest } from "../../lambdas/record/measure.ts";
import { recordStream } from "../../lambdas/record/record-stream.ts";
import { logger, metrics, throttleCounter } from "../../lambdas/middleware/observability.ts";
import { beginSyncs } from "../../lambdas/sync-schedule/begin-syncs.ts";
import { measure as measureSweep } from "../../lambdas/sweep/measure.ts";
import { aBreakGlassRequest } from "../support/break-glass.ts";
import { aReport } from "../support/sweep-report.ts";
import { endedOf, lifeOf } from "../unit/core/use-cases/sweep/world.ts";
import { resourcesOf } from "./support/template.ts";
import { oidc, synthesize } from "./support/synthesize.ts";

const { access } = synthesize({ settings: { oidc } });

/** `[namespace, name, dimension, value, …, options]`, as a dashboard names a metric; `.` repeats what is above. */
const DashboardMetricSchema = z.array(z.union([z.string(), z.looseObject({})]));
const DashboardSchema = z.object({
  widgets: z.array(
    z.object({ properties: z.looseObject({ metrics: z.optional(z.array(DashboardMetricSchema)) }) }),
  ),
});

interface Named {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** A dashboard's body is one text, in which CloudFormation puts region and ARNs. */
const textOf = (body: unknown): string => {
  const { "Fn::Join": join } = z
    .object({ "Fn::Join": z.tuple([z.string(), z.array(z.unknown())]) })
    .parse(body);
  return join[1].map((part) => (typeof part === "string" ? part : "resolved")).join(join[0]);
};

const [dashboard] = resourcesOf(access, "AWS::CloudWatch::Dashboard");
const onDashboard: readonly Named[] = DashboardSchema.parse(
  JSON.parse(textOf(dashboard?.properties["DashboardBody"])),
).widgets.flatMap(({ properties }) =>
  (properties.metrics ?? []).map((parts) => {
    const [namespace = "", name = "", ...rest] = parts.filter((part) => typeof part === "string");
    const pairs = Array.from({ length: rest.length / 2 }, (_, index) => [
      rest[2 * index],
      rest[2 * index + 1],
    ]);
    return { namespace, name, dimensions: Object.fromEntries(pairs) as Named["dimensions"] };
  }),
);

const MetricSchema = z.looseObject({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z._default(z.array(z.object({ Name: z.string(), Value: z.unknown() })), []),
});
const AlarmSchema = z.looseObject({
  AlarmName: z.string(),
  Metrics: z.optional(
    z.array(z.looseObject({ MetricStat: z.optional(z.looseObject({ Metric: MetricSchema })) })),
  ),
});
const inAlarms: readonly Named[] = resourcesOf(access, "AWS::CloudWatch::Alarm").flatMap(({ properties }) => {
  const { Metrics } = AlarmSchema.parse(properties);
  const found =
    Metrics === undefined
      ? [MetricSchema.parse(properties)]
      : Metrics.flatMap(({ MetricStat }) => (MetricStat === undefined ? [] : [MetricStat.Metric]));
  return found.map(({ Namespace, MetricName, Dimensions }) => ({
    namespace: Namespace,
    name: MetricName,
    dimensions: Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, String(Value)])),
  }));
});

/** Every metric that the functions really emit, by running what emits them. */
const emitted = async (): Promise<ReadonlySet<string>> => {
  const names = new Set<string>();
  const lines: string[] = [];
  const addMetric = (name: string) => {
    names.add(name);
  };
  const to = { addMetric } as unknown as Parameters<typeof measureRequest>[1];
  const { active } = lifeOf("alice", new Date());
  const emergency = aBreakGlassRequest();
  for (const request of [active, endedOf(active, new Date()).ended, emergency]) measureRequest(request, to);
  const requestsByStatus = {
    pending: 0,
    approved: 0,
    scheduled: 0,
    granting: 0,
    active: 0,
    revoking: 0,
    stuck: 0,
  };
  measureSweep({ report: aReport(), revokeLagMilliseconds: 1, requestsByStatus }, to);

  const write = (line: string): void => {
    lines.push(line);
  };
  Object.assign(metrics, { console: { log: write } });
  const unreadable = { Records: [{ dynamodb: { SequenceNumber: "1" } }] };
  await recordStream({ transition: () => Promise.resolve(), change: () => Promise.resolve() })(
    unreadable,
    {} as never,
  );
  await announceStream({ publish: () => Promise.resolve() })(unreadable, {} as never);
  const nothing = () => Promise.resolve([]);
  await beginSyncs({ beginDue: nothing, behind: nothing }, logger, metrics)({}, {} as never);
  throttleCounter({ singleMetric: () => ({ addMetric }) as unknown as Metrics })("SSO Admin");
  const EmittedSchema = z.looseObject({
    _aws: z.object({
      CloudWatchMetrics: z.array(
        z.object({
          Namespace: z.literal(METRICS_NAMESPACE),
          Dimensions: z.tuple([z.tuple([z.literal("service")])]),
          Metrics: z.array(z.looseObject({ Name: z.string() })),
        }),
      ),
    }),
    service: z.literal(METRICS_SERVICE),
  });
  for (const line of lines) {
    for (const { Metrics } of EmittedSchema.parse(JSON.parse(line))._aws.CloudWatchMetrics)
      for (const { Name } of Metrics) names.add(Name);
  }
  return names;
};

/** AWS's own metrics that are named here, with the pages that list them. */
const awsMetrics: Readonly<Record<string, readonly string[]>> = {
  // https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
  "AWS/States": ["ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"],
  // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
  "AWS/Lambda": ["Errors", "IteratorAge"],
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
  "AWS/SQS": ["ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"],
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
  "AWS/ApiGateway": ["5xx"],
  // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
  "AWS/Events": ["TriggeredRules"],
};

/** The alarms for which no data means this. */
const onSilence = (meaning: string): readonly unknown[] =>
  resourcesOf(access, "AWS::CloudWatch::Alarm")
    .filter(({ properties }) => (properties["TreatMissingData"] ?? "missing") === meaning)
    .map(({ properties }) => properties["AlarmName"]);

describe("alarms and the dashboard", () => {
  it("name only metrics that a function really emits, under the dimension that it emits them with", async () => {
    const names = await emitted();
    const own = [...onDashboard, ...inAlarms].filter(({ namespace }) => !namespace.startsWith("AWS/"));
    expect(own.length).toBeGreaterThan(20);
    for (const { namespace, name, dimensions } of own) {
      expect(namespace).toBe(METRICS_NAMESPACE);
      expect([...names], name).toContain(name);
      expect(dimensions, name).toEqual({ service: METRICS_SERVICE });
    }
  });

  it("name only metrics that AWS has", () => {
    const ofAws = [...onDashboard, ...inAlarms].filter(({ namespace }) => namespace.startsWith("AWS/"));
    expect(ofAws.length).toBeGreaterThan(10);
    for (const { namespace, name } of ofAws) expect(awsMetrics[namespace], namespace).toContain(name);
  });

  it("are on one dashboard of a pinned name, which shows all of the alarms", () => {
    expect(resourcesOf(access, "AWS::CloudWatch::Dashboard")).toHaveLength(1);
    expect(dashboard?.properties["DashboardName"]).toBe("lockstep");
    const body = JSON.stringify(dashboard?.properties["DashboardBody"]);
    for (const { properties } of resourcesOf(access, "AWS::CloudWatch::Alarm"))
      expect(body).toContain(`:alarm:${String(properties["AlarmName"])}\\"`);
  });

  it("show on the dashboard how long nothing was compared, and how many syncs are behind", () => {
    const shown = onDashboard.map(({ name }) => name);
    expect(shown).toEqual(expect.arrayContaining([MetricNames.rotationSeconds, MetricNames.syncsBehind]));
  });

  it("take the silence of the sweep and of the syncs' schedule for a fault, and every other for quiet", () => {
    expect(onSilence("breaching")).toEqual(["lockstep-sweep-behind", "lockstep-sync-behind"]);
    expect(onSilence("missing")).toEqual([]);
  });

  it("let a review stay overdue while nobody could count: silence neither rings nor ends it", () => {
    expect(onSilence("ignore")).toEqual(["lockstep-break-glass-unreviewed"]);
  });
});
