import type { RouteKey } from "../core/contracts/routes.ts";
import type { Bundle } from "../core/domain/bundle.ts";
import { deleteNamed } from "../core/use-cases/configuration/delete-named.ts";
import type { NameDependencies } from "../core/use-cases/configuration/name-resolver.ts";
import { saveBundle } from "../core/use-cases/configuration/save-bundle.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { AccessFlowStore, AccessScopeStore, BundleStore, RotaStore } from "../core/ports/stores.ts";
import type { Soundness } from "../core/use-cases/lint/soundness.ts";
import type { IntegrationStore } from "../core/ports/sync.ts";
import { bundleView } from "./views/bundle-view.ts";
import type { HandlersOf } from "../http/call.ts";
import { namedItemHandlers } from "./named-item-handlers.ts";

/** What the routes of bundles work with. */
interface BundleDependencies extends NameDependencies {
  readonly bundles: BundleStore;
  readonly flows: Pick<AccessFlowStore, "list">;
  readonly accessScopes: Pick<AccessScopeStore, "list">;
  readonly rotas: Pick<RotaStore, "list">;
  readonly integrations: Pick<IntegrationStore, "list">;
  readonly clock: Pick<Clock, "now">;
  readonly soundness: Soundness;
}

type BundleRoute = Extract<RouteKey, `${string} /bundles${string}`>;

/** What policy authors see and do of the bundles. */
export const bundleHandlers = (dependencies: BundleDependencies): HandlersOf<BundleRoute> => {
  const { bundles: store, clock, soundness } = dependencies;
  const kind = { kind: "bundle", store, clock } as const;
  const bundles = namedItemHandlers({
    ...kind,
    soundness,
    save: saveBundle(dependencies),
    remove: deleteNamed<Bundle>(kind, dependencies),
    linted: (item) => ({ kind: "bundle", item }),
    view: bundleView,
  });
  return {
    "GET /bundles": bundles.list,
    "GET /bundles/{name}": bundles.get,
    "PUT /bundles/{name}": bundles.put,
    "DELETE /bundles/{name}": bundles.remove,
    "POST /bundles/{name}/confirm": bundles.confirm,
  };
};
