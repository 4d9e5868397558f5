import { beforeEach, describe, expect, it } from "vitest";
import type { BusEvent } from "../../../../local/events/event.ts";
import { createEventBridge } from "../../../../local/events/event-bridge.ts";
import { createQueues } from "../../../../local/events/queues.ts";
import { createRuleTargets } from "../../../../local/events/rule-targets.ts";
import { createTopics } from "../../../../local/events/topics.ts";
import type { IamCheck } from "../../../../local/iam-check/iam-check.ts";
import { openLocalStore } from "../../../../local/store.ts";
import type { LocalStore } from "../../../../local/store.ts";
import type { ApplicationRule } from "../../../../local/template/rules.ts";
import type { Json, JsonObject } from "../../../../local/wire/json.ts";
import { AwsError } from "../../../../local/wire/service.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";
import { ENVIRONMENT } from "./support/assembly.ts";

const FUNCTION = "arn:aws:lambda:eu-west-1:111111111111:function:f";
const LOCKED_FUNCTION = "arn:aws:lambda:eu-west-1:111111111111:function:locked";
const DEAD_LETTERS = "arn:aws:sqs:eu-west-1:111111111111:dead-letters";

/** Whose own policies let EventBridge in. The policies themselves are iam-check.test.ts's matter. */
const OPEN = [FUNCTION, DEAD_LETTERS];
const iam: IamCheck = {
  authorize: () => Promise.resolve(),
  authorizeService: (service, _sourceArn, { resources }) =>
    resources.every((resource) => OPEN.includes(resource))
      ? Promise.resolve()
      : Promise.reject(new AwsError("AccessDeniedException", `User: ${service} is not authorized`)),
};

const ruleTo = (Arn: string, extra: Partial<ApplicationRule> = {}): ApplicationRule => ({
  name: "rule",
  arn: "arn:aws:events:eu-west-1:111111111111:rule/rule",
  busName: "default",
  eventPattern: { source: ["test"] },
  targets: [
    { Id: "T", Arn, DeadLetterConfig: { Arn: DEAD_LETTERS }, RetryPolicy: { MaximumRetryAttempts: 2 } },
  ],
  ...extra,
});

const event: BusEvent = {
  version: "0",
  id: "event-1",
  "detail-type": "Tested",
  source: "test",
  account: "111111111111",
  time: "2026-01-01T00:00:00.000Z",
  region: "eu-west-1",
  resources: [],
  detail: {},
};

