import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import { EventBus } from "aws-cdk-lib/aws-events";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { Topic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { auditRootsBucketName } from "../lambdas/core/contracts/audit-storage.ts";
import { AccessRequestWorkflow } from "./constructs/access-request-workflow.ts";
import { Alarms } from "./constructs/alarms.ts";
import { lintAfterSyncs } from "./constructs/lint-rules.ts";
import { automaticChangesQueue, runAutomaticFlows } from "./constructs/automatic-schedule.ts";
import { attentionRules } from "./constructs/attention-rules.ts";
import { dashboard } from "./constructs/dashboard.ts";
import { deadLetterQueue } from "./constructs/dead-letter-queue.ts";
import { HandlerBundles } from "./constructs/handler-bundles.ts";
import { LockstepHttpApi } from "./constructs/http-api.ts";
import { changesQueue, lookAtChanges, queueChanges } from "./constructs/inventory-rules.ts";
import { deliverChangesTo } from "./constructs/inventory-stream.ts";
import { deliverConfigurationTo, deliverRequestsTo } from "./constructs/record-stream.ts";
import { streamOf } from "./constructs/tables.ts";
import { syncRegularly } from "./constructs/sync-schedule.ts";
import { SyncWorkflow } from "./constructs/sync-workflow.ts";
import { sealDaily } from "./constructs/seal-schedule.ts";
import { sweepRegularly } from "./constructs/sweep-schedule.ts";
import { tokenAuthorizer } from "./constructs/sign-in.ts";
import { administrationFunction } from "./functions/administration.ts";
import { announceFunction } from "./functions/announce.ts";
import { apiFunction } from "./functions/api.ts";
import { automaticFunction } from "./functions/automatic.ts";
import { awaitApprovalFunction } from "./functions/await-approval.ts";
import type { FunctionContext } from "./functions/function-context.ts";
import { grantAccessFunction } from "./functions/grant-access.ts";
import { lintFunction } from "./functions/lint.ts";
import { inventoryEventsFunction } from "./functions/inventory-events.ts";
import { recordFunction } from "./functions/record.ts";
import { revokeAccessFunction } from "./functions/revoke-access.ts";
import { sealFunction } from "./functions/seal.ts";
import { syncAccountsFunction } from "./functions/sync-accounts.ts";
import { syncScheduleFunction } from "./functions/sync-schedule.ts";
import { syncFunction } from "./functions/sync.ts";
import { sweepFunction } from "./functions/sweep.ts";
import { functions, names } from "./names.ts";
import { organizationConnector } from "./organization-connector.ts";
import type { Settings } from "./settings.ts";
import type { StatefulStack } from "./stateful-stack.ts";

export interface AccessStackProps extends StackProps {
  readonly settings: Settings;
  readonly stateful: StatefulStack;
}

/** What acts: the functions, the machine, the HTTP API, schedules, rules and alarms. */
export class AccessStack extends Stack {
  constructor(scope: Construct, id: string, props: AccessStackProps) {
    const { settings, stateful, ...stackProps } = props;
    super(scope, id, stackProps);
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
      connector: organizationConnector(settings, stateful),
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
    deliverConfigurationTo(this, {
      handler: record,
      streamArn: streamOf(stateful.tables.config),
      deadLetters: unrecorded,
    });

    const sync = syncFunction(this, context);
    const syncAccounts = syncAccountsFunction(this, context);
    const { stateMachine: syncMachine } = new SyncWorkflow(this, "SyncWorkflow", {
      functions: { SyncFunction: sync, SyncAccountsFunction: syncAccounts },
      logRetentionDays,
    });
    const syncSchedule = syncScheduleFunction(this, { ...context, syncMachine });
    syncRegularly(this, syncSchedule);

    const lostChanges = deadLetterQueue(this, "LostChanges", "lockstep-inventory-events-dead-letters");
    const changes = changesQueue(this, lostChanges);
    queueChanges(this, { eventBus, changes });
    const inventoryEvents = inventoryEventsFunction(this, { ...context, changes });
    lookAtChanges(this, { handler: inventoryEvents, changes });

    const unannounced = deadLetterQueue(this, "Unannounced", "lockstep-announce-dead-letters");
    const announce = announceFunction(this, { ...context, deadLetters: unannounced });
    deliverChangesTo(this, {
      handler: announce,
      streamArn: streamOf(stateful.tables.inventory),
      deadLetters: unannounced,
    });

    // By its pinned name, as the bus.
    const auditRoots = Bucket.fromBucketName(this, "AuditRoots", auditRootsBucketName(this));
    const seal = sealFunction(this, { ...context, auditRoots });
    sealDaily(this, seal);

    const sweep = sweepFunction(this, { ...context, stateMachine, revokeAccess });
    sweepRegularly(this, { sweep, stateMachine, eventBus });

    const automaticChanges = automaticChangesQueue(this);
    const automatic = automaticFunction(this, { ...context, stateMachine, changes: automaticChanges });
    runAutomaticFlows(this, { automatic, eventBus, changes: automaticChanges });

    const lint = lintFunction(this, context);
    lintAfterSyncs(this, { lint, syncMachine });

    const api = apiFunction(this, { ...context, stateMachine, sync });
    const administration = administrationFunction(this, { ...context, syncMachine, sync, sweep });
    const http = new LockstepHttpApi(this, "HttpApi", {
      handlers: { api, administration },
      authorizer: tokenAuthorizer(this, settings),
      logRetentionDays,
    });

    // Imported, so that the topic's policy stays as the stateful stack wrote it.
    const topic = Topic.fromTopicArn(this, "AttentionTopic", stateful.attentionTopic.topicArn);
    const undelivered = deadLetterQueue(this, "Undelivered", "lockstep-attention-undelivered");
    const rules = attentionRules(this, { eventBus, topic, undelivered });
    const alarms = new Alarms(this, "Alarms", {
      stateMachine,
      syncMachine,
      api: http.api,
      functions: {
        api,
        administration,
        awaitApproval,
        grantAccess,
        revokeAccess,
        record,
        sync,
        syncAccounts,
        syncSchedule,
        inventoryEvents,
        announce,
        sweep,
        automatic,
        lint,
        seal,
      },
      revocationStuck: rules.RevocationStuck,
      eventBusName: names.eventBus,
      unrecorded,
      lostChanges,
      changes,
      unannounced,
      undelivered,
      topic,
    });
    dashboard(this, { alarms: alarms.all, stateMachine, syncMachine });

    new CfnOutput(this, "ApiUrl", { value: http.stage.url, description: "The HTTP API" });
    new CfnOutput(this, "WorkflowArn", {
      value: stateMachine.stateMachineArn,
      description: "The machine that carries each request",
    });
  }
}
