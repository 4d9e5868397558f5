import type { LocalStore } from "../store.ts";
import { documentsOf } from "../identity/documents.ts";

/**
 * The phases of an account's life
 * (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_account_state.html).
 */
export type AccountState = "PENDING_ACTIVATION" | "ACTIVE" | "SUSPENDED" | "PENDING_CLOSURE" | "CLOSED";

/** An account as it is kept; timestamps in milliseconds. */
export interface AccountRecord {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly parentId: string;
  readonly state: AccountState;
  readonly joinedMethod: "CREATED" | "INVITED";
  readonly joinedAt: number;
  /** When a closure that was asked for completes; the state is CLOSED from then on. */
  readonly closesAt?: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface OrganizationalUnitRecord {
  readonly id: string;
  readonly name: string;
  readonly parentId: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface OrganizationRecord {
  readonly id: string;
  readonly rootId: string;
  readonly managementAccountId: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** An account that CreateAccount made: the answer to DescribeCreateAccountStatus. */
export interface AccountCreationRecord {
  readonly id: string;
  readonly accountName: string;
  readonly accountId?: string;
  readonly failureReason?: string;
  readonly at: number;
}

/** Where Organizations keeps what it knows. */
export const organizationsDocuments = (store: LocalStore) => ({
  organization: documentsOf<OrganizationRecord>(store, "organizations/organization"),
  accounts: documentsOf<AccountRecord>(store, "organizations/accounts"),
  units: documentsOf<OrganizationalUnitRecord>(store, "organizations/units"),
  creations: documentsOf<AccountCreationRecord>(store, "organizations/account-creations"),
});

export type OrganizationsDocuments = ReturnType<typeof organizationsDocuments>;

/** An organization is one document; this is its id in the store. */
export const ORGANIZATION = "organization";
