import type { AccountId, PermissionSetArn } from "../../../lambdas/core/domain/ids.ts";
import type {
  Catalogue,
  CatalogueAccount,
  CataloguePermissionSet,
  CatalogueRefresh,
} from "../../../lambdas/core/ports/catalogue.ts";

/** The catalogue in memory. */
export class FakeCatalogue implements Catalogue {
  private accounts = new Map<string, CatalogueAccount>();
  private permissionSets = new Map<string, CataloguePermissionSet>();

  account(id: AccountId): Promise<CatalogueAccount | undefined> {
    return Promise.resolve(this.accounts.get(id));
  }

  accountsNamed(name: string): Promise<readonly CatalogueAccount[]> {
    return Promise.resolve([...this.accounts.values()].filter((account) => account.name === name));
  }

  permissionSet(arn: PermissionSetArn): Promise<CataloguePermissionSet | undefined> {
    return Promise.resolve(this.permissionSets.get(arn));
  }

  permissionSetsNamed(name: string): Promise<readonly CataloguePermissionSet[]> {
    return Promise.resolve([...this.permissionSets.values()].filter((set) => set.name === name));
  }

  /** From now on it knows these accounts, and no others. */
  knowsAccounts(accounts: readonly CatalogueAccount[]): void {
    this.accounts = new Map(accounts.map((account) => [account.id, account]));
  }

  /** From now on it knows these permission sets, and no others. */
  knowsPermissionSets(permissionSets: readonly CataloguePermissionSet[]): void {
    this.permissionSets = new Map(permissionSets.map((set) => [set.arn, set]));
  }
}

/** A refresh that does what a test says, and counts. */
export class FakeCatalogueRefresh implements CatalogueRefresh {
  refreshes = 0;
  private readonly onRefresh: () => Promise<void> | void;

  constructor(onRefresh: () => Promise<void> | void = () => undefined) {
    this.onRefresh = onRefresh;
  }

  async refresh(): Promise<void> {
    this.refreshes += 1;
    await this.onRefresh();
  }
}
