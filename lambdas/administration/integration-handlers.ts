import type { ConnectorSettings, IdentityCenterSettings } from "../core/contracts/environment.ts";
import type { RouteKey } from "../core/contracts/routes.ts";
import type { Deployment, Integration } from "../core/domain/integration.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Directory } from "../core/ports/directory.ts";
import type { InventoryReader } from "../core/ports/inventory.ts";
import type { AccessFlowStore, BundleStore } from "../core/ports/stores.ts";
import type { IntegrationStore, SyncStarter, SyncStore } from "../core/ports/sync.ts";
import { confirmConfiguration } from "../core/use-cases/configuration/confirm-configuration.ts";
import { homeIntegration } from "../core/use-cases/integrations/all-integrations.ts";
import {
  deleteIntegration,
  describeIntegration,
  findIntegration,
  listIntegrations,
} from "../core/use-cases/integrations/integrations.ts";
import { listSyncs } from "../core/use-cases/integrations/list-syncs.ts";
import { refreshIntegration } from "../core/use-cases/integrations/refresh-integration.ts";
import { saveIntegration } from "../core/use-cases/integrations/save-integration.ts";
import { findSync } from "../core/use-cases/integrations/syncs.ts";
import { authorOf, type HandlersOf } from "../http/call.ts";
import { given, pageOf, pageView } from "../http/pages.ts";
import { integrationView, refreshView } from "./views/integration-view.ts";
import { syncView } from "./views/sync-view.ts";

/** What the routes of integrations and syncs work with. */
interface IntegrationDependencies {
  readonly integrations: IntegrationStore;
  readonly flows: Pick<AccessFlowStore, "list">;
  readonly bundles: Pick<BundleStore, "list">;
  readonly syncs: SyncStore;
  readonly syncStarter: SyncStarter;
  readonly inventory: InventoryReader;
  readonly directory: Directory;
  readonly clock: Pick<Clock, "now">;
  readonly newExternalId: () => string;
  readonly identityCenter: IdentityCenterSettings;
  readonly deployment: Deployment;
  readonly connector?: ConnectorSettings | undefined;
}

type IntegrationRoute = Extract<RouteKey, `${string} /integrations${string}` | `${string} /syncs${string}`>;

/** What administrators see and do of the integrations and their syncs. */
export const integrationHandlers = (dependencies: IntegrationDependencies): HandlersOf<IntegrationRoute> => {
  const { identityCenter, deployment, connector, integrations, clock } = dependencies;
  const home = homeIntegration({
    identityCenter,
    managementAccount: deployment.managementAccount,
    connector,
  });
  const withHome = { ...dependencies, home };
  const list = listIntegrations(withHome);
  const find = findIntegration(withHome);
  const describe = describeIntegration(withHome);
  const save = saveIntegration(withHome);
  const remove = deleteIntegration(withHome);
  const confirm = confirmConfiguration<Integration>({ kind: "integration", store: integrations, clock });
  const refresh = refreshIntegration(withHome);
  const listAll = listSyncs(withHome);
  const findOne = findSync(dependencies);
  const view = syncView(() => clock.now());

  return {
    "GET /integrations": async ({ query }) => ({
      body: pageView(await list(pageOf(query)), integrationView),
    }),
    "GET /integrations/{name}": async ({ path }) => ({
      body: integrationView(await describe(await find(path.name))),
    }),
    "PUT /integrations/{name}": async ({ path, body, ...call }) => ({
      body: integrationView(await describe(await save({ author: authorOf(call), name: path.name, body }))),
    }),
    "DELETE /integrations/{name}": async ({ path, ...call }) => {
      await remove(path.name, authorOf(call));
      return { body: undefined };
    },
    "POST /integrations/{name}/confirm": async ({ caller, via, path, body }) => ({
      body: integrationView(await describe(await confirm({ caller: caller.userId, via, ...path, ...body }))),
    }),
    "POST /integrations/{name}/refresh": async ({ caller, path, body }) => ({
      body: refreshView(
        await refresh({ actor: caller.userId, name: path.name, ...given({ scope: body.scope }) }),
      ),
    }),
    "GET /syncs": async ({ query: { integration, scope, ...page } }) => ({
      body: pageView(await listAll({ integration, scope, page: pageOf(page) }), view),
    }),
    "GET /syncs/{id}": async ({ path }) => ({ body: view(await findOne(path.id)) }),
  };
};
