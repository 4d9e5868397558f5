import type { RouteKey } from "../core/contracts/routes.ts";
import type { AccessScope } from "../core/domain/access-scope.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { InventoryReader } from "../core/ports/inventory.ts";
import type { AccessFlowStore, AccessScopeStore, BundleStore } from "../core/ports/stores.ts";
import type { IntegrationStore } from "../core/ports/sync.ts";
import { deleteNamed } from "../core/use-cases/configuration/delete-named.ts";
import { saveAccessScope } from "../core/use-cases/configuration/save-access-scope.ts";
import { previewAccessScope } from "../core/use-cases/configuration/preview-access-scope.ts";
import type { Soundness } from "../core/use-cases/lint/soundness.ts";
import { accessScopeView } from "./views/access-scope-view.ts";
import type { HandlersOf } from "../http/call.ts";
import { namedItemHandlers } from "./named-item-handlers.ts";

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
  const { accessScopes: store, clock, soundness } = dependencies;
  const kind = { kind: "access-scope", store, clock } as const;
  const accessScopes = namedItemHandlers({
    ...kind,
    soundness,
    save: saveAccessScope(dependencies),
    remove: deleteNamed<AccessScope>(kind, dependencies),
    linted: (item) => ({ kind: "access-scope", item }),
    view: accessScopeView,
  });
  const preview = previewAccessScope(dependencies);
  return {
    "GET /access-scopes": accessScopes.list,
    "GET /access-scopes/{name}": accessScopes.get,
    "PUT /access-scopes/{name}": accessScopes.put,
    "DELETE /access-scopes/{name}": accessScopes.remove,
    "POST /access-scopes/{name}/confirm": accessScopes.confirm,
    "POST /access-scopes/{name}/preview": async ({ path, body }) => ({
      body: await preview({ ...path, ...body }),
    }),
  };
};
