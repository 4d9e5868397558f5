import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { BusEvent } from "../events/event.ts";
import type { JsonObject } from "../wire/json.ts";
import { AwsError, type Caller, type Operation, type ServiceDefinition } from "../wire/service.ts";
import { writtenMembers } from "./members.ts";
import type { OnTrailEvent, ServiceEvent, TrailSource } from "./trail-source.ts";
import { userIdentityOf } from "./user-identity.ts";

interface RecordingDependencies {
  readonly source: TrailSource;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly onEvent: OnTrailEvent;
}

/** Operations that change nothing: they are logged as read-only, and EventBridge is not told of them. */
const READS = /^(Describe|Get|Is|List|Generate|Simulate)/;

/** CloudTrail's times have no milliseconds. */
const eventTime = (date: Date): string => date.toISOString().replace(/\.\d{3}Z$/, "Z");

/** AWS's name of an error, but the one that CloudTrail calls differently. */
const errorCodeOf = ({ name }: AwsError): string =>
  name === "AccessDeniedException" ? "AccessDenied" : name;

interface Call {
  readonly name: string;
  readonly input: JsonObject;
  readonly caller: Caller;
}

type Outcome = { readonly output: JsonObject } | { readonly error: AwsError };

const responseOf = (outcome: Outcome, { masking }: TrailSource): JsonObject | null => {
  if ("error" in outcome) return null;
  const response = writtenMembers(outcome.output, masking);
  return Object.keys(response).length === 0 ? null : response;
};

/**
 * An event as EventBridge delivers it
 * (https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-identitystore.html, "source" and "detail-type").
 */
const busEvent = (
  { source, clock, newId }: RecordingDependencies,
  detailType: string,
  accountId: string,
  detail: JsonObject,
): BusEvent => ({
  version: "0",
  id: newId(),
  "detail-type": detailType,
  source: `aws.${source.service}`,
  account: accountId,
  time: eventTime(clock.now()),
  region: source.region,
  resources: [],
  detail,
});

/** What every record has (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html). */
const commonOf = (
  { source, clock, newId }: RecordingDependencies,
  eventName: string,
  accountId: string,
): JsonObject => ({
  eventVersion: "1.11",
  eventTime: eventTime(clock.now()),
  eventSource: `${source.service}.amazonaws.com`,
  eventName,
  awsRegion: source.region,
  eventID: newId(),
  readOnly: false,
  managementEvent: true,
  recipientAccountId: accountId,
  eventCategory: "Management",
});

const callEvent = (dependencies: RecordingDependencies, call: Call, outcome: Outcome): BusEvent => {
  const { name, input, caller } = call;
  return busEvent(dependencies, "AWS API Call via CloudTrail", caller.accountId, {
    ...commonOf(dependencies, name, caller.accountId),
    eventType: "AwsApiCall",
    userIdentity: userIdentityOf(caller),
    sourceIPAddress: "127.0.0.1",
    userAgent: "aws-sdk",
    requestParameters: writtenMembers(input, dependencies.source.masking),
    responseElements: responseOf(outcome, dependencies.source),
    ...("error" in outcome && {
      errorCode: errorCodeOf(outcome.error),
      errorMessage: outcome.error.message,
    }),
    requestID: dependencies.newId(),
  });
};

const serviceEvent = (
  dependencies: RecordingDependencies,
  accountId: string,
  { eventName, details }: ServiceEvent,
): BusEvent =>
  busEvent(dependencies, "AWS Service Event via CloudTrail", accountId, {
    ...commonOf(dependencies, eventName, accountId),
    eventType: "AwsServiceEvent",
    userIdentity: { accountId, invokedBy: "AWS Internal" },
    sourceIPAddress: "AWS Internal",
    userAgent: "AWS Internal",
    requestParameters: null,
    responseElements: null,
    serviceEventDetails: details,
  });

const answerOf = async (
  operation: Operation,
  { input, caller }: Call,
  onRefusal: (error: AwsError) => void,
): Promise<JsonObject> => {
  try {
    return await operation(input, caller);
  } catch (error) {
    if (error instanceof AwsError) onRefusal(error);
    throw error;
  }
};

/** The service, every call that changes something told to `onEvent`, whether it succeeds or is refused. */
export const withTrail = (
  service: ServiceDefinition,
  dependencies: RecordingDependencies,
): ServiceDefinition => {
  const { source, onEvent } = dependencies;
  const recorded =
    (name: string, operation: Operation): Operation =>
    async (input, caller) => {
      const call = { name, input, caller };
      const output = await answerOf(operation, call, (error) => {
        onEvent(callEvent(dependencies, call, { error }), 0);
      });
      onEvent(callEvent(dependencies, call, { output }), 0);
      for (const announced of source.announcedAfter?.(name, input, output) ?? [])
        onEvent(serviceEvent(dependencies, caller.accountId, announced), announced.afterMilliseconds);
      return output;
    };
  return {
    ...service,
    operations: Object.fromEntries(
      Object.entries(service.operations).map(([name, operation]) => [
        name,
        READS.test(name) ? operation : recorded(name, operation),
      ]),
    ),
  };
};
