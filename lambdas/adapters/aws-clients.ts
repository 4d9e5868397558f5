import { setImmediate as nextTurn } from "node:timers/promises";
import type { AccountId } from "../core/domain/ids.ts";
import { isThrottled } from "./aws-errors.ts";

/** What the calls of a client are for. Another account has one role per purpose, so that none can do another's work. */
export type ClientPurpose = "state" | "identity" | "catalogue" | "grant" | "revoke";

/** The part of an AWS client's configuration that Lockstep decides; every client class of the SDK takes it. */
interface ClientConfiguration {
  readonly maxAttempts: number;
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** A profile of the AWS configuration files. */
  readonly profile?: string;
  /** S3 only: names buckets in the path, where the endpoint's host has no names below it. */
  readonly forcePathStyle?: boolean;
  readonly requestHandler: object;
}

type Send = (request: unknown) => Promise<unknown>;

/** The part of every AWS client that Lockstep adds to: what happens just before a request is sent. */
interface SendingClient {
  /** AWS's own name of the service, such as `SSO Admin`. */
  readonly config: { readonly serviceId: string };
  readonly middlewareStack: {
    add(
      middleware: (next: Send) => Send,
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

export type ClientsFor = (account: "home" | AccountId, purpose: ClientPurpose) => AwsClients;

export interface AwsClientsSettings {
  /** The account that Lockstep is deployed in. */
  readonly homeAccount?: string;
  /** Told of each call that AWS throttled, by AWS's own name of the service, such as `SSO Admin`. */
  readonly onThrottled?: (serviceId: string) => void;
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
 * The only source of AWS clients. `maxAttempts: 1`: every retry is ours, on the injected clock, and counted.
 * Today only the home account can be reached; another account's clients will come from a role assumed with an ExternalId.
 */
export const awsClients = (settings: AwsClientsSettings = {}): ClientsFor => {
  const built = new Map<unknown, Map<string, unknown>>();

  const home: AwsClients = {
    client: (type, options = {}) => {
      const byOptions = built.get(type) ?? new Map<string, unknown>();
      built.set(type, byOptions);
      const key = JSON.stringify([options.region, options.timeoutMilliseconds]);
      if (!byOptions.has(key))
        byOptions.set(key, watched(new type(configurationOf(settings, options)), settings));
      return byOptions.get(key) as InstanceType<typeof type>;
    },
  };

  return (account, purpose) => {
    if (account === "home" || account === settings.homeAccount) return home;
    throw new Error(
      `No AWS clients for account ${account} (${purpose}): Lockstep reaches only its own account`,
    );
  };
};

const configurationOf = ({ overrides }: AwsClientsSettings, options: ClientOptions): ClientConfiguration => ({
  maxAttempts: 1,
  // The SDK's Node handler builds itself from these; without throwOnRequestTimeout it only warns (@smithy/node-http-handler).
  requestHandler: {
    connectionTimeout: CONNECTION_TIMEOUT_MILLISECONDS,
    requestTimeout: options.timeoutMilliseconds ?? USUAL_TIMEOUT_MILLISECONDS,
    throwOnRequestTimeout: true,
  },
  ...overrides,
  ...(options.region === undefined ? {} : { region: options.region }),
});

/** The client, noticing connections that AWS closed, and telling of calls that AWS throttled. */
const watched = <Client>(client: Client, { onThrottled }: AwsClientsSettings): Client => {
  // Each client class types its middleware by its own commands; this one passes them all on untouched.
  const { middlewareStack, config } = client as SendingClient;
  middlewareStack.add(
    (next) => async (request) => {
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
