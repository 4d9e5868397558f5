import { randomUUID } from "node:crypto";
import type { Clock } from "../lambdas/core/ports/clock.ts";
import { createDynamoDb } from "./dynamodb/service.ts";
import { createStreamQueues } from "./dynamodb/stream-queues.ts";
import { announceDeployments } from "./events/deployment-events.ts";
import { createEventBridge } from "./events/event-bridge.ts";
import type { EventBridge } from "./events/event-bridge.ts";
import { createQueues } from "./events/queues.ts";
import { createRuleTargets } from "./events/rule-targets.ts";
import { createTopics } from "./events/topics.ts";
import type { Topics } from "./events/topics.ts";
import { createIamCheck } from "./iam-check/iam-check.ts";
import { USUAL_EVENT_LIMITS } from "./template/functions.ts";
import { createAsynchronousInvocations } from "./lambda/asynchronous-invocations.ts";
import { createEventSources } from "./lambda/event-sources.ts";
import { createInvokeForWire, createInvokeFunction } from "./lambda/invoke-function.ts";
import type { InvokeFunction } from "./lambda/invoke-function.ts";
import { createLambda } from "./lambda/lambda.ts";
import type { FunctionLog } from "./lambda/lambda.ts";
import { createMeter } from "./meter.ts";
import type { Meter } from "./meter.ts";
import { createStepFunctions } from "./step-functions/step-functions.ts";
import type { StepFunctions } from "./step-functions/step-functions.ts";
import { createS3 } from "./s3/service.ts";
import type { LocalStore } from "./store.ts";
import type { Application } from "./template/application.ts";
import type { HandleAwsRequest } from "./wire/http.ts";
import { createPrincipals, roleSession } from "./wire/principals.ts";
import type { Principal } from "./wire/principals.ts";
import { startWireServer } from "./wire/server.ts";
import type { WireServer } from "./wire/server.ts";
import type { Caller, ServiceDefinition } from "./wire/service.ts";
import { createWire } from "./wire/wire.ts";
import type { WireCall, WireOptions } from "./wire/wire.ts";

export interface RuntimeOptions {
  /** The synthesized app; see readApplication. */
  readonly application: Application;
  readonly clock: Clock;
  /** Holds everything that a restart must find again. */
  readonly store: LocalStore;
  /** Services beside those that the runtime has itself (DynamoDB, EventBridge, Lambda, S3, SNS, SQS, Step Functions). */
  readonly services: readonly ServiceDefinition[];
  /** The embedded AWS's port; 0 takes any free one. */
  readonly port: number;
  readonly newId?: () => string;
  readonly forward?: WireOptions["forward"];
  /** The role behind an access key that STS issued. */
  readonly sessionOf?: (
    accessKeyId: string,
  ) => { readonly roleArn: string; readonly sessionName: string; readonly policy?: string } | undefined;
  /** Variables for every function, beside those of the template. */
  readonly functionEnvironment?: Readonly<Record<string, string>>;
  readonly onLog?: (log: FunctionLog) => void;
  /** Told in a sentence of what nobody waits for: undeliverable events, discarded records, faults of the embedded AWS. */
  readonly onProblem?: (message: string) => void;
}

/** The embedded AWS, running a synthesized app. */
export interface Runtime {
  readonly application: Application;
  /** Answers AWS requests in this process, without HTTP. */
  readonly handleAwsRequest: HandleAwsRequest;
  readonly invokeFunction: InvokeFunction;
  readonly stepFunctions: StepFunctions;
  readonly eventBridge: EventBridge;
  readonly topics: Topics;
  readonly meter: Meter;
  /** Creates what the template declares, listens, and goes on with whatever was under way. Resolves to the wire's address. */
  start(): Promise<Pick<WireServer, "url" | "port">>;
  /** Stops listening and working; what is not done goes on at the next start on the same store. */
  stop(): Promise<void>;
}

/** Any principal may ask who it is: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
const ALWAYS_ALLOWED = "sts:GetCallerIdentity";

/** DynamoDB operations that the meter counts by what they read and write. */
const isDataOperation = ({ service, operation }: WireCall) =>
  service.signingName === "dynamodb" && /Item|^Query$|^Scan$/.test(operation);

const actionsOf = ({ service, operation, input }: WireCall): readonly string[] =>
  service.actionsOf?.(operation, input) ?? [`${service.iamPrefix}:${operation}`];

/** Who the meter counts a call for; nobody for an administrator's. */
const meteredName = (principal: Principal) => (principal.kind === "role" ? principal.name : undefined);

