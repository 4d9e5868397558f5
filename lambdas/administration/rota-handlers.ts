import type { RouteKey } from "../core/contracts/routes.ts";
import type { Rota } from "../core/domain/rota.ts";
import { deleteNamed } from "../core/use-cases/configuration/delete-named.ts";
import type { NameDependencies } from "../core/use-cases/configuration/name-resolver.ts";
import { saveRota } from "../core/use-cases/configuration/save-rota.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { AccessFlowStore, BundleStore, RotaStore } from "../core/ports/stores.ts";
import type { Soundness } from "../core/use-cases/lint/soundness.ts";
import { onCallView, rotaView } from "./views/rota-view.ts";
import type { HandlersOf } from "../http/call.ts";
import { namedItemHandlers } from "./named-item-handlers.ts";
import { getItem } from "../core/use-cases/configuration/named-items.ts";

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
  const { rotas: store, clock, soundness } = dependencies;
  const kind = { kind: "rota", store, clock } as const;
  const rotas = namedItemHandlers({
    ...kind,
    soundness,
    save: saveRota(dependencies),
    remove: deleteNamed<Rota>(kind, dependencies),
    linted: (item) => ({ kind: "rota", item }),
    view: rotaView,
  });
  const get = getItem<Rota>(kind);
  return {
    "GET /rotas": rotas.list,
    "GET /rotas/{name}": rotas.get,
    "PUT /rotas/{name}": rotas.put,
    "DELETE /rotas/{name}": rotas.remove,
    "POST /rotas/{name}/confirm": rotas.confirm,
    "GET /rotas/{name}/on-call": async ({ path, query: { at } }) => ({
      body: onCallView(await get(path.name), at === undefined ? clock.now() : new Date(at)),
    }),
  };
};