describe("the embedded EventBridge", () => {
  let clock: VirtualClock;
  let store: LocalStore;
  let invoked: Json[];
  let outage: AwsError | undefined;

  beforeEach(() => {
    clock = new VirtualClock();
    store = openLocalStore();
    invoked = [];
    outage = undefined;
  });

  const started = (rules: readonly ApplicationRule[]) => {
    let ids = 0;
    const newId = () => `${clock.now().toISOString()}-${String((ids += 1))}`;
    const queues = createQueues({
      queues: [{ name: "dead-letters", arn: DEAD_LETTERS }],
      store,
      clock,
      newId,
      endpointUrl: () => "http://127.0.0.1:1",
    });
    const targets = createRuleTargets({
      clock,
      store,
      newId,
      region: "eu-west-1",
      iam,
      topics: createTopics({ topics: [], newId, onPublish: () => undefined }),
      queues,
      invokeAsync: (_functionArn, payload) => {
        if (outage !== undefined) throw outage;
        invoked.push(payload);
      },
      onUndelivered: () => undefined,
    });
    const bridge = createEventBridge({
      environment: ENVIRONMENT,
      buses: [{ name: "app", arn: "arn:aws:events:eu-west-1:111111111111:event-bus/app" }],
      rules,
      clock,
      store,
      newId,
      targets,
      onPutEvents: () => undefined,
    });
    bridge.start();
    return {
      bridge,
      deadLetters: () =>
        store
          .list("sqs/dead-letters")
          .map(({ document }) => (document as { attributes: JsonObject }).attributes),
    };
  };

  it("delivers an event to the rules of its bus that match it", async () => {
    const { bridge } = started([ruleTo(FUNCTION)]);
    bridge.publish(event);
    bridge.publish({ ...event, source: "other" });
    bridge.publish(event, "app");
    await clock.advanceBy(1000);
    expect(invoked).toEqual([event]);
  });

  it("tries a target that is out of order again, later and later, and keeps the event when it gives up", async () => {
    outage = new AwsError("ServiceException", "out of order", 500);
    const { bridge, deadLetters } = started([ruleTo(FUNCTION)]);
    bridge.publish(event);
    await clock.advanceBy(2_500);
    expect(deadLetters()).toEqual([]);
    await clock.advanceBy(1_000);
    expect(deadLetters()).toMatchObject([{ ERROR_CODE: "ServiceException", RETRY_ATTEMPTS: "2" }]);
  });

  it("does not try again what the target's policy refuses", async () => {
    const { bridge, deadLetters } = started([ruleTo(LOCKED_FUNCTION)]);
    bridge.publish(event);
    await clock.advanceBy(0);
    await clock.advanceBy(0);
    expect(deadLetters()).toMatchObject([{ ERROR_CODE: "AccessDeniedException", RETRY_ATTEMPTS: "0" }]);
  });

  it("delivers after a restart what was taken before it", async () => {
    outage = new AwsError("ServiceException", "out of order", 500);
    const first = started([ruleTo(FUNCTION)]);
    first.bridge.publish(event);
    await clock.advanceBy(0);
    await first.bridge.stop();
    outage = undefined;
    started([ruleTo(FUNCTION)]);
    await clock.advanceBy(10_000);
    expect(invoked).toEqual([event]);
    expect(store.list("events/deliveries")).toEqual([]);
  });

  it("fires schedules on time, and makes up once for those that a stop has missed", async () => {
    const hourly = ruleTo(FUNCTION, { schedule: "rate(1 hour)" });
    const first = started([hourly]);
    await clock.advanceBy(2.5 * 3_600_000);
    expect(invoked).toHaveLength(2);
    await first.bridge.stop();
    await clock.advanceBy(5 * 3_600_000);
    const second = started([hourly]);
    await clock.advanceBy(60_000);
    expect(invoked).toHaveLength(3);
    expect(invoked[0]).toMatchObject({
      source: "aws.events",
      "detail-type": "Scheduled Event",
      resources: [hourly.arn],
    });
    await second.bridge.stop();
  });

  it("takes and refuses the entries of PutEvents one by one", async () => {
    const { bridge } = started([ruleTo(FUNCTION)]);
    const entry = { Source: "test", DetailType: "Tested", Detail: "{}" };
    const caller = { accessKeyId: "k", principalArn: "a", accountId: "111111111111", region: "eu-west-1" };
    const answer = await bridge.service.operations["PutEvents"]?.(
      {
        Entries: [
          entry,
          { ...entry, Detail: "no JSON" },
          { ...entry, Source: "aws.states" },
          { ...entry, EventBusName: "nowhere" },
          { ...entry, DetailType: "" },
        ],
      },
      caller,
    );
    expect(answer).toMatchObject({
      FailedEntryCount: 4,
      Entries: [
        { EventId: expect.any(String) as string },
        { ErrorCode: "MalformedDetail" },
        { ErrorCode: "NotAuthorizedForSource" },
        { ErrorCode: "ResourceNotFoundException" },
        { ErrorCode: "InvalidArgument" },
      ],
    });
    await clock.advanceBy(0);
    expect(invoked).toHaveLength(1);
  });

  it("refuses rules whose targets nothing here can reach", () => {
    expect(() => started([ruleTo("arn:aws:kinesis:eu-west-1:111111111111:stream/s")])).toThrow(
      "not known here",
    );
  });
});
