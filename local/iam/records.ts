import { documentsOf, type Documents } from "../identity/documents.ts";
import type { LocalStore } from "../store.ts";
import { nameKey } from "./names.ts";
import { iamPrincipals } from "./principals.ts";
import { iamRoles } from "./roles.ts";

export interface UserRecord {
  readonly arn: string;
  /** `AIDA…`. */
  readonly id: string;
  readonly name: string;
  readonly path: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

export interface GroupRecord {
  readonly arn: string;
  /** `AGPA…`. */
  readonly id: string;
  readonly name: string;
  readonly path: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** The names of users, sorted. */
  readonly members: readonly string[];
}

const named = <T extends { readonly name: string }>(documents: Documents<T>) => ({
  get: (name: string): T | undefined => documents.get(nameKey(name)),
  /** In the order of their names. */
  all: (): readonly T[] => documents.all(),
  put: (record: T): void => {
    documents.put(nameKey(record.name), record);
  },
  delete: (record: T): void => {
    documents.delete(nameKey(record.name));
  },
});

/** What IAM knows in one account. */
export const iamDocuments = (store: LocalStore, accountId: string) => {
  const principals = iamPrincipals(store);
  const users = named(documentsOf<UserRecord>(store, `iam/${accountId}/users`));
  const roles = iamRoles(store);
  return {
    users: {
      ...users,
      put: (user: UserRecord): void => {
        principals.put(user);
        users.put(user);
      },
      delete: (user: UserRecord): void => {
        principals.delete(user);
        users.delete(user);
      },
    },
    groups: named(documentsOf<GroupRecord>(store, `iam/${accountId}/groups`)),
    roles: {
      get: (name: string) => roles.get(accountId, name),
      all: () => roles.all(accountId),
      put: (role: Parameters<typeof roles.put>[1]) => {
        roles.put(accountId, role);
      },
      delete: (role: Parameters<typeof roles.delete>[1]) => {
        roles.delete(accountId, role);
      },
    },
  };
};

export type IamDocuments = ReturnType<typeof iamDocuments>;
