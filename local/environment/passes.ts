import type { TableDeps } from "../../lambdas/adapters/dynamodb/table.ts";
import { syncStore } from "../../lambdas/adapters/dynamodb/sync-store.ts";
import type { Integration } from "../../lambdas/core/domain/integration.ts";
import type { Sync } from "../../lambdas/core/domain/sync.ts";
import { SyncScopes } from "../../lambdas/core/domain/sync.ts";

/** Reads the newest pass of each integration and scope, from where the API reads them. */
export const newestPasses = ({
  clientsFor,
  inventoryTable,
  integrations,
}: Pick<TableDeps, "clientsFor"> & {
  readonly inventoryTable: string;
  readonly integrations: () => Promise<readonly Integration[]>;
}): (() => Promise<readonly Sync[]>) => {
  const syncs = syncStore({ clientsFor, tableName: inventoryTable });
  return async () => {
    const wanted = (await integrations()).flatMap(({ name }) =>
      SyncScopes.map((scope) => ({ integration: name, scope })),
    );
    const pages = await Promise.all(wanted.map((of) => syncs.list(of, { limit: 1 })));
    return pages.flatMap(({ items }) => items);
  };
};
