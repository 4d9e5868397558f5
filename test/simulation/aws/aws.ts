import { withTrail } from "../../../local/cloudtrail/recording.ts";
import { identityCenterTrail } from "../../../local/cloudtrail/sources.ts";
import type { BusEvent } from "../../../local/events/event.ts";
import type { AcceptedOperation } from "../../../local/identity-center/asynchronous-operations.ts";
import type { AccountAssignment, OperationRecord } from "../../../local/identity-center/records.ts";
import type { InvocationAnswer } from "../../../local/step-functions/ports.ts";
import type { Json, JsonObject } from "../../../local/wire/json.ts";
import { AwsError, type Caller, type ServiceDefinition } from "../../../local/wire/service.ts";
import { HOME, identityCenter, organizationFile } from "../cast.ts";
import type { Conditions } from "../conditions.ts";
import { assignmentKey } from "../ledger.ts";
import type { Watcher } from "../oracle/watcher.ts";
import type { Random } from "../random.ts";
import type { VirtualTime } from "../virtual-time.ts";
import type { AwsCall, ServiceName } from "./clients.ts";
import type { InMemoryDynamoDb } from "./dynamodb/dynamodb.ts";
import type { OperationCourse, SimulatedIdentity } from "./identity.ts";
import { timedOut, type Invocation } from "./lambda.ts";

/** Lockstep's functions call from its own account. */
const caller: Caller = {
  accessKeyId: "ASIASIMULATED",
  principalArn: `arn:aws:sts::${HOME}:assumed-role/lockstep/simulation`,
  accountId: HOME,
  region: identityCenter.region,
};

/** Who changes assignments by hand. */
const administrator: Caller = {
  ...caller,
  principalArn: `arn:aws:sts::${organizationFile.managementAccountId}:assumed-role/Administrator/tara`,
  accountId: organizationFile.managementAccountId,
};

/** Functions that read the directory, the organization and Identity Center, and change nothing there. */
const READERS: ReadonlySet<string> = new Set(["sync", "inventory-events"]);

/** An error as an SDK client throws it. */
const sdkError = (name: string, message: string, httpStatusCode = 400): Error =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });

/** What each service throttles with. */
const throttlingNames: Readonly<Record<ServiceName, string>> = {
  dynamodb: "ProvisionedThroughputExceededException",
  events: "ThrottlingException",
  identitystore: "ThrottlingException",
  lambda: "TooManyRequestsException",
  organizations: "TooManyRequestsException",
  states: "ThrottlingException",
  "sso-admin": "ThrottlingException",
};

/** sso-admin's requests a second, and how many at once: a bucket of one second's worth. */
const REQUESTS_PER_SECOND = 20;

const OPERATION_MILLISECONDS = [800, 4_000] as const;

/** Five usual operations, one after the other, on one account. */
const LONG_OPERATION = 20_000;

export interface AwsSurroundings {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly conditions: Conditions;
  readonly watcher: Required<Watcher>;
  readonly dynamoDb: InMemoryDynamoDb;
  readonly identity: SimulatedIdentity;
  readonly states: ServiceDefinition;
  /** Runs a function and waits for it. */
  readonly invokeFunction: (name: string, payload: Json) => Promise<InvocationAnswer>;
  /** Has a function run without waiting for it, as Lambda does with an event: again, twice at most, when it fails. */
  readonly sendToFunction: (name: string, payload: Json) => void;
  /** Whether a call to Step Functions gets lost on the way, though it seems to succeed. */
  readonly isLost: (invocation: Invocation, call: AwsCall) => boolean;
  readonly publish: (entries: readonly PublishedEvent[]) => void;
  /** Told of every call that changes an assignment, as CloudTrail tells of it; nobody is where it is absent. */
  readonly onTrailEvent?: ((event: BusEvent) => void) | undefined;
}

interface InvokeInput {
  readonly FunctionName: string;
  readonly InvocationType: "Event" | "RequestResponse";
  readonly Payload: Uint8Array;
}

