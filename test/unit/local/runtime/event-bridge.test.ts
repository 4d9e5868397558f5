import { beforeEach, describe, expect, it } from "vitest";
import type { BusEvent } from "../../../../local/events/event.ts";
import { createEventBridge } from "../../../../local/events/event-bridge.ts";
import type { EventBridge } from "../../../../local/events/event-bridge.ts";
import { createQueues } from "../../../../local/events/queues.ts";
import { createRuleTargets } from "../../../../local/events/rule-targets.ts";
import { createTopics } from "../../../../local/events/topics.ts";
import type { IamCheck } from "../../../../local/iam-check/iam-check.ts";
import type { ExecutionStart } from "../../../../local/step-functions/ports.ts";
import { openLocalStore } from "../../../../local/store.ts";
import type { LocalStore } from "../../../../local/store.ts";
import type { ApplicationRule, RuleTarget } from "../../../../local/template/rules.ts";
import type { Json, JsonObject } from "../../../../local/wire/json.ts";
import { AwsError } from "../../../../local/wire/service.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";
import { ENVIRONMENT } from "./support/assembly.ts";

const FUNCTION = "arn:aws:lambda:eu-west-1:111111111111:function:f";
const LOCKED_FUNCTION = "arn:aws:lambda:eu-west-1:111111111111:function:locked";
const MACHINE = "arn:aws:states:eu-west-1:111111111111:stateMachine:m";
const ROLE = "arn:aws:iam::111111111111:role/events";
const busNamed = (name: string) => ({
  name,
  arn: `arn:aws:events:eu-west-1:111111111111:event-bus/${name}`,
});
const APP_BUS = busNamed("app").arn;
const DEAD_LETTERS = "arn:aws:sqs:eu-west-1:111111111111:dead-letters";

