import { setImmediate as nextTurn } from "node:timers/promises";
import type { AccountId } from "../core/domain/ids.ts";
import type { CurrentCredentials } from "./assumed-roles/role-session.ts";
import { isThrottled } from "./aws-errors.ts";

/**
 * What the calls of a client are for. A session of another account's role may do what its purpose needs and nothing else.
 * `state` is Lockstep's own tables, machine and bus, which are at home; `observe` looks whether assignments exist; `sync`
 * reads whatever the inventory holds.
 */
export type ClientPurpose = "state" | "identity" | "grant" | "revoke" | "observe" | "sync";

/** Keys to sign requests with, or where to get them for each request. */
type Credentials =
  | { readonly accessKeyId: string; readonly secretAccessKey: string }
  | (CurrentCredentials & { readonly memoized: true });

/** The part of an AWS client's configuration that Lockstep decides; every client class of the SDK takes it. */
interface ClientConfiguration {
  readonly maxAttempts: number;
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: Credentials;
  /** A profile of the AWS configuration files. */
  readonly profile?: string;
  /** S3 only: names buckets in the path, where the endpoint's host has no names below it. */
  readonly forcePathStyle?: boolean;
  readonly requestHandler: object;
}

type Send = (request: unknown) => Promise<unknown>;

/** What the SDK says of a call: its classes' names, such as `IdentitystoreClient` and `DescribeUserCommand`. */
interface CallContext {
  readonly clientName?: string;
  readonly commandName?: string;
}

/** The part of every AWS client that Lockstep adds to: what happens just before a request is sent. */
interface SendingClient {
  /** AWS's own name of the service, such as `SSO Admin`. */
  readonly config: { readonly serviceId: string };
  readonly middlewareStack: {
    add(
      middleware: (next: Send, context: CallContext) => Send,
      options: { readonly step: "finalizeRequest"; readonly name: string },
    ): void;
  };
}

export interface ClientOptions {
  /** Where the service is, when that is not the function's own region. */
  readonly region?: string;
  /** How long one call may take before it counts as unanswered (milliseconds). */
  readonly timeoutMilliseconds?: number;
}

/** AWS clients of one account for one purpose, each built once. */
export interface AwsClients {
  client<Client>(type: new (configuration: ClientConfiguration) => Client, options?: ClientOptions): Client;
}

/**
 * `organization` is where Organizations, Identity Center and its directory are asked: as home, where home is the management
 * account or a delegated administrator's, and in the management account where Lockstep lives in any other.
 */
export type ClientsFor = (account: "home" | "organization" | AccountId, purpose: ClientPurpose) => AwsClients;

/** A way into another account. */
export interface Connection {
  /** The same for connections that may share their keys, and for no others. */
  readonly key: string;
  /** Keys of a session of its own, which are renewed as long as they are asked for. */
  readonly open: () => CurrentCredentials;
}

/** Undefined: nothing leads into this account for this purpose. */
export type ConnectionTo = (account: AccountId, purpose: ClientPurpose) => Connection | undefined;

export interface AwsClientsSettings {
  /** The account that Lockstep is deployed in. */
  readonly homeAccount?: string;
  /** The account to ask about the organization; absent: Lockstep's own. */
  readonly organizationAccount?: AccountId;
  /** How other accounts are reached, by calls of the home account's clients; absent: not at all. */
  readonly connections?: (home: AwsClients) => ConnectionTo;
  /** Told of each call that AWS throttled, by AWS's own name of the service, such as `SSO Admin`. */
  readonly onThrottled?: (serviceId: string) => void;
  /** Waits until the operation may be called (`identitystore:DescribeUser`); absent: each call is made at once. */
  readonly waitForTurn?: (operation: string) => Promise<void>;
  /** What tests replace: the transport, or the address. */
  readonly overrides?: Partial<Omit<ClientConfiguration, "maxAttempts">>;
}

/** Ten times the slowest answer that these control-plane calls usually give, and a third of an HTTP API's 30 seconds. */
const USUAL_TIMEOUT_MILLISECONDS = 10_000;
const CONNECTION_TIMEOUT_MILLISECONDS = 3_000;

/**
 * Turns of the event loop before each request. AWS closes idle connections while a function is frozen between two
 * invocations, and the process only learns of it when the event loop turns. Without a pause the first request of the
 * next invocation goes into a dead connection (ECONNRESET), which the SDK's own retries would hide. Two turns were
 * enough, with and without TLS; they cost microseconds.
 */
