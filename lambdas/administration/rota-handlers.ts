import type { RouteKey } from "../core/contracts/routes.ts";
import type { Rota } from "../core/domain/rota.ts";
import { confirmConfiguration } from "../core/use-cases/configuration/confirm-configuration.ts";
import { deleteNamed } from "../core/use-cases/configuration/delete-named.ts";
import type { NameDependencies } from "../core/use-cases/configuration/name-resolver.ts";
import { getItem, listItems } from "../core/use-cases/configuration/named-items.ts";
import { saveRota } from "../core/use-cases/configuration/save-rota.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { AccessFlowStore, BundleStore, RotaStore } from "../core/ports/stores.ts";
import type { Soundness } from "../core/use-cases/lint/soundness.ts";
import { authorOf, type HandlersOf } from "../http/call.ts";
import { pageOf, pageView } from "../http/pages.ts";
import { onCallView, rotaView } from "./views/rota-view.ts";
import { withWarnings } from "./with-warnings.ts";

/** What the routes of rotas work with. */
interface RotaDependencies extends NameDependencies {
  readonly rotas: RotaStore;
  readonly flows: Pick<AccessFlowStore, "list">;
  readonly bundles: Pick<BundleStore, "list">;
  readonly clock: Pick<Clock, "now">;
  readonly soundness: Soundness;
}

type RotaRoute = Extract<RouteKey, `${string} /rotas${string}`>;

/** What policy authors see and do of the rotas. */
export const rotaHandlers = (dependencies: RotaDependencies): HandlersOf<RotaRoute> => {
  const kind = { kind: "rota", store: dependencies.rotas, clock: dependencies.clock } as const;
  const get = getItem<Rota>(kind);
  const list = listItems<Rota>(kind);
  const save = saveRota(dependencies);
  const remove = deleteNamed<Rota>(kind, dependencies);
  const confirm = confirmConfiguration<Rota>(kind);

  return {
    "GET /rotas": async ({ query }) => ({ body: pageView(await list(pageOf(query)), rotaView) }),
    "GET /rotas/{name}": async ({ path }) => ({ body: rotaView(await get(path.name)) }),
    "PUT /rotas/{name}": async ({ path, body, ...call }) => ({
      body: await withWarnings(dependencies.soundness, "rota", async (check) =>
        rotaView(await save({ author: authorOf(call), name: path.name, rota: body, check })),
      ),
    }),
    "DELETE /rotas/{name}": async ({ path, ...call }) => {
      await remove(path.name, authorOf(call));
      return { body: undefined };
    },
    "POST /rotas/{name}/confirm": async ({ caller, via, path, body }) => ({
      body: rotaView(await confirm({ caller: caller.userId, via, ...path, ...body })),
    }),
    "GET /rotas/{name}/on-call": async ({ path, query: { at } }) => ({
      body: onCallView(await get(path.name), at === undefined ? dependencies.clock.now() : new Date(at)),
    }),
  };
};