/** Wires the embedded AWS together. */
export const createRuntime = (options: RuntimeOptions): Runtime => {
  const { application, clock, store, newId = randomUUID, onLog, onProblem } = options;
  const { environment } = application;
  const { accountId, region } = environment;
  const report = (message: string) => onProblem?.(message);
  let server: WireServer | undefined;
  const endpointUrl = () => {
    if (server === undefined) throw new Error("The embedded AWS has not been started");
    return server.url;
  };

  const meter = createMeter();
  const principals = createPrincipals({
    accountId,
    newId,
    ...(options.sessionOf !== undefined && { sessionOf: options.sessionOf }),
  });
  const meteredCaller = ({ accessKeyId }: Caller) => meteredName(principals.principalOf(accessKeyId));
  const iam = createIamCheck(application, clock);

  const lambda = createLambda({
    application,
    clock,
    newId,
    principals,
    endpointUrl,
    onLog: (log) => onLog?.(log),
    onUsage: meter.invoked,
    ...(options.functionEnvironment !== undefined && { environment: options.functionEnvironment }),
  });
  const eventLimits = new Map(application.functions.map(({ arn, events }) => [arn, events]));
  const asynchronous = createAsynchronousInvocations({
    store,
    clock,
    newId,
    limitsOf: (functionArn) => eventLimits.get(functionArn) ?? USUAL_EVENT_LIMITS,
    invoke: lambda.invoke,
    onGivenUp: report,
  });
  const invocation = { lambda, iam, region };
  const invokeFunction = createInvokeFunction(invocation);

  const queues = createQueues({ queues: application.queues, store, clock, newId, endpointUrl });
  const topics = createTopics({ topics: application.topics, newId, onPublish: meter.notified });
  const eventBridge: EventBridge = createEventBridge({
    environment,
    buses: application.buses,
    rules: application.rules,
    clock,
    store,
    newId,
    targets: createRuleTargets({
      clock,
      store,
      newId,
      region,
      iam,
      topics,
      queues,
      invokeAsync: (functionArn, payload) => {
        asynchronous.add({ functionArn: lambda.arnOf(functionArn), payload });
      },
      startExecution: (execution) => {
        stepFunctions.startExecution(execution);
      },
      forward: (event, busArn) => {
        eventBridge.forward(event, busArn);
      },
      onUndelivered: report,
    }),
    onPutEvents: (caller, count) => {
      meter.tookEvents(meteredCaller(caller), count);
    },
  });

  const streams = createStreamQueues({ mappings: application.eventSourceMappings, store, clock, region });
  const dynamoDb = createDynamoDb({
    environment,
    store,
    changeLog: streams.changeLog,
    onUsage: (caller, usage) => {
      meter.usedDynamoDb(meteredCaller(caller), usage);
    },
  });
  const eventSources = createEventSources({
    application,
    lambda,
    streams,
    queues,
    iam,
    clock,
    newId,
    onProblem: report,
  });

  const stepFunctions: StepFunctions = createStepFunctions({
    clock,
    store,
    region,
    accountId,
    newId,
    publish: (event) => {
      eventBridge.publish(event);
    },
    invokeFunction: (functionArn, payload, { executionArn, machineRoleArn }) => {
      const sessionName = executionArn.slice(executionArn.lastIndexOf(":") + 1);
      return invokeFunction(functionArn, payload, { principal: roleSession(machineRoleArn, sessionName) });
    },
    authorize: ({ roleArn, executionName, action, resource }) =>
      iam.authorize(roleSession(roleArn, executionName), { action, resources: [resource], region }),
  });
  stepFunctions.observe(({ machineName }) => {
    meter.enteredState(machineName);
  });

  const handleAwsRequest = createWire({
    services: [
      ...options.services,
      dynamoDb.service,
      eventBridge.service,
      topics.service,
      queues.service,
      createS3({ buckets: application.buckets, store, clock, newId }),
      stepFunctions.service,
    ],
    newId,
    principalOf: principals.principalOf,
    authorize: async (call) => {
      const { service, operation, input, caller, principal } = call;
      const resources = service.resourcesOf?.(operation, input, caller) ?? ["*"];
      const context = service.contextOf?.(operation, input) ?? {};
      for (const action of actionsOf(call)) {
        if (action === ALWAYS_ALLOWED) continue;
        await iam.authorize(principal, { action, resources, region: caller.region, context });
      }
    },
    onCall: (call) => {
      if (!isDataOperation(call))
        meter.called(meteredName(call.principal), actionsOf(call)[0] ?? call.operation);
    },
    invokeFunction: createInvokeForWire(invocation, asynchronous),
    onFault: (error) => {
      report(error instanceof Error ? (error.stack ?? error.message) : String(error));
    },
    ...(options.forward !== undefined && { forward: options.forward }),
  });

  const start = async () => {
    await dynamoDb.start(application.tables);
    server = await startWireServer(handleAwsRequest, options.port);
    for (const machine of application.machines) stepFunctions.registerMachine(machine);
    await eventSources.start();
    asynchronous.start();
    eventBridge.start();
    stepFunctions.start();
    announceDeployments({
      application,
      store,
      newId,
      now: () => clock.now(),
      publish: (event) => {
        eventBridge.publish(event);
      },
    });
    return { url: server.url, port: server.port };
  };

  const stop = async () => {
    // All at once: each stops beginning new work, while the functions that are under way still reach AWS.
    await Promise.all([
      stepFunctions.stop(),
      eventBridge.stop(),
      eventSources.stop(),
      asynchronous.stop(),
      lambda.stop(),
    ]);
    await server?.close();
    server = undefined;
  };

  return {
    application,
    handleAwsRequest,
    invokeFunction,
    stepFunctions,
    eventBridge,
    topics,
    meter,
    start: async () => {
      try {
        return await start();
      } catch (error) {
        await stop();
        throw error;
      }
    },
    stop,
  };
};
