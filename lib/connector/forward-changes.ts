import { Aws } from "aws-cdk-lib";
import { CfnRule } from "aws-cdk-lib/aws-events";
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { names } from "../names.ts";
import { connectorNames } from "./names.ts";

/** Whose changes CloudTrail tells of, by the `eventSource` of its events. */
export const CHANGING_SERVICES = {
  organization: [
    "identitystore-scim.amazonaws.com",
    "identitystore.amazonaws.com",
    "organizations.amazonaws.com",
    "sso-directory.amazonaws.com",
    "sso.amazonaws.com",
    "iam.amazonaws.com",
  ],
  member: ["iam.amazonaws.com"],
} as const;

/** The bus of Lockstep. */
export const lockstepBusArn = (region: string, accountId: string): string =>
  `arn:${Aws.PARTITION}:events:${region}:${accountId}:event-bus/${names.eventBus}`;

export interface Forwarding {
  readonly busArn: string;
  readonly services: readonly string[];
  readonly ruleName: string;
  /** Where the bus's policy names the role; else CloudFormation names it, so that an account may have one in each region. */
  readonly roleName?: string;
}

/**
 * Forwards what CloudTrail tells of changes from this account and region. EventBridge leaves reading calls out of these
 * events by itself (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html). They are best
 * effort: the full sync stays the truth, so that none is kept that could not be delivered.
 */
export const forwardChanges = (scope: Construct, forwarding: Forwarding): void => {
  const { busArn, services, ruleName } = forwarding;
  const { roleArn } = forwardingRole(scope, forwarding);
  new CfnRule(scope, "ForwardChanges", {
    name: ruleName,
    description: "Changes of identities and access, to Lockstep's event bus",
    eventPattern: {
      "detail-type": ["AWS API Call via CloudTrail", "AWS Service Event via CloudTrail"],
      detail: { eventSource: [...services] },
    },
    targets: [{ id: "Lockstep", arn: busArn, roleArn }],
  });
};

/**
 * Puts events on Lockstep's bus and does nothing else. A rule whose target is another account's bus needs a role
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html).
 */
const forwardingRole = (scope: Construct, { busArn, ruleName, roleName }: Forwarding): Role =>
  new Role(scope, "ForwardingRole", {
    ...(roleName === undefined ? {} : { roleName }),
    path: connectorNames.path,
    description:
      "Forwards changes of identities and access, as CloudTrail tells of them, to Lockstep's event bus",
    assumedBy: new ServicePrincipal("events.amazonaws.com", {
      conditions: {
        StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID },
        ArnLike: {
          "aws:SourceArn": `arn:${Aws.PARTITION}:events:${Aws.REGION}:${Aws.ACCOUNT_ID}:rule/${ruleName}`,
        },
      },
    }),
    inlinePolicies: {
      Forward: new PolicyDocument({
        statements: [
          new PolicyStatement({ sid: "Forward", actions: ["events:PutEvents"], resources: [busArn] }),
        ],
      }),
    },
  });
