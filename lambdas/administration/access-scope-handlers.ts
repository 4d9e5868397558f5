import type { RouteKey } from "../core/contracts/routes.ts";
import type { AccessScope } from "../core/domain/access-scope.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { InventoryReader } from "../core/ports/inventory.ts";
import type { AccessFlowStore, AccessScopeStore, BundleStore } from "../core/ports/stores.ts";
import type { IntegrationStore } from "../core/ports/sync.ts";
import { confirmConfiguration } from "../core/use-cases/configuration/confirm-configuration.ts";
import { deleteNamed } from "../core/use-cases/configuration/delete-named.ts";
import { getItem, listItems } from "../core/use-cases/configuration/named-items.ts";
import { saveAccessScope } from "../core/use-cases/configuration/save-access-scope.ts";
import { previewAccessScope } from "../core/use-cases/configuration/preview-access-scope.ts";
import type { Soundness } from "../core/use-cases/lint/soundness.ts";
import { authorOf, type HandlersOf } from "../http/call.ts";
import { pageOf, pageView } from "../http/pages.ts";
import { accessScopeView } from "./views/access-scope-view.ts";
import { withWarnings } from "./with-warnings.ts";

/** What the routes of access scopes work with. */
interface AccessScopeDependencies {
  readonly accessScopes: AccessScopeStore;
  readonly flows: Pick<AccessFlowStore, "list">;
  readonly bundles: Pick<BundleStore, "list">;
  readonly inventory: Pick<InventoryReader, "page">;
  readonly integrations: Pick<IntegrationStore, "list">;
  readonly clock: Pick<Clock, "now">;
  readonly soundness: Soundness;
}

type AccessScopeRoute = Extract<RouteKey, `${string} /access-scopes${string}`>;

/** What policy authors see and do of the access scopes. */
export const accessScopeHandlers = (dependencies: AccessScopeDependencies): HandlersOf<AccessScopeRoute> => {
  const { accessScopes: store, clock } = dependencies;
  const kind = { kind: "access-scope", store, clock } as const;
  const get = getItem<AccessScope>(kind);
  const list = listItems<AccessScope>(kind);
  const save = saveAccessScope(dependencies);
  const remove = deleteNamed<AccessScope>(kind, dependencies);
  const confirm = confirmConfiguration<AccessScope>(kind);
  const preview = previewAccessScope(dependencies);

  return {
    "GET /access-scopes": async ({ query }) => ({
      body: pageView(await list(pageOf(query)), accessScopeView),
    }),
    "GET /access-scopes/{name}": async ({ path }) => ({ body: accessScopeView(await get(path.name)) }),
    "PUT /access-scopes/{name}": async ({ path, body, ...call }) => ({
      body: await withWarnings(dependencies.soundness, "access-scope", async (check) =>
        accessScopeView(await save({ author: authorOf(call), name: path.name, scope: body, check })),
      ),
    }),
    "DELETE /access-scopes/{name}": async ({ path, ...call }) => {
      await remove(path.name, authorOf(call));
      return { body: undefined };
    },
    "POST /access-scopes/{name}/confirm": async ({ caller, via, path, body }) => ({
      body: accessScopeView(await confirm({ caller: caller.userId, via, ...path, ...body })),
    }),
    "POST /access-scopes/{name}/preview": async ({ path, body }) => ({
      body: await preview({ ...path, ...body }),
    }),
  };
};