const TURNS_BEFORE_REQUEST = 3;

/**
 * Connections whose clients and keys are kept, the longest unused given up first. A client with its connections takes some
 * hundred kilobytes, and a sync that goes through 10,000 accounts needs a few at a time.
 */
const MOST_CONNECTIONS = 32;

/**
 * The only source of AWS clients. `maxAttempts: 1`: every retry is ours, on the injected clock, and counted.
 * Another account is reached by a connection into that account or not at all: never by the home account's clients.
 */
export const awsClients = (settings: AwsClientsSettings = {}): ClientsFor => {
  const home = clientsWith(settings);
  const connectionTo = settings.connections?.(home);
  const connected = new Map<string, AwsClients>();

  const clientsThrough = ({ key, open }: Connection): AwsClients => {
    const clients = connected.get(key) ?? clientsWith(settings, open());
    connected.delete(key);
    connected.set(key, clients);
    const [longestUnused] = connected.keys();
    if (connected.size > MOST_CONNECTIONS && longestUnused !== undefined) connected.delete(longestUnused);
    return clients;
  };

  return (place, purpose) => {
    const account = place === "organization" ? (settings.organizationAccount ?? "home") : place;
    if (account === "home" || account === settings.homeAccount) return home;
    const connection = connectionTo?.(account, purpose);
    if (connection !== undefined) return clientsThrough(connection);
    throw new Error(
      `No AWS clients for account ${account} (${purpose}): Lockstep reaches only its own account${
        connectionTo === undefined ? "" : " and those that it has a connection for"
      }`,
    );
  };
};

/** Clients that sign with these keys, or as the process itself. */
const clientsWith = (settings: AwsClientsSettings, credentials?: CurrentCredentials): AwsClients => {
  const built = new Map<unknown, Map<string, unknown>>();
  return {
    client: (type, options = {}) => {
      const byOptions = built.get(type) ?? new Map<string, unknown>();
      built.set(type, byOptions);
      const key = JSON.stringify([options.region, options.timeoutMilliseconds]);
      if (!byOptions.has(key)) {
        const configuration = configurationOf(settings, options, credentials);
        byOptions.set(key, watched(new type(configuration), settings));
      }
      return byOptions.get(key) as InstanceType<typeof type>;
    },
  };
};

const configurationOf = (
  { overrides }: AwsClientsSettings,
  options: ClientOptions,
  credentials: CurrentCredentials | undefined,
): ClientConfiguration => ({
  maxAttempts: 1,
  // The SDK's Node handler builds itself from these; without throwOnRequestTimeout it only warns (@smithy/node-http-handler).
  requestHandler: {
    connectionTimeout: CONNECTION_TIMEOUT_MILLISECONDS,
    requestTimeout: options.timeoutMilliseconds ?? USUAL_TIMEOUT_MILLISECONDS,
    throwOnRequestTimeout: true,
  },
  ...overrides,
  ...(options.region === undefined ? {} : { region: options.region }),
  ...(credentials === undefined ? {} : { credentials: askedEachTime(credentials) }),
});

/**
 * The SDK would keep keys until they end by the wall clock, and renew them behind our back: what says that it remembers
 * by itself is asked for each request (@aws-sdk/core, resolveAwsSdkSigV4Config).
 */
const askedEachTime = (credentials: CurrentCredentials): CurrentCredentials & { readonly memoized: true } =>
  Object.assign(() => credentials(), { memoized: true as const });

/** The client, noticing connections that AWS closed, waiting for its turn, and telling of calls that AWS throttled. */
const watched = <Client>(client: Client, { onThrottled, waitForTurn }: AwsClientsSettings): Client => {
  // Each client class types its middleware by its own commands; this one passes them all on untouched.
  const { middlewareStack, config } = client as SendingClient;
  middlewareStack.add(
    (next, context) => async (request) => {
      await waitForTurn?.(operationOf(context));
      for (let turn = 0; turn < TURNS_BEFORE_REQUEST; turn += 1) await nextTurn();
      try {
        return await next(request);
      } catch (error) {
        if (isThrottled(error)) onThrottled?.(config.serviceId);
        throw error;
      }
    },
    { step: "finalizeRequest", name: "watchRequests" },
  );
  return client;
};

const operationOf = ({ clientName = "", commandName = "" }: CallContext): string =>
  `${clientName.replace(/Client$/, "").toLowerCase()}:${commandName.replace(/Command$/, "")}`;
