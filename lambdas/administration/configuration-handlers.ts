import type { RouteKey } from "../core/contracts/routes.ts";
import type { ConfigurationHeads, ConfigurationTrail } from "../core/ports/stores.ts";
import { listChanges } from "../core/use-cases/configuration/list-changes.ts";
import type { HandlersOf } from "../http/call.ts";
import { pageOf, pageView } from "../http/pages.ts";

/** What the routes that are about any configuration work with. */
interface ConfigurationDependencies {
  readonly configurationTrail: Pick<ConfigurationTrail, "list">;
  readonly configurationHeads: ConfigurationHeads;
}

type ConfigurationRoute = Extract<RouteKey, `${string} /configuration${string}`>;

/** What was changed of it. */
export const configurationHandlers = (
  dependencies: ConfigurationDependencies,
): HandlersOf<ConfigurationRoute> => {
  const list = listChanges(dependencies);
  return {
    "GET /configuration/changes": async ({ query: { kind, name, ...page } }) => ({
      body: pageView(await list({ kind, name }, pageOf(page)), (entry) => entry),
    }),
  };
};
