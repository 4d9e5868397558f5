import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { IamCheck } from "../iam-check/iam-check.ts";
import type { ExecutionStart } from "../step-functions/ports.ts";
import type { LocalStore } from "../store.ts";
import type { RuleTarget } from "../template/rules.ts";
import type { Json } from "../wire/json.ts";
import { roleSession } from "../wire/principals.ts";
import { AwsError } from "../wire/service.ts";
import { createDurableJobs } from "./durable-jobs.ts";
import type { DurableJobs, RetryLimits } from "./durable-jobs.ts";
import type { BusEvent } from "./event.ts";
import type { Queues } from "./queues.ts";
import { targetInput } from "./target-input.ts";
import type { Topics } from "./topics.ts";

/** An event on its way to one target of one rule. */
export interface Delivery {
  /** The same at every attempt, so that a machine is started once. */
  readonly id: string;
  readonly ruleArn: string;
  readonly ruleName: string;
  readonly target: RuleTarget;
  readonly event: BusEvent;
  /** Another bus has sent the event here. */
  readonly forwarded: boolean;
}

export interface RuleTargetDependencies {
  readonly clock: Clock;
  readonly store: LocalStore;
  readonly newId: () => string;
  readonly region: string;
  readonly iam: IamCheck;
  readonly topics: Topics;
  readonly queues: Queues;
  /** Invokes a function asynchronously: returns once Lambda has taken the event. */
  readonly invokeAsync: (functionArn: string, payload: Json) => void;
  /** Starts an execution, or answers with the one that it started under this name before. */
  readonly startExecution: (start: ExecutionStart) => void;
  /** Hands an event over to another bus of the app. */
  readonly forward: (event: BusEvent, busArn: string) => void;
  readonly onUndelivered: (message: string) => void;
}

const SERVICE = "events.amazonaws.com";

/** "24 hours and up to 185 times": https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html */
const DEFAULT_LIMITS: RetryLimits = { maximumAttempts: 186, maximumAgeSeconds: 86_400 };

/** The steps are not documented: from a second, doubling, to 8 minutes; 185 of them take about 24 hours. */
const backoff = (attempts: number) => Math.min(2 ** (attempts - 1), 480) * 1000;

const limitsOf = ({ target }: Delivery): RetryLimits => {
  const { MaximumRetryAttempts, MaximumEventAgeInSeconds } = target.RetryPolicy ?? {};
  return {
    maximumAttempts:
      MaximumRetryAttempts === undefined ? DEFAULT_LIMITS.maximumAttempts : MaximumRetryAttempts + 1,
    maximumAgeSeconds: MaximumEventAgeInSeconds ?? DEFAULT_LIMITS.maximumAgeSeconds,
  };
};

/** "EventBridge retries responses with a 5xx or 429 status; it doesn't retry other 4xx errors" (re:Post, eventbridge-resolve-failedinvocation-errors). */
const isRetryable = (error: unknown) =>
  !(error instanceof AwsError) || error.status >= 500 || error.status === 429;

/** What the role session of a delivery is called; AWS does not say. */
const SESSION_NAME = "events";

/**
 * "EventBridge can't route events received from a sender event bus to a third event bus."
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-bus-to-bus.html
 */
const secondHop = ({ id }: BusEvent) =>
  new AwsError(
    "THIRD_ACCOUNT_HOP_DETECTED",
    `The event ${id} was delivered to an event bus target before, and can be only once.`,
  );

const textOf = (input: Json) => (typeof input === "string" ? input : JSON.stringify(input));

/** Delivers events to the targets of rules, at least once, over restarts, under the targets' own policies. */
export const createRuleTargets = (dependencies: RuleTargetDependencies): DurableJobs<Delivery> => {
  const { clock, store, newId, region, iam, topics, queues, invokeAsync, onUndelivered } = dependencies;
  const { startExecution, forward } = dependencies;

  const requireRole = (target: RuleTarget, action: string) =>
    iam.authorize(roleSession(target.RoleArn ?? "", SESSION_NAME), {
      action,
      resources: [target.Arn],
      region,
    });

  const deliver = async ({ id, target, event, ruleArn, forwarded }: Delivery) => {
    const input = targetInput(target, event, ruleArn);
    const service = target.Arn.split(":")[2];
    const may = (action: string) =>
      iam.authorizeService(SERVICE, ruleArn, { action, resources: [target.Arn], region });
    if (service === "lambda") {
      await may("lambda:InvokeFunction");
      invokeAsync(target.Arn, input);
    } else if (service === "sns") {
      await may("sns:Publish");
      topics.publish({ topicArn: target.Arn, message: textOf(input) });
    } else if (service === "states") {
      await requireRole(target, "states:StartExecution");
      startExecution({ machineArn: target.Arn, name: id, input: JSON.stringify(input), startedBy: id });
    } else if (service === "events") {
      if (forwarded) throw secondHop(event);
      await requireRole(target, "events:PutEvents");
      // A new id on each bus, so that nobody takes it for the event's identity: CloudTrail's is `detail.eventID`.
      forward({ ...event, id: newId() }, target.Arn);
    } else {
      await may("sqs:SendMessage");
      queues.send(target.Arn, textOf(input));
    }
  };

  const giveUp = async ({ target, event, ruleArn, ruleName }: Delivery, error: unknown, attempts: number) => {
    const reason = error instanceof Error ? error.message : String(error);
    onUndelivered(`The rule ${ruleName} could not deliver to ${target.Arn}: ${reason}`);
    const deadLetters = target.DeadLetterConfig?.Arn;
    if (deadLetters === undefined) return;
    try {
      await iam.authorizeService(SERVICE, ruleArn, {
        action: "sqs:SendMessage",
        resources: [deadLetters],
        region,
      });
      // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html#eb-dlq-considerations
      queues.send(deadLetters, JSON.stringify(event), {
        RULE_ARN: ruleArn,
        TARGET_ARN: target.Arn,
        ERROR_CODE: error instanceof Error ? error.name : "UNKNOWN",
        ERROR_MESSAGE: reason,
        RETRY_ATTEMPTS: String(attempts - 1),
      });
    } catch (refusal) {
      onUndelivered(refusal instanceof Error ? refusal.message : String(refusal));
    }
  };

  return createDurableJobs<Delivery>({
    store,
    collection: "events/deliveries",
    clock,
    newId,
    limits: limitsOf,
    delay: backoff,
    attempt: deliver,
    isRetryable,
    giveUp,
  });
};
