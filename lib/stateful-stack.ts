import { CfnOutput, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import { EventBus } from "aws-cdk-lib/aws-events";
import type { Bucket } from "aws-cdk-lib/aws-s3";
import type { Topic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { attentionTopic } from "./constructs/attention-topic.ts";
import { auditRootsBucket } from "./constructs/audit-roots-bucket.ts";
import { letForwardChanges } from "./constructs/event-bus-policy.ts";
import { accessTable, auditTable, configTable, inventoryTable, wakeupsTable } from "./constructs/tables.ts";
import { names } from "./names.ts";
import { ownExternalId } from "./organization-connector.ts";
import type { Settings } from "./settings.ts";

export interface StatefulStackProps extends StackProps {
  readonly settings: Settings;
}

/** What holds state or is subscribed to: it changes rarely, and outlives everything else. */
export class StatefulStack extends Stack {
  readonly tables: Readonly<Record<keyof typeof names.tables, Table>>;
  readonly eventBus: EventBus;
  readonly attentionTopic: Topic;
  readonly auditRoots: Bucket;

  constructor(scope: Construct, id: string, { settings, ...props }: StatefulStackProps) {
    super(scope, id, props);
    this.tables = {
      access: accessTable(this),
      wakeups: wakeupsTable(this),
      config: configTable(this),
      audit: auditTable(this),
      inventory: inventoryTable(this),
    };
    this.eventBus = new EventBus(this, "EventBus", {
      eventBusName: names.eventBus,
      description: "Every transition of every access request, by ids",
    });
    // Others' rules hang on the bus; replacing it would cut them off silently.
    this.eventBus.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    const {
      managementAccountId,
      delegatedAdministratorAccountId,
      id: organizationId,
    } = settings.organization;
    letForwardChanges(this, this.eventBus, {
      managementAccountId,
      ...(delegatedAdministratorAccountId === undefined ? {} : { delegatedAdministratorAccountId }),
      ...(organizationId === undefined ? {} : { organizationId }),
    });
    this.attentionTopic = attentionTopic(this);
    this.auditRoots = auditRootsBucket(this, settings.audit.lock);

    if (settings.organization.connector === true) {
      new CfnOutput(this, "ConnectorExternalId", {
        value: ownExternalId(this),
        description: "The ExternalId that LockstepConnector and LockstepMember are deployed with",
      });
    }
    new CfnOutput(this, "EventBusName", {
      value: this.eventBus.eventBusName,
      description: "Receives an event for every transition of every access request",
    });
    new CfnOutput(this, "AuditRootsBucketName", {
      value: this.auditRoots.bucketName,
      description: "Keeps the daily roots of the audit trail under Object Lock",
    });
    new CfnOutput(this, "AttentionTopicArn", {
      value: this.attentionTopic.topicArn,
      description: "Subscribe to hear of what people must act on: approvals, failures, alarms",
    });
  }
}
