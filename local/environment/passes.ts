import type { TableDeps } from "../../lambdas/adapters/dynamodb/table.ts";
import { integrationStore } from "../../lambdas/adapters/dynamodb/integration-store.ts";
import { syncStore } from "../../lambdas/adapters/dynamodb/sync-store.ts";
import type { Sync } from "../../lambdas/core/domain/sync.ts";
import { SyncScopes } from "../../lambdas/core/domain/sync.ts";
import {
  allIntegrations,
  homeIntegration,
  type HomeSettings,
} from "../../lambdas/core/use-cases/integrations/all-integrations.ts";

/** Reads the newest pass of each integration and scope, from where the API reads them. */
export const newestPasses = ({
  clientsFor,
  configTable,
  inventoryTable,
  home,
}: Pick<TableDeps, "clientsFor"> & {
  readonly configTable: string;
  readonly inventoryTable: string;
  readonly home: HomeSettings;
}): (() => Promise<readonly Sync[]>) => {
  const integrations = allIntegrations({
    store: integrationStore({ clientsFor, tableName: configTable }),
    home: homeIntegration(home),
  });
  const syncs = syncStore({ clientsFor, tableName: inventoryTable });
  return async () => {
    const wanted = (await integrations.list()).flatMap(({ name }) =>
      SyncScopes.map((scope) => ({ integration: name, scope })),
    );
    const pages = await Promise.all(wanted.map((of) => syncs.list(of, { limit: 1 })));
    return pages.flatMap(({ items }) => items);
  };
};
