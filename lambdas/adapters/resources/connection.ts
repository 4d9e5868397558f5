import type { Place } from "../../core/domain/inventory/problem-words.ts";
import type { AccountId } from "../../core/domain/ids.ts";
import type { AwsClients } from "../aws-clients.ts";
import type { PatientCall } from "../sync/patient-calls.ts";

/** How resources are read. */
export interface ResourceConnection {
  /** The clients of an account, for reading only. */
  readonly clientsOf: (account: AccountId) => AwsClients;
  /** Calls that are made there; their problems name the account and the region. */
  readonly callsIn: (place: Place) => PatientCall;
}

/** One account's part of it. */
export interface AccountConnection {
  readonly account: AccountId;
  readonly clients: AwsClients;
  /** No region: of a service that has one endpoint for all of them. */
  readonly callsIn: (region?: string) => PatientCall;
}

export const connectTo = (
  { clientsOf, callsIn }: ResourceConnection,
  account: AccountId,
): AccountConnection => ({
  account,
  clients: clientsOf(account),
  callsIn: (region) => callsIn({ accountId: account, region }),
});
