import type { ConnectToAccounts } from "../../core/ports/sync.ts";
import { resourceTurns } from "../resources/paces.ts";
import { resourceSource } from "../resources/resource-source.ts";
import { connectionSettingsOf } from "./connection-settings.ts";
import { connectToIam, type IamConnectionDeps } from "./iam-connection.ts";
import { patientCalls } from "./patient-calls.ts";
import { addedTallies, callTally } from "./tally.ts";

/** Looks into accounts: their IAM and their resources, each account with the clients of its own role. */
export const connectToAccounts =
  (deps: IamConnectionDeps): ConnectToAccounts =>
  (integration, onBehalfOf) => {
    const { clock, random, clientsThrough } = deps;
    const clientsFor = clientsThrough(connectionSettingsOf(integration), onBehalfOf);
    const iam = connectToIam({ ...deps, clientsThrough: () => clientsFor })(integration, onBehalfOf);
    const tally = callTally();
    const turns = resourceTurns({ clock });
    return {
      takeTally: () => addedTallies(iam.takeTally(), tally.take()),
      within: iam.within,
      resources: resourceSource({
        region: integration.region,
        types: integration.resourceTypes,
        clientsOf: (account) => clientsFor(account, "sync"),
        callsIn: (place) =>
          patientCalls({ clock, random, waitForTurn: turns(place), tally, placeOf: () => place }),
      }),
    };
  };
