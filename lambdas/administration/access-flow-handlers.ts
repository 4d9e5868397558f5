import type { RouteKey } from "../core/contracts/routes.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Directory, Organization } from "../core/ports/directory.ts";
import type { AccessFlowStore, AccessScopeStore, BundleStore, RotaStore } from "../core/ports/stores.ts";
import type { IntegrationStore } from "../core/ports/sync.ts";
import { deleteAccessFlow } from "../core/use-cases/configuration/delete-access-flow.ts";
import type { Names } from "../core/use-cases/resolve-names.ts";
import { saveAccessFlow } from "../core/use-cases/configuration/save-access-flow.ts";
import type { Soundness } from "../core/use-cases/lint/soundness.ts";
import { accessFlowView } from "./views/access-flow-view.ts";
import type { HandlersOf } from "../http/call.ts";
import { namedItemHandlers } from "./named-item-handlers.ts";

/** What the routes of access flows work with. */
interface AccessFlowDependencies {
  readonly flows: AccessFlowStore;
  readonly bundles: BundleStore;
  readonly accessScopes: AccessScopeStore;
  readonly rotas: RotaStore;
  readonly integrations: Pick<IntegrationStore, "list">;
  readonly directory: Pick<Directory, "groupByName" | "userByName">;
  readonly organization: Pick<Organization, "organizationalUnitAt">;
  readonly names: Names;
  readonly clock: Pick<Clock, "now">;
  readonly soundness: Soundness;
}

type AccessFlowRoute = Exclude<
  Extract<RouteKey, `${string} /access-flows${string}`>,
  "POST /access-flows/lint"
>;

/** What administrators see and do of the access flows. */
export const accessFlowHandlers = (dependencies: AccessFlowDependencies): HandlersOf<AccessFlowRoute> => {
  const { flows: store, clock, soundness } = dependencies;
  const flows = namedItemHandlers({
    ...{ kind: "access-flow", store, clock, soundness },
    save: saveAccessFlow(dependencies),
    remove: deleteAccessFlow(dependencies),
    linted: (item) => ({ kind: "access-flow", item }),
    view: accessFlowView,
  });
  return {
    "GET /access-flows": flows.list,
    "GET /access-flows/{name}": flows.get,
    "PUT /access-flows/{name}": flows.put,
    "DELETE /access-flows/{name}": flows.remove,
    "POST /access-flows/{name}/confirm": flows.confirm,
  };
};
