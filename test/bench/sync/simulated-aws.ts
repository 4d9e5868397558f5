import type { BusEvent } from "../../../local/events/event.ts";
import { createIdentityServices, PUBLISHED_RATES } from "../../../local/identity/identity-services.ts";
import type { IdentityServices } from "../../../local/identity/identity-services.ts";
import type { OrganizationFile } from "../../../local/organization-file.ts";
import { assumedRoleOf } from "../../../local/iam-sts/assumed-roles.ts";
import { putMemberRoles, type ConnectorTrust } from "../../../local/iam-sts/connector-roles.ts";
import { createS3 } from "../../../local/s3/service.ts";
import { openLocalStore, type LocalStore } from "../../../local/store.ts";
import type { HandleAwsRequest } from "../../../local/wire/http.ts";
import { roleSession } from "../../../local/wire/principals.ts";
import { createWire } from "../../../local/wire/wire.ts";
import type { JsonObject } from "../../../local/wire/json.ts";
import { AwsError, type Caller, type ServiceDefinition } from "../../../local/wire/service.ts";
import { emptyTables } from "../../simulation/aws/tables.ts";
import type { VirtualTime } from "../../simulation/virtual-time.ts";
import type { AnswerAws, AwsAnswer, AwsCall } from "./aws-call.ts";
import { AwsCounters } from "./counters.ts";

/** How long calls take on the virtual clock (milliseconds): as the sync expects them to (core/use-cases/sync/phases/each-known.ts). */
const LATENCY = { dynamodb: 5, json: 100, http: 100 } as const;

/**
 * How long CloudTrail's events are on their way (milliseconds): AWS says "near real-time" and promises nothing
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html).
 */
export const EVENTS_ARRIVE_AFTER = 3_000;

/** As much of an item as says what it is. */
export interface KindOfItem {
  readonly kind?: string;
  readonly [attribute: string]: unknown;
}

interface Deps {
  readonly time: VirtualTime;
  readonly organization: OrganizationFile;
  /** The account that calls are made from: the management account, or the delegated administrator. */
  readonly homeAccount: string;
  readonly limits: boolean;
}

/** An AWS that holds the organization, and Lockstep's tables. Takes the calls of the clients, and counts them. */
export class SimulatedAws {
  readonly identity: IdentityServices;
  readonly tables = emptyTables();
  readonly counters = new AwsCounters();
  /** The services that are reached by JSON; Step Functions is added to them. */
  readonly services: ServiceDefinition[];
  /** Told of each item that is written. */
  readonly onWrite = new Set<(item: KindOfItem) => void>();
  /** Told of each event of CloudTrail's. */
  onEvent: (event: BusEvent) => void = () => undefined;
  private readonly caller: Caller;
  private readonly wire: HandleAwsRequest;
  private readonly time: VirtualTime;

  constructor({ time, organization, homeAccount, limits }: Deps) {
    this.time = time;
    const store = openLocalStore();
    this.identity = createIdentityServices({
      clock: time,
      store,
      organization,
      homeAccountId: homeAccount,
      onEvent: (event) => {
        this.onEvent(event);
      },
      arrivalsOf: () => [EVENTS_ARRIVE_AFTER],
      limits: limits ? PUBLISHED_RATES : { requestsPerSecond: Number.MAX_SAFE_INTEGER },
    });
    this.services = [...this.identity.services];
    this.wire = this.wireOver(store, homeAccount);
    for (const { id } of organization.accounts.filter((account) => account.id !== homeAccount))
      putMemberRoles(store, id, MEMBER_TRUST(homeAccount));
    this.caller = {
      accessKeyId: "ASIABENCH",
      principalArn: roleSession(roleOf(homeAccount), "bench").arn,
      accountId: homeAccount,
      region: this.identity.region,
    };
    this.tables.watch(({ table, before, after }) => {
      const item = (after ?? before ?? {}) as KindOfItem;
      this.counters.writes.add(`${table} ${item.kind ?? "other"}`);
      for (const tell of this.onWrite) tell(item);
    });
  }

