import { randomUUID } from "node:crypto";
import { awsClients, type AwsClients } from "../../../lambdas/adapters/aws-clients.ts";
import { patientCalls } from "../../../lambdas/adapters/sync/patient-calls.ts";
import { callTally } from "../../../lambdas/adapters/sync/tally.ts";
import { resourceSource } from "../../../lambdas/adapters/resources/resource-source.ts";
import type { AccountId } from "../../../lambdas/core/domain/ids.ts";
import { ResourceTypes } from "../../../lambdas/core/domain/inventory/facts.ts";
import type { CallTally, ResourceSource } from "../../../lambdas/core/ports/sync.ts";
import { resourceDocuments, type ResourceDocuments } from "../../../local/resources/records.ts";
import { seedResources, type ResourcesSeed } from "../../../local/resources/seed-resources.ts";
import { resourceServices } from "../../../local/resources/services.ts";
import { createS3 } from "../../../local/s3/service.ts";
import { openLocalStore } from "../../../local/store.ts";
import { sdkRequestHandler } from "../../../local/wire/sdk-request-handler.ts";
import { createWire, type WireCall } from "../../../local/wire/wire.ts";
import { EagerClock } from "../../support/fakes/eager-clock.ts";

/** Where the contract's organization has Identity Center, and its accounts their aggregator indexes. */
export const REGION = "eu-west-1";

/** Resources of accounts in this process, and how they are looked at. */
export interface EmbeddedResources {
  readonly clientsOf: (account: AccountId) => AwsClients;
  readonly documents: ResourceDocuments;
  /** What was called, as `service:Operation region`, in order. */
  readonly calls: readonly string[];
}

/** `onCall` sees each call before it is answered, and may throw instead. */
export const embeddedResources = ({
  accounts,
  onCall = () => undefined,
}: {
  readonly accounts: ResourcesSeed["accounts"];
  readonly onCall?: (call: WireCall) => void;
}): EmbeddedResources => {
  const store = openLocalStore();
  const clock = new EagerClock();
  const newId = () => randomUUID();
  const calls: string[] = [];
  seedResources({ accounts, identityCenter: { region: REGION } }, { store });
  const handle = createWire({
    services: [
      ...resourceServices({ store, region: REGION }),
      createS3({ buckets: [], store, clock, newId }),
    ],
    principalOf: (accessKeyId) => {
      const accountId = accessKeyId.slice(-12);
      return { kind: "administrator", arn: `arn:aws:iam::${accountId}:user/lockstep`, accountId };
    },
    authorize: (call) => {
      calls.push(`${call.service.iamPrefix}:${call.operation} ${call.caller.region}`);
      onCall(call);
      return Promise.resolve();
    },
    onCall: () => undefined,
    invokeFunction: () => Promise.reject(new Error("Nothing here invokes a function")),
    newId,
  });
  return {
    calls,
    documents: resourceDocuments(store),
    clientsOf: (account) =>
      awsClients({
        overrides: {
          region: REGION,
          credentials: { accessKeyId: `AKIA${account}`, secretAccessKey: "test" },
          requestHandler: sdkRequestHandler(handle),
          forcePathStyle: true,
        },
      })("home", "sync"),
  };
};

/** The source under test, with what it called. */
export const sourceOver = (
  clientsOf: (account: AccountId) => AwsClients,
  region = REGION,
): ResourceSource & { readonly takeTally: () => CallTally } => {
  const clock = new EagerClock();
  const tally = callTally();
  const source = resourceSource({
    clientsOf,
    callsIn: (place) =>
      patientCalls({
        clock,
        random: () => 0.5,
        waitForTurn: () => Promise.resolve(),
        tally,
        placeOf: () => place,
      }),
    region,
    types: ResourceTypes,
  });
  return { ...source, takeTally: () => tally.take() };
};
