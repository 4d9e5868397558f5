import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { LocalStore } from "../store.ts";
import type { Environment } from "../template/physical-resources.ts";
import type { ApplicationRule, NamedResource } from "../template/rules.ts";
import type { Caller, ServiceDefinition } from "../wire/service.ts";
import { optionalText } from "../wire/text-member.ts";
import type { DurableJobs } from "./durable-jobs.ts";
import type { BusEvent } from "./event.ts";
import { matchesPattern } from "./pattern.ts";
import { putEvents } from "./put-events.ts";
import { checkTargets } from "./check-targets.ts";
import type { Delivery } from "./rule-targets.ts";
import { createSchedules } from "./schedules.ts";

/** An event that reached a bus. */
export interface BusDelivery {
  readonly busName: string;
  readonly event: BusEvent;
}

/** The embedded EventBridge: buses, rules and schedules. */
export interface EventBridge {
  /** Takes an event for the bus's rules: kept durably when it returns. */
  publish(event: BusEvent, busName?: string): void;
  /** Takes an event that another bus's rule sends on; it goes no further than to this bus. */
  forward(event: BusEvent, busArn: string): void;
  observe(listener: (delivery: BusDelivery) => void): () => void;
  readonly service: ServiceDefinition;
  /** Goes on with what is undelivered and starts the schedules. */
  start(): void;
  stop(): Promise<void>;
}

export interface EventBridgeOptions {
  readonly environment: Environment;
  readonly buses: readonly NamedResource[];
  readonly rules: readonly ApplicationRule[];
  readonly clock: Clock;
  readonly store: LocalStore;
  readonly newId: () => string;
  readonly targets: DurableJobs<Delivery>;
  /** Told how many events a call of PutEvents brought. */
  readonly onPutEvents: (caller: Caller, count: number) => void;
}

const DEFAULT_BUS = "default";

export const createEventBridge = (options: EventBridgeOptions): EventBridge => {
  const { environment, rules, clock, store, newId, targets, onPutEvents } = options;
  const { partition, region, accountId } = environment;
  const buses = [
    ...options.buses,
    { name: DEFAULT_BUS, arn: `arn:${partition}:events:${region}:${accountId}:event-bus/${DEFAULT_BUS}` },
  ];
  checkTargets(rules, buses);
  const listeners = new Set<(delivery: BusDelivery) => void>();

  const send = (rule: ApplicationRule, event: BusEvent, forwarded: boolean) => {
    for (const target of rule.targets) {
      targets.add({ id: newId(), ruleArn: rule.arn, ruleName: rule.name, target, event, forwarded });
    }
  };

  const arrive = (event: BusEvent, busName: string, forwarded: boolean) => {
    for (const rule of rules) {
      const { eventPattern } = rule;
      if (rule.busName !== busName || eventPattern === undefined) continue;
      if (matchesPattern(eventPattern, event)) send(rule, event, forwarded);
    }
    for (const listener of listeners) listener({ busName, event });
  };

  const schedules = createSchedules({
    rules,
    clock,
    store,
    // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html
    fire: (rule) => {
      const event: BusEvent = {
        version: "0",
        id: newId(),
        "detail-type": "Scheduled Event",
        source: "aws.events",
        account: accountId,
        time: clock.now().toISOString(),
        region,
        resources: [rule.arn],
        detail: {},
      };
      send(rule, event, false);
    },
  });

  const busOf = (nameOrArn: string) => buses.find(({ name, arn }) => name === nameOrArn || arn === nameOrArn);
  const arnOfBus = (nameOrArn: unknown) => {
    const named = typeof nameOrArn === "string" ? nameOrArn : DEFAULT_BUS;
    return named.startsWith("arn:")
      ? named
      : `arn:${partition}:events:${region}:${accountId}:event-bus/${named}`;
  };

  const publish = (event: BusEvent, busName = DEFAULT_BUS) => {
    arrive(event, busName, false);
  };

  return {
    publish,
    forward: (event, busArn) => {
      arrive(event, busOf(busArn)?.name ?? busArn, true);
    },
    observe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    service: {
      signingName: "events",
      protocol: "json-1.1",
      targetPrefix: "AWSEvents",
      iamPrefix: "events",
      resourcesOf: (operation, input) => {
        if (operation !== "PutEvents") return ["*"];
        const entries = (input["Entries"] ?? []) as readonly Readonly<Record<string, unknown>>[];
        return [...new Set(entries.map(({ EventBusName }) => arnOfBus(EventBusName)))];
      },
      operations: {
        PutEvents: putEvents({
          clock,
          newId,
          region,
          busOf,
          publish,
          onPutEvents,
        }),
        ListEventBuses: () => ({ EventBuses: buses.map(({ name, arn }) => ({ Name: name, Arn: arn })) }),
        ListRules: (input) => ({
          Rules: rules
            .filter(
              ({ busName }) =>
                busName === (busOf(optionalText(input, "EventBusName") ?? DEFAULT_BUS)?.name ?? ""),
            )
            .map((rule) => ({
              Name: rule.name,
              Arn: rule.arn,
              EventBusName: rule.busName,
              State: "ENABLED",
              ...(rule.eventPattern !== undefined && { EventPattern: JSON.stringify(rule.eventPattern) }),
              ...(rule.schedule !== undefined && { ScheduleExpression: rule.schedule }),
            })),
        }),
      },
    },
    start: () => {
      targets.start();
      schedules.start();
    },
    stop: async () => {
      await schedules.stop();
      await targets.stop();
    },
  };
};
