import type { Clock } from "../../core/ports/clock.ts";
import type { ConnectToIam } from "../../core/ports/sync.ts";
import type { ConnectionSettings } from "../assumed-roles/connections.ts";
import type { ClientsFor } from "../aws-clients.ts";
import { accountSource } from "../iam/account-source.ts";
import { connectionSettingsOf } from "./connection-settings.ts";
import { patientCalls } from "./patient-calls.ts";
import { callTally } from "./tally.ts";

export interface IamConnectionDeps {
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Clients that reach other accounts by these roles, for a sync. */
  readonly clientsThrough: (roles: ConnectionSettings, onBehalfOf: string) => ClientsFor;
}

/**
 * Looks into the IAM of accounts, each with the clients of its own role. AWS limits each account's calls by themselves:
 * nobody waits for another account, and IAM publishes no rate. Without the clients of resources, which are large.
 */
export const connectToIam =
  ({ clock, random, clientsThrough }: IamConnectionDeps): ConnectToIam =>
  (integration, onBehalfOf) => {
    const clientsFor = clientsThrough(connectionSettingsOf(integration), onBehalfOf);
    const tally = callTally();
    const waitForTurn = () => Promise.resolve();
    return {
      takeTally: () => tally.take(),
      within: (account) => {
        const placeOf = () => ({ accountId: account });
        const call = patientCalls({ clock, random, waitForTurn, tally, placeOf });
        return accountSource({ call, clientsFor, account });
      },
    };
  };