  readonly answer: AnswerAws = async (call) => {
    await this.time.sleep(LATENCY[call.service]);
    return this.answerAtOnce(call);
  };

  /** Answers whom the bench does not measure: without letting time pass. */
  readonly answerAtOnce: AnswerAws = async (call) => {
    switch (call.service) {
      case "dynamodb":
        return this.answerDynamoDb(call);
      case "json":
        return this.answerJson(call.target, call.body);
      case "http":
        return { response: await this.wire(call.request) };
    }
  };

  /** Everybody is let in: which permissions a role needs is held by the tests of the templates. */
  private wireOver(store: LocalStore, homeAccount: string): HandleAwsRequest {
    let ids = 0;
    const newId = () => `bench-${(ids += 1)}`;
    const { time } = this;
    return createWire({
      services: [...this.services, createS3({ buckets: [], store, clock: time, newId })],
      principalOf: (accessKeyId) => {
        const session = assumedRoleOf({ store, clock: time }, accessKeyId);
        return roleSession(session?.roleArn ?? roleOf(homeAccount), session?.sessionName ?? "bench");
      },
      authorize: () => Promise.resolve(),
      onCall: ({ service, operation }) => {
        this.counters.called(`${service.iamPrefix}:${operation}`, time.milliseconds);
      },
      invokeFunction: () => Promise.reject(new Error("The bench's machine invokes, and no client")),
      newId,
    });
  }

  private answerDynamoDb({ operation, input }: Extract<AwsCall, { service: "dynamodb" }>): AwsAnswer {
    try {
      const output = this.tables.call(operation, input);
      this.countRead(operation, output as ReadOutput);
      return { output };
    } catch (error) {
      if (!(error instanceof Error) || !("$metadata" in error)) throw error;
      if (error.name === "ConditionalCheckFailedException") this.counters.refused += 1;
      return { error: { name: error.name, message: error.message } };
    }
  }

  private countRead(operation: string, { Item, Items, Responses }: ReadOutput): void {
    if (!READS.has(operation)) return;
    const { counters } = this;
    counters.reads.add(operation);
    const batches = Object.values(Responses ?? {}).flat();
    counters.itemsRead += (Item === undefined ? 0 : 1) + (Items?.length ?? 0) + batches.length;
  }

  private async answerJson(target: string, body: string): Promise<AwsAnswer> {
    const [prefix, name = ""] = target.split(".");
    const service = this.services.find(({ targetPrefix }) => targetPrefix === prefix);
    const operation = service?.operations[name];
    if (service === undefined || operation === undefined)
      throw new Error(`The bench has no operation ${target}`);
    this.counters.called(`${service.iamPrefix}:${name}`, this.time.milliseconds);
    try {
      return {
        status: 200,
        body: JSON.stringify(await operation(JSON.parse(body) as JsonObject, this.caller)),
      };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      if (/^(Throttling|TooManyRequests)/.test(error.name)) this.counters.throttled += 1;
      const { name: type, message, status, details } = error;
      return { status, body: JSON.stringify({ __type: type, message, Message: message, ...details }) };
    }
  }
}

/** What the integration's ExternalId is. */
export const EXTERNAL_ID = "bench-external-id";

const ROLE = "lockstep";

const roleOf = (account: string): string => `arn:aws:iam::${account}:role/${ROLE}`;

const MEMBER_TRUST = (homeAccount: string): ConnectorTrust => ({
  lockstepAccountId: homeAccount,
  trustedRoles: [ROLE],
  externalId: EXTERNAL_ID,
});

const READS: ReadonlySet<string> = new Set(["GetItem", "BatchGetItem", "Query"]);

interface ReadOutput {
  readonly Item?: unknown;
  readonly Items?: readonly unknown[];
  readonly Responses?: Readonly<Record<string, readonly unknown[]>>;
}
