import type { Configuration } from "../../domain/lint/configuration.ts";
import type { LintFinding } from "../../domain/lint/finding.ts";
import { lintConfiguration } from "../../domain/lint/lint-configuration.ts";
import type { AccessFlowStore, AccessScopeStore, BundleStore, RotaStore } from "../../ports/stores.ts";
import type { NameDependencies } from "../configuration/name-resolver.ts";
import { layOver, type Proposed } from "./lay-over.ts";
import { loadWorld, type WorldDependencies } from "./load-world.ts";

/** Where everything that is configured is read. */
export interface ConfiguredStores {
  readonly flows: Pick<AccessFlowStore, "list">;
  readonly bundles: Pick<BundleStore, "list">;
  readonly accessScopes: Pick<AccessScopeStore, "list">;
  readonly rotas: Pick<RotaStore, "list">;
}

/** Everything that is configured. */
export const loadConfiguration = async (stores: ConfiguredStores): Promise<Configuration> => {
  const [flows, bundles, accessScopes, rotas] = await Promise.all([
    stores.flows.list(),
    stores.bundles.list(),
    stores.accessScopes.list(),
    stores.rotas.list(),
  ]);
  return { flows, bundles, accessScopes, rotas };
};

/** Everything that is wrong with what is configured, as it would be with what is proposed. */
export const lintWhatIsThere =
  (dependencies: WorldDependencies & NameDependencies & ConfiguredStores) =>
  async (proposed: Proposed): Promise<readonly LintFinding[]> => {
    const there = await loadConfiguration(dependencies);
    const { configuration, refused } = await layOver(dependencies, there, proposed);
    const findings = lintConfiguration(configuration, await loadWorld(dependencies, configuration));
    return [...refused, ...findings.filter((finding) => !isAmong(refused, finding))];
  };

/** Of what could not be saved, a stand-in was looked at. */
const isAmong = (refused: readonly LintFinding[], { kind, name }: LintFinding): boolean =>
  refused.some((other) => other.kind === kind && other.name === name);
