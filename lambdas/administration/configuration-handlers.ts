import type { RouteKey } from "../core/contracts/routes.ts";
import type { AccessFlow } from "../core/domain/access-flow.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { AccessFlowStore, ConfigurationHeads, ConfigurationTrail } from "../core/ports/stores.ts";
import { confirmConfiguration } from "../core/use-cases/configuration/confirm-configuration.ts";
import { listChanges } from "../core/use-cases/configuration/list-changes.ts";
import type { HandlersOf } from "../http/call.ts";
import { pageOf, pageView } from "../http/pages.ts";
import { accessFlowView } from "./views/access-flow-view.ts";

/** What the routes that are about any configuration work with. */
interface ConfigurationDependencies {
  readonly flows: AccessFlowStore;
  readonly configurationTrail: Pick<ConfigurationTrail, "list">;
  readonly configurationHeads: ConfigurationHeads;
  readonly clock: Pick<Clock, "now">;
}

type ConfigurationRoute = Extract<
  RouteKey,
  `${string} /configuration${string}` | "POST /access-flows/{name}/confirm"
>;

/** What was changed, and the confirmation of changes. */
export const configurationHandlers = (
  dependencies: ConfigurationDependencies,
): HandlersOf<ConfigurationRoute> => {
  const { flows, clock } = dependencies;
  const list = listChanges(dependencies);
  const confirmFlow = confirmConfiguration<AccessFlow>({ kind: "access-flow", store: flows, clock });
  return {
    "GET /configuration/changes": async ({ query: { kind, name, ...page } }) => ({
      body: pageView(await list({ kind, name }, pageOf(page)), (entry) => entry),
    }),
    "POST /access-flows/{name}/confirm": async ({ caller, via, path, body }) => ({
      body: accessFlowView(await confirmFlow({ caller: caller.userId, via, ...path, ...body })),
    }),
  };
};
