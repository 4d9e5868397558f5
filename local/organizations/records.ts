import type { LocalStore } from "../store.ts";
import { documentsOf } from "../identity/documents.ts";
import { readWithin, type ReadRange } from "../identity/paging.ts";

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

/** Children by parent: the children of a parent are one range. */
const childKey = ({ parentId, id }: { readonly parentId: string; readonly id: string }): string =>
  `${parentId}/${id}`;

/** Records by id that are also found by their parent, without looking at any other. */
const children = <T extends { readonly id: string; readonly parentId: string }>(
  store: LocalStore,
  kind: string,
) => {
  const records = documentsOf<T>(store, `organizations/${kind}`);
  const ofParents = documentsOf<string>(store, `organizations/${kind}-of-parents`);
  return {
    get: records.get,
    all: records.all,
    range: records.range,
    /** A parent's own children, not those further down. */
    under: (parentId: string): ReadRange<T> => {
      const read = readWithin(ofParents, `${parentId}/`);
      return (range) =>
        read(range).flatMap(({ id }) => {
          const document = records.get(id);
          return document === undefined ? [] : [{ id, document }];
        });
    },
    put: (id: string, record: T) => {
      const before = records.get(id);
      if (before !== undefined) ofParents.delete(childKey(before));
      records.put(id, record);
      ofParents.put(childKey(record), id);
    },
    delete: (record: T) => {
      records.delete(record.id);
      ofParents.delete(childKey(record));
    },
  };
};

/** Where Organizations keeps what it knows. */
export const organizationsDocuments = (store: LocalStore) => {
  const accounts = children<AccountRecord>(store, "accounts");
  const emails = documentsOf<string>(store, "organizations/account-emails");
  return {
    organization: documentsOf<OrganizationRecord>(store, "organizations/organization"),
    accounts: {
      ...accounts,
      hasEmail: (email: string) => emails.get(email) !== undefined,
      put: (id: string, account: AccountRecord) => {
        accounts.put(id, account);
        emails.put(account.email, id);
      },
      delete: (account: AccountRecord) => {
        accounts.delete(account);
        emails.delete(account.email);
      },
    },
    units: children<OrganizationalUnitRecord>(store, "units"),
    creations: documentsOf<AccountCreationRecord>(store, "organizations/account-creations"),
  };
};

export type OrganizationsDocuments = ReturnType<typeof organizationsDocuments>;

/** An organization is one document; this is its id in the store. */
export const ORGANIZATION = "organization";
