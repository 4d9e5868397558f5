import type { RouteKey } from "../core/contracts/routes.ts";
import type { Bundle } from "../core/domain/bundle.ts";
import { confirmConfiguration } from "../core/use-cases/configuration/confirm-configuration.ts";
import { deleteNamed } from "../core/use-cases/configuration/delete-named.ts";
import type { NameDependencies } from "../core/use-cases/configuration/name-resolver.ts";
import { getItem, listItems } from "../core/use-cases/configuration/named-items.ts";
import { saveBundle } from "../core/use-cases/configuration/save-bundle.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { AccessFlowStore, AccessScopeStore, BundleStore, RotaStore } from "../core/ports/stores.ts";
import type { Soundness } from "../core/use-cases/lint/soundness.ts";
import type { IntegrationStore } from "../core/ports/sync.ts";
import { authorOf, type HandlersOf } from "../http/call.ts";
import { pageOf, pageView } from "../http/pages.ts";
import { bundleView } from "./views/bundle-view.ts";
import { withWarnings } from "./with-warnings.ts";

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
  const kind = { kind: "bundle", store: dependencies.bundles, clock: dependencies.clock } as const;
  const get = getItem<Bundle>(kind);
  const list = listItems<Bundle>(kind);
  const save = saveBundle(dependencies);
  const remove = deleteNamed<Bundle>(kind, dependencies);
  const confirm = confirmConfiguration<Bundle>(kind);

  return {
    "GET /bundles": async ({ query }) => ({ body: pageView(await list(pageOf(query)), bundleView) }),
    "GET /bundles/{name}": async ({ path }) => ({ body: bundleView(await get(path.name)) }),
    "PUT /bundles/{name}": async ({ path, body, ...call }) => ({
      body: await withWarnings(dependencies.soundness, "bundle", async (check) =>
        bundleView(await save({ author: authorOf(call), name: path.name, bundle: body, check })),
      ),
    }),
    "DELETE /bundles/{name}": async ({ path, ...call }) => {
      await remove(path.name, authorOf(call));
      return { body: undefined };
    },
    "POST /bundles/{name}/confirm": async ({ caller, via, path, body }) => ({
      body: bundleView(await confirm({ caller: caller.userId, via, ...path, ...body })),
    }),
  };
};
