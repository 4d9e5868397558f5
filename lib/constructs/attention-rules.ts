import { Annotations } from "aws-cdk-lib";
import { Rule, RuleTargetInput, EventField, type IEventBus } from "aws-cdk-lib/aws-events";
import { SnsTopic } from "aws-cdk-lib/aws-events-targets";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";

/** The `source` of every event that Lockstep puts on its bus. */
export const EVENT_SOURCE = "lockstep";

interface Attention {
  /** The events' `detail-type`: names of transitions, and what the sweep finds. */
  readonly events: readonly string[];
  /** What the message begins with: "Request <id>" where nothing is said. */
  readonly about?: string;
  /** What the message says after that. */
  readonly message: string;
}

const detail = (field: string): string => EventField.fromPath(`$.detail.${field}`);

const request = `Request ${detail("requestId")}`;

/**
 * Who took which access and who is to look at it: ids, as everywhere. What is a list stands in brackets: EventBridge puts
 * its JSON into the text, without quotes
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html).
 */
const emergency = `requester ${detail("requesterId")}, access flow ${detail("flow")}, accounts ${detail("breakGlass.accountIds")}, watchers ${detail("breakGlass.watchers")}`;
const review = `POST /requests/${detail("requestId")}/review`;

/** What people must act on, by the name of its rule. */
const attentions = {
  ApprovalNeeded: {
    events: [
      "ApprovalNeeded",
      "ApprovalEscalated",
      "NextApprovalNeeded",
      "ExtensionRequested",
      "ExtensionEscalated",
      "NextExtensionApprovalNeeded",
    ],
    message:
      "waits for an approval, of itself or of more time. Its approvers see it under GET /requests?view=to-approve.",
  },
  GrantFailed: {
    events: ["GrantFailed", "RequestRefused"],
    message: "was approved, but its access could not be granted; nothing of it is left. Its events say why.",
  },
  RevocationStuck: {
    events: ["RevocationStuck"],
    message: "is stuck: its access may outlive its expiry. See docs/runbook.md, lockstep-revocation-stuck.",
  },
  BreakGlassUsed: {
    events: ["BreakGlassUsed"],
    message: `took access at once, in an emergency: ${emergency}. One of the watchers has to review it when it is over, by ${detail("breakGlass.reviewBy")} as planned: ${review}. See docs/runbook.md, lockstep-break-glass-used.`,
  },
  BreakGlassReviewOverdue: {
    events: ["BreakGlassReviewOverdue"],
    message: `took access in an emergency, and nobody has reviewed that by ${detail("breakGlass.reviewBy")}: ${emergency}. It is to be reviewed now: ${review}. See docs/runbook.md, lockstep-break-glass-unreviewed.`,
  },
  ConfigurationDied: {
    events: ["ConfigurationDied"],
    about: `The ${detail("kind")} ${detail("name")}`,
    message: `died: ${detail("code")} at ${detail("pointer")}. ${detail("toDo")} See docs/runbook.md, lockstep-configuration-died.`,
  },
} as const satisfies Readonly<Record<string, Attention>>;

export interface AttentionRulesProps {
  readonly eventBus: IEventBus;
  readonly topic: ITopic;
  /** Keeps the messages that the topic did not take. */
  readonly undelivered: Queue;
}

/**
 * Tells the topic what people must act on. Messages hold the request's id and nothing about people; those of emergencies
 * hold the ids of whoever took the access and of who is to look at it.
 */
export function attentionRules(
  scope: Construct,
  { eventBus, topic, undelivered }: AttentionRulesProps,
): Readonly<Record<keyof typeof attentions, Rule>> {
  const ruleFor = (name: keyof typeof attentions): Rule => {
    const { events, about = request, message }: Attention = attentions[name];
    const rule = new Rule(scope, `${name}Rule`, {
      ruleName: `lockstep-${kebab(name)}`,
      description: `Tells the attention topic of ${events.join(", ")}`,
      eventBus,
      eventPattern: { source: [EVENT_SOURCE], detailType: [...events] },
      targets: [
        new SnsTopic(topic, {
          message: RuleTargetInput.fromText(`${about} ${message}`),
          deadLetterQueue: undelivered,
        }),
      ],
    });
    Annotations.of(rule).acknowledgeWarning(
      "@aws-cdk/aws-events:ruleUnresolvedEnvironment",
      "The topic is in the stateful stack, which the app puts into the same account and region.",
    );
    return rule;
  };
  return {
    ApprovalNeeded: ruleFor("ApprovalNeeded"),
    GrantFailed: ruleFor("GrantFailed"),
    RevocationStuck: ruleFor("RevocationStuck"),
    BreakGlassUsed: ruleFor("BreakGlassUsed"),
    BreakGlassReviewOverdue: ruleFor("BreakGlassReviewOverdue"),
    ConfigurationDied: ruleFor("ConfigurationDied"),
  };
}

function kebab(name: string): string {
  return name.replaceAll(/(?<=[a-z])[A-Z]/g, "-$&").toLowerCase();
}