export interface PublishedEvent {
  readonly DetailType?: string;
  readonly Detail?: string;
}

/** Everything behind the clients' `send`, for one history. */
export class SimulatedAws implements OperationCourse {
  private readonly around: AwsSurroundings;
  private readonly ssoAdmin: ServiceDefinition;
  private readonly byHand: ServiceDefinition;
  private tokens = REQUESTS_PER_SECOND;
  private filledAt: number;
  private operations = 0;

  constructor(around: AwsSurroundings) {
    this.around = around;
    this.filledAt = around.time.milliseconds;
    const own = around.identity.services["sso-admin"];
    this.ssoAdmin = this.withTrail(own);
    const done = () => ({});
    this.byHand = this.withTrail({
      ...own,
      operations: { CreateAccountAssignment: done, DeleteAccountAssignment: done },
    });
  }

  private withTrail(service: ServiceDefinition): ServiceDefinition {
    const { time, onTrailEvent } = this.around;
    if (onTrailEvent === undefined) return service;
    let ids = 0;
    return withTrail(service, {
      source: identityCenterTrail(identityCenter.region),
      clock: time,
      newId: () => `trail-${(ids += 1)}`,
      onEvent: onTrailEvent,
    });
  }

  /** Tells of what somebody did by hand. */
  async tellOfHand(
    operation: "CreateAccountAssignment" | "DeleteAccountAssignment",
    { accountId, permissionSetArn, principalType, principalId }: AccountAssignment,
  ): Promise<void> {
    const input = {
      InstanceArn: identityCenter.instanceArn,
      TargetId: accountId,
      TargetType: "AWS_ACCOUNT",
      PermissionSetArn: permissionSetArn,
      PrincipalType: principalType,
      PrincipalId: principalId,
    };
    await this.byHand.operations[operation]?.(input, administrator);
  }

  /** Answers a call, or throws what the SDK would throw. */
  async answer(invocation: Invocation, call: AwsCall): Promise<unknown> {
    if (call.service === "sso-admin") this.admit();
    this.throttle(invocation, call);
    const { dynamoDb, identity, states, watcher } = this.around;
    if (READERS.has(invocation.function) && call.service in identity.services)
      watcher.read(invocation.function, call.operation);
    switch (call.service) {
      case "dynamodb":
        return dynamoDb.call(call.operation, call.input);
      case "sso-admin":
        this.conflict(invocation, call);
        return this.observing(call, await this.service(this.ssoAdmin, call));
      case "identitystore":
      case "organizations":
        return this.service(identity.services[call.service], call);
      case "states":
        return this.around.isLost(invocation, call) ? {} : this.service(states, call);
      case "events":
        return this.putEvents(call.input);
      case "lambda":
        return this.invokeFunction(call.input as InvokeInput);
    }
  }

  /** A call of Step Functions by an administrator, who is none of Lockstep's functions. */
  administer(operation: string, input: object): Promise<unknown> {
    return this.service(this.around.states, { service: "states", operation, input });
  }

  durationOf(operation: AcceptedOperation): number {
    const { conditions, random } = this.around;
    const stream = random.split(`operation/${this.labelOf(operation)}`);
    const slowest = Math.max(0, ...[...conditions.slow].map(({ milliseconds }) => milliseconds));
    return slowest > 0 ? slowest : stream.between(...OPERATION_MILLISECONDS);
  }

  failureOf(operation: AcceptedOperation): string | undefined {
    const { conditions, random } = this.around;
    const stream = random.split(`failure/${this.labelOf(operation)}`);
    return [...conditions.failing].some(({ share }) => stream.chance(share))
      ? "Received a 500 status error: something went wrong"
      : undefined;
  }

  /** An operation completes at its own moment, not when somebody next looks. */
  completeInTime(operation: OperationRecord | undefined): void {
    if (operation?.status !== "IN_PROGRESS" || operation.completesAt === null) return;
    const { time, identity, conditions } = this.around;
    // Also what merely waits for a slow one to end is slow.
    if (operation.completesAt - time.milliseconds > LONG_OPERATION) {
      conditions.trouble(time.milliseconds, operation.completesAt);
    }
    time.at(operation.completesAt, () => {
      identity.settle();
    });
  }

