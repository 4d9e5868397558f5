import type { RouteKey } from "../core/contracts/routes.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Directory, Organization } from "../core/ports/directory.ts";
import type { AccessFlowStore, AccessScopeStore, BundleStore, RotaStore } from "../core/ports/stores.ts";
import type { IntegrationStore } from "../core/ports/sync.ts";
import {
  deleteAccessFlow,
  getAccessFlow,
  listAccessFlows,
} from "../core/use-cases/configuration/access-flows.ts";
import type { Names } from "../core/use-cases/resolve-names.ts";
import { saveAccessFlow } from "../core/use-cases/configuration/save-access-flow.ts";
import type { Soundness } from "../core/use-cases/lint/soundness.ts";
import { authorOf, type HandlersOf } from "../http/call.ts";
import { pageOf, pageView } from "../http/pages.ts";
import { accessFlowView } from "./views/access-flow-view.ts";
import { withWarnings } from "./with-warnings.ts";

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

type AccessFlowRoute = Extract<RouteKey, `${string} /access-flows` | `${string} /access-flows/{name}`>;

/** What administrators see and do of the access flows. */
export const accessFlowHandlers = (dependencies: AccessFlowDependencies): HandlersOf<AccessFlowRoute> => {
  const saveFlow = saveAccessFlow(dependencies);
  const getFlow = getAccessFlow(dependencies);
  const listFlows = listAccessFlows(dependencies);
  const deleteFlow = deleteAccessFlow(dependencies);

  return {
    "GET /access-flows": async ({ query }) => ({
      body: pageView(await listFlows(pageOf(query)), accessFlowView),
    }),
    "GET /access-flows/{name}": async ({ path }) => ({ body: accessFlowView(await getFlow(path.name)) }),
    "PUT /access-flows/{name}": async ({ path, body, ...call }) => ({
      body: await withWarnings(dependencies.soundness, "access-flow", async (check) =>
        accessFlowView(await saveFlow({ author: authorOf(call), name: path.name, flow: body, check })),
      ),
    }),
    "DELETE /access-flows/{name}": async ({ path, ...call }) => {
      await deleteFlow(path.name, authorOf(call));
      return { body: undefined };
    },
  };
};
