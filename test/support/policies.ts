import type { AccessFlow } from "../../lambdas/core/domain/access-flow.ts";
import type { AccessScope } from "../../lambdas/core/domain/access-scope.ts";
import type { Bundle } from "../../lambdas/core/domain/bundle.ts";
import { HOME_INTEGRATION } from "../../lambdas/core/domain/integration.ts";
import type { Rota } from "../../lambdas/core/domain/rota.ts";
import { storedRotas } from "../../lambdas/core/use-cases/evaluation/stored-rotas.ts";
import { aFlow } from "./builders.ts";
import { FakeConfigurationStore } from "./fakes/configuration-store.ts";
import { FakeAccessRequestStore } from "./fakes/stores.ts";
import { FakeInventory } from "./fakes/inventory.ts";

/** A store with these flows, or with the one of aFlow(). */
export const flowStoreWith = (...flows: readonly AccessFlow[]): FakeConfigurationStore<AccessFlow> => {
  const store = new FakeConfigurationStore<AccessFlow>();
  for (const flow of flows.length === 0 ? [aFlow()] : flows) void store.put(flow);
  return store;
};

/**
 * What flows may name besides people and accounts: nothing yet, and nobody has asked for anything. Nobody's changes wait for a second
 * administrator.
 */
export const noPolicies = () => {
  const rotas = new FakeConfigurationStore<Rota>();
  return {
    requests: new FakeAccessRequestStore(),
    bundles: new FakeConfigurationStore<Bundle>(),
    accessScopes: new FakeConfigurationStore<AccessScope>(),
    rotas,
    onCall: storedRotas({ rotas }),
    inventory: new FakeInventory(),
    integrations: { list: () => Promise.resolve([]) },
    home: () => Promise.resolve({ name: HOME_INTEGRATION }),
    secondAdministrator: false,
  };
};
