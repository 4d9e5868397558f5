import type { AccountId, PermissionSetArn } from "../domain/ids.ts";

export interface CatalogueAccount {
  readonly id: AccountId;
  readonly name: string;
}

export interface CataloguePermissionSet {
  readonly arn: PermissionSetArn;
  readonly name: string;
  /** ISO 8601, as Identity Center gives it. */
  readonly sessionDuration: string;
  /** Provisioned in the management account: the delegated administrator cannot manage it (https://docs.aws.amazon.com/singlesignon/latest/userguide/delegated-admin.html). */
  readonly inManagementAccount: boolean;
}

/** By an index, which follows its table within a moment; or what the table says now, at the cost of reading all of it. */
export type LookUp = "indexed" | "consistent";

/** The names of accounts and permission sets, as they were last seen. Throws `StoreUnavailable`. */
export interface Catalogue {
  account(id: AccountId): Promise<CatalogueAccount | undefined>;
  /** Account names need not be unique. */
  accountsNamed(name: string, how: LookUp): Promise<readonly CatalogueAccount[]>;
  permissionSet(arn: PermissionSetArn): Promise<CataloguePermissionSet | undefined>;
  permissionSetsNamed(name: string, how: LookUp): Promise<readonly CataloguePermissionSet[]>;
}

/** Looks now for names that nobody knows yet, and resolves when that is done. Throws `CatalogueUnavailable`. */
export interface CatalogueRefresh {
  refresh(): Promise<void>;
}
