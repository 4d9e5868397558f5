import { connections, type ConnectionSettings } from "../../lambdas/adapters/assumed-roles/connections.ts";
import { awsClients, type ClientsFor } from "../../lambdas/adapters/aws-clients.ts";
import { stsService } from "../../local/iam-sts/sts.ts";
import { openLocalStore } from "../../local/store.ts";
import { createPrincipals } from "../../local/wire/principals.ts";
import { sdkRequestHandler } from "../../local/wire/sdk-request-handler.ts";
import type { AwsError } from "../../local/wire/service.ts";
import { createWire } from "../../local/wire/wire.ts";
import { VirtualClock } from "./virtual-clock.ts";
import { anAccountId } from "./builders.ts";

interface SdkRequest {
  readonly hostname: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A call of a service other than STS: where it went, and by whose key. */
export interface SignedCall {
  readonly host: string;
  readonly accessKeyId: string;
}

/** A call of STS as it went over the wire. */
export interface StsCall {
  readonly host: string;
  readonly parameters: URLSearchParams;
}

const keyOf = (headers: SdkRequest["headers"]) =>
  /Credential=([^/]+)\//.exec(headers["authorization"] ?? "")?.[1] ?? "";

/** Lockstep's sync function in account 2, beside accounts whose roles the embedded STS hands out. Other services answer `{}`. */
export const connectedAccounts = (clock = new VirtualClock()) => {
  const store = openLocalStore();
  const home = anAccountId(2);
  const managementAccount = anAccountId(1);
  const principals = createPrincipals({ accountId: home, newId: () => crypto.randomUUID() });
  const stsCalls: StsCall[] = [];
  const calls: SignedCall[] = [];
  let stsFailure: (() => AwsError) | undefined;

  const wire = createWire({
    services: [
      stsService({ store, clock, newId: () => crypto.randomUUID(), homeAccountId: managementAccount }),
    ],
    principalOf: principals.principalOf,
    authorize: () => (stsFailure === undefined ? Promise.resolve() : Promise.reject(stsFailure())),
    onCall: () => undefined,
    invokeFunction: () => Promise.reject(new Error("There are no functions here")),
    newId: () => crypto.randomUUID(),
  });
  const toSts = sdkRequestHandler(wire);

  const handle = (request: SdkRequest) => {
    if (request.hostname.startsWith("sts.")) {
      stsCalls.push({ host: request.hostname, parameters: new URLSearchParams(String(request.body)) });
      return toSts.handle(request);
    }
    calls.push({ host: request.hostname, accessKeyId: keyOf(request.headers) });
    return Promise.resolve({
      response: {
        statusCode: 200,
        headers: { "content-type": "application/x-amz-json-1.1" },
        body: Buffer.from("{}"),
      },
    });
  };

  /** What makes clients those of the function whose role has this name. */
  const overridesOf = (functionRole: string) => ({
    region: "eu-west-1",
    credentials: principals.issue(`arn:aws:iam::${home}:role/${functionRole}`, functionRole),
    requestHandler: { handle },
  });

  /** Clients of the function whose role has this name. */
  const clientsOf = (functionRole: string, settings: ConnectionSettings, onBehalfOf: string): ClientsFor =>
    awsClients({
      homeAccount: home,
      connections: connections({ clock, settings, onBehalfOf }),
      overrides: overridesOf(functionRole),
    });

  return {
    clock,
    store,
    home,
    managementAccount,
    stsCalls,
    calls,
    clientsOf,
    overridesOf,
    /** Lets every call of STS fail so, until it is called with nothing. */
    failSts: (failure?: () => AwsError) => {
      stsFailure = failure;
    },
  };
};

export type ConnectedAccounts = ReturnType<typeof connectedAccounts>;