  /** The same for the same operation at the same moment, whatever else happened before. */
  private labelOf({ kind, target }: AcceptedOperation): string {
    return `${kind}/${target.accountId}/${target.permissionSetArn}/${target.principalId ?? ""}/${this.around.time.milliseconds}`;
  }

  private async service(service: ServiceDefinition, { operation, input }: AwsCall): Promise<unknown> {
    const run = service.operations[operation];
    if (run === undefined) throw sdkError("UnknownOperationException", `${operation} is not simulated`);
    try {
      return await run(input as JsonObject, caller);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      if (error.message.startsWith("There are too many requests")) this.around.watcher.tooManyOutstanding();
      throw sdkError(error.name, error.message, error.status);
    }
  }

  private admit(): void {
    const { time, watcher } = this.around;
    watcher.calledSsoAdmin();
    const now = time.milliseconds;
    const earned = ((now - this.filledAt) / 1_000) * REQUESTS_PER_SECOND;
    this.tokens = Math.min(REQUESTS_PER_SECOND, this.tokens + earned);
    this.filledAt = now;
    if (this.tokens < 1) throw sdkError("ThrottlingException", "Rate exceeded");
    this.tokens -= 1;
  }

  private throttle({ random }: Invocation, { service }: AwsCall): void {
    for (const spell of this.around.conditions.throttling) {
      if (spell.service === service && random.chance(spell.share)) {
        throw sdkError(throttlingNames[service], "Rate exceeded");
      }
    }
  }

  private conflict({ random }: Invocation, { operation }: AwsCall): void {
    if (operation !== "CreateAccountAssignment" && operation !== "DeleteAccountAssignment") return;
    for (const { share } of this.around.conditions.conflicts) {
      if (random.chance(share)) throw sdkError("ConflictException", "A conflict with a previous write");
    }
  }

  /** Tells of operations that were accepted. */
  private observing({ operation, input }: AwsCall, output: unknown): unknown {
    const kind =
      operation === "CreateAccountAssignment"
        ? "CREATE"
        : operation === "DeleteAccountAssignment"
          ? "DELETE"
          : undefined;
    if (kind !== undefined) {
      const { TargetId, PermissionSetArn, PrincipalType, PrincipalId } = input as Record<string, string>;
      const target = {
        accountId: TargetId ?? "",
        permissionSetArn: PermissionSetArn ?? "",
        principalType: PrincipalType ?? "",
        principalId: PrincipalId ?? "",
      };
      this.around.watcher.accepted(kind, assignmentKey(target));
    }
    return output;
  }

  private async invokeFunction({ FunctionName, InvocationType, Payload }: InvokeInput): Promise<unknown> {
    const payload = JSON.parse(Buffer.from(Payload).toString("utf8")) as Json;
    if (InvocationType === "Event") {
      this.around.sendToFunction(FunctionName, payload);
      return { StatusCode: 202 };
    }
    const answer = await this.answerOf(FunctionName, payload);
    const failed = "functionError" in answer;
    const output = failed ? answer.functionError : answer.payload;
    return {
      StatusCode: 200,
      ...(failed ? { FunctionError: "Unhandled" } : {}),
      Payload: new TextEncoder().encode(JSON.stringify(output)),
    };
  }

  /** Step Functions names Lambda's errors in its own way, and a closed connection is one to it; a function's client sees no answer. */
  private async answerOf(name: string, payload: Json): Promise<InvocationAnswer> {
    try {
      return await this.around.invokeFunction(name, payload);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (error.name === "Lambda.SdkClientException") throw timedOut();
      throw Object.assign(new Error(error.message), { name: error.name.replace(/^Lambda\./, "") });
    }
  }

  private putEvents({ Entries = [] }: { readonly Entries?: readonly PublishedEvent[] }): unknown {
    this.around.publish(Entries);
    return { FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: String((this.operations += 1)) })) };
  }
}