/** Whose own policies let EventBridge in. The policies themselves are iam-check.test.ts's matter. */
const OPEN = [FUNCTION, DEAD_LETTERS];
const iam: IamCheck = {
  authorize: (principal, { action }) =>
    principal.kind === "role" && principal.roleArn === ROLE
      ? Promise.resolve()
      : Promise.reject(new AwsError("AccessDeniedException", `not authorized to perform: ${action}`)),
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
  let started: Omit<ExecutionStart, "name" | "startedBy">[];
  let names: Set<string>;
  let outage: AwsError | undefined;

  beforeEach(() => {
    clock = new VirtualClock();
    store = openLocalStore();
    invoked = [];
    started = [];
    names = new Set();
    outage = undefined;
  });

  const running = (rules: readonly ApplicationRule[]) => {
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
      startExecution: ({ machineArn, input, name }) => {
        if (outage !== undefined) throw outage;
        started.push({ machineArn, input });
        names.add(name);
      },
      forward: (sent, busArn) => {
        bridge.forward(sent, busArn);
      },
      onUndelivered: () => undefined,
    });
    const bridge: EventBridge = createEventBridge({
      environment: ENVIRONMENT,
      buses: [busNamed("app"), busNamed("third")],
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
    const { bridge } = running([ruleTo(FUNCTION)]);
    bridge.publish(event);
    bridge.publish({ ...event, source: "other" });
    bridge.publish(event, "app");
    await clock.advanceBy(1000);
    expect(invoked).toEqual([event]);
  });

  it("tries a target that is out of order again, later and later, and keeps the event when it gives up", async () => {
    outage = new AwsError("ServiceException", "out of order", 500);
    const { bridge, deadLetters } = running([ruleTo(FUNCTION)]);
    bridge.publish(event);
    await clock.advanceBy(2_500);
    expect(deadLetters()).toEqual([]);
    await clock.advanceBy(1_000);
    expect(deadLetters()).toMatchObject([{ ERROR_CODE: "ServiceException", RETRY_ATTEMPTS: "2" }]);
  });

  it("does not try again what the target's policy refuses", async () => {
    const { bridge, deadLetters } = running([ruleTo(LOCKED_FUNCTION)]);
    bridge.publish(event);
    await clock.advanceBy(0);
    await clock.advanceBy(0);
    expect(deadLetters()).toMatchObject([{ ERROR_CODE: "AccessDeniedException", RETRY_ATTEMPTS: "0" }]);
  });

  it("delivers after a restart what was taken before it", async () => {
    outage = new AwsError("ServiceException", "out of order", 500);
    const first = running([ruleTo(FUNCTION)]);
    first.bridge.publish(event);
    await clock.advanceBy(0);
    await first.bridge.stop();
    outage = undefined;
    running([ruleTo(FUNCTION)]);
    await clock.advanceBy(10_000);
    expect(invoked).toEqual([event]);
    expect(store.list("events/deliveries")).toEqual([]);
  });

  it("fires schedules on time, and makes up once for those that a stop has missed", async () => {
    const hourly = ruleTo(FUNCTION, { schedule: "rate(1 hour)" });
    const first = running([hourly]);
    await clock.advanceBy(2.5 * 3_600_000);
    expect(invoked).toHaveLength(2);
    await first.bridge.stop();
    await clock.advanceBy(5 * 3_600_000);
    const second = running([hourly]);
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
    const { bridge } = running([ruleTo(FUNCTION)]);
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

  const byRole = (Arn: string, more: Partial<RuleTarget> = {}, rule: Partial<ApplicationRule> = {}) =>
    ruleTo(Arn, {
      targets: [{ Id: "T", Arn, RoleArn: ROLE, DeadLetterConfig: { Arn: DEAD_LETTERS }, ...more }],
      ...rule,
    });

  it("starts a machine's execution by the target's role, with what the target makes of the event", async () => {
    const InputTransformer = { InputPathsMap: { id: "$.id" }, InputTemplate: '{"event":<id>}' };
    const { bridge } = running([byRole(MACHINE, { InputTransformer })]);
    bridge.publish(event);
    await clock.advanceBy(0);
    expect(started).toEqual([{ machineArn: MACHINE, input: '{"event":"event-1"}' }]);
  });

  it("starts a machine on a schedule with the rule's input", async () => {
    const rule = byRole(MACHINE, { Input: '{"scope":"identity"}' }, { schedule: "rate(1 hour)" });
    const { bridge } = running([rule]);
    await clock.advanceBy(2.5 * 3_600_000);
    const once = { machineArn: MACHINE, input: '{"scope":"identity"}' };
    expect(started).toEqual([once, once]);
    expect(names.size).toBe(2);
    await bridge.stop();
  });

  it("starts under the same name again when it does not know whether it has started", async () => {
    const { bridge } = running([byRole(MACHINE)]);
    outage = new AwsError("ServiceUnavailable", "out of order", 503);
    bridge.publish(event);
    await clock.advanceBy(0);
    const [kept] = store.list("events/deliveries").map(({ document }) => document);
    outage = undefined;
    await clock.advanceBy(1_000);
    expect([...names]).toEqual([(kept as { work: { id: string } }).work.id]);
  });

  it.each([
    ["a machine", MACHINE, "states:StartExecution"],
    ["a bus", APP_BUS, "events:PutEvents"],
  ])("does not reach %s by a role that may not", async (_, arn, action) => {
    const { bridge, deadLetters } = running([byRole(arn, { RoleArn: `${ROLE}-other` })]);
    bridge.publish(event);
    await clock.advanceBy(0);
    await clock.advanceBy(0);
    expect(deadLetters()).toMatchObject([
      { ERROR_CODE: "AccessDeniedException", ERROR_MESSAGE: `not authorized to perform: ${action}` },
    ]);
    expect(started).toEqual([]);
  });

  it("sends an event on to another bus as it is but for its id", async () => {
    const { bridge } = running([
      byRole(APP_BUS, {}, { eventPattern: { source: ["aws.sso"] } }),
      ruleTo(FUNCTION, { busName: "app", eventPattern: { source: ["aws.sso"] } }),
    ]);
    bridge.publish({ ...event, source: "aws.sso", account: "222222222222", region: "us-east-1" });
    await clock.advanceBy(0);
    await clock.advanceBy(0);
    expect(invoked).toEqual([
      {
        ...event,
        source: "aws.sso",
        account: "222222222222",
        region: "us-east-1",
        id: expect.not.stringMatching(/^event-1$/) as string,
      },
    ]);
  });

  it("sends no event on twice, so that none goes around for ever", async () => {
    const { bridge, deadLetters } = running([
      byRole(APP_BUS),
      byRole(busNamed("third").arn, {}, { busName: "app" }),
      ruleTo(FUNCTION, { busName: "third" }),
    ]);
    bridge.publish(event);
    for (let turn = 0; turn < 4; turn += 1) await clock.advanceBy(0);
    expect(invoked).toEqual([]);
    expect(deadLetters()).toMatchObject([{ ERROR_CODE: "THIRD_ACCOUNT_HOP_DETECTED", RETRY_ATTEMPTS: "0" }]);
  });

  it("still knows after a restart that an event was sent on", async () => {
    const rules = [byRole(APP_BUS), byRole(busNamed("third").arn, {}, { busName: "app" })];
    const first = running(rules);
    await first.bridge.stop();
    first.bridge.forward(event, APP_BUS);
    const { deadLetters } = running(rules);
    for (let turn = 0; turn < 4; turn += 1) await clock.advanceBy(0);
    expect(deadLetters()).toMatchObject([{ ERROR_CODE: "THIRD_ACCOUNT_HOP_DETECTED" }]);
  });

  it.each([
    [
      "that nothing here can reach",
      ruleTo("arn:aws:kinesis:eu-west-1:111111111111:stream/s"),
      "not known here",
    ],
    ["of a machine without a role", ruleTo(MACHINE), "rule needs a RoleArn to reach"],
    ["of a bus without a role", ruleTo(APP_BUS), "rule needs a RoleArn to reach"],
    ["of a bus that is not there", byRole(busNamed("none").arn), "sends to a bus that is not here"],
    ["of a bus, changed", byRole(APP_BUS, { Input: "{}" }), "a bus takes events as they are"],
    [
      "on a schedule of another bus",
      ruleTo(FUNCTION, { schedule: "rate(1 hour)", busName: "app" }),
      "has a schedule on the bus app",
    ],
  ])("refuses rules with targets %s", (_, rule, sentence) => {
    expect(() => running([rule])).toThrow(sentence);
  });
});
