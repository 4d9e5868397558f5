import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import { EventBus } from "aws-cdk-lib/aws-events";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { Topic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { auditRootsBucketName } from "../lambdas/core/contracts/audit-storage.ts";
import { AccessRequestWorkflow } from "./constructs/access-request-workflow.ts";
import { Alarms } from "./constructs/alarms.ts";
import { attentionRules } from "./constructs/attention-rules.ts";
import { refreshCatalogue } from "./constructs/catalogue-schedule.ts";
import { dashboard } from "./constructs/dashboard.ts";
import { deadLetterQueue } from "./constructs/dead-letter-queue.ts";
import { HandlerBundles } from "./constructs/handler-bundles.ts";
import { LockstepHttpApi } from "./constructs/http-api.ts";
import { deliverRequestsTo } from "./constructs/record-stream.ts";
import { streamOf } from "./constructs/tables.ts";
import { sealDaily } from "./constructs/seal-schedule.ts";
import { sweepRegularly } from "./constructs/sweep-schedule.ts";
import { tokenAuthorizer } from "./constructs/sign-in.ts";
import { apiFunction } from "./functions/api.ts";
import { awaitApprovalFunction } from "./functions/await-approval.ts";
import { catalogueFunction } from "./functions/catalogue.ts";
import type { FunctionContext } from "./functions/function-context.ts";
import { grantAccessFunction } from "./functions/grant-access.ts";
import { recordFunction } from "./functions/record.ts";
import { revokeAccessFunction } from "./functions/revoke-access.ts";
import { sealFunction } from "./functions/seal.ts";
import { sweepFunction } from "./functions/sweep.ts";
import { functions, names } from "./names.ts";
import type { Settings } from "./settings.ts";
import type { StatefulStack } from "./stateful-stack.ts";

export interface AccessStackProps extends StackProps {
  readonly settings: Settings;
  readonly stateful: StatefulStack;
}

/** What acts: the functions, the machine, the HTTP API, schedules, rules and alarms. */
export class AccessStack extends Stack {
  constructor(scope: Construct, id: string, { settings, stateful, ...props }: AccessStackProps) {
    super(scope, id, props);
    const { logRetentionDays } = settings;
    // By its pinned name and its ARN: one reference ties the stacks, whatever an implementation answers to Ref.
    const eventBus = EventBus.fromEventBusAttributes(this, "EventBus", {
      eventBusName: names.eventBus,
      eventBusArn: stateful.eventBus.eventBusArn,
      eventBusPolicy: "",
    });
    const context: FunctionContext = {
      handlers: new HandlerBundles(Object.values(functions).map(({ entry }) => entry)),
      settings,
      homeAccount: this.account,
      tables: stateful.tables,
      eventBus,
    };

    const awaitApproval = awaitApprovalFunction(this, context);
    const grantAccess = grantAccessFunction(this, context);
    const revokeAccess = revokeAccessFunction(this, context);
    const { stateMachine } = new AccessRequestWorkflow(this, "Workflow", {
      functions: {
        AwaitApprovalFunction: awaitApproval,
        GrantAccessFunction: grantAccess,
        RevokeAccessFunction: revokeAccess,
      },
      logRetentionDays,
    });

    const unrecorded = deadLetterQueue(this, "Unrecorded", "lockstep-record-dead-letters");
    const record = recordFunction(this, { ...context, deadLetters: unrecorded });
    deliverRequestsTo(this, {
      handler: record,
      streamArn: streamOf(stateful.tables.access),
      deadLetters: unrecorded,
    });

    const catalogue = catalogueFunction(this, context);
    refreshCatalogue(this, catalogue);

    // By its pinned name, as the bus.
    const auditRoots = Bucket.fromBucketName(this, "AuditRoots", auditRootsBucketName(this));
    const seal = sealFunction(this, { ...context, auditRoots });
    sealDaily(this, seal);

    const sweep = sweepFunction(this, { ...context, stateMachine, revokeAccess });
    sweepRegularly(this, { sweep, stateMachine });

    const api = apiFunction(this, { ...context, stateMachine, catalogue, sweep });
    const http = new LockstepHttpApi(this, "HttpApi", {
      handler: api,
      authorizer: tokenAuthorizer(this, settings),
      logRetentionDays,
    });

    // Imported, so that the topic's policy stays as the stateful stack wrote it.
    const topic = Topic.fromTopicArn(this, "AttentionTopic", stateful.attentionTopic.topicArn);
    const undelivered = deadLetterQueue(this, "Undelivered", "lockstep-attention-undelivered");
    const rules = attentionRules(this, { eventBus, topic, undelivered });
    const alarms = new Alarms(this, "Alarms", {
      stateMachine,
      api: http.api,
      functions: { api, awaitApproval, grantAccess, revokeAccess, record, catalogue, sweep, seal },
      revocationStuck: rules.RevocationStuck,
      eventBusName: names.eventBus,
      unrecorded,
      undelivered,
      topic,
    });
    dashboard(this, { alarms: alarms.all, stateMachine });

    new CfnOutput(this, "ApiUrl", { value: http.stage.url, description: "The HTTP API" });
    new CfnOutput(this, "WorkflowArn", {
      value: stateMachine.stateMachineArn,
      description: "The machine that carries each request",
    });
  }
}
