import type { LintedFlow } from "../../domain/lint/configuration.ts";
import type { LintFinding } from "../../domain/lint/finding.ts";
import { lintConfiguration } from "../../domain/lint/lint-configuration.ts";
import type { AccessFlowDocument } from "../../contracts/access-flow.ts";
import type { AccessFlowStore, AccessScopeStore, BundleStore, RotaStore } from "../../ports/stores.ts";
import type { NameDependencies } from "../configuration/name-resolver.ts";
import { resolveAccessFlow } from "../configuration/resolve-access-flow.ts";
import { loadWorld, type WorldDependencies } from "./load-world.ts";

export interface LintDependencies extends WorldDependencies, NameDependencies {
  readonly flows: Pick<AccessFlowStore, "list">;
  readonly bundles: Pick<BundleStore, "list">;
  readonly accessScopes: Pick<AccessScopeStore, "list">;
  readonly rotas: Pick<RotaStore, "list">;
}

/**
 * Everything that is wrong with what is configured, as it would be with the flows that are proposed. Throws DomainError
 * `unknown-name` where a proposed flow names what is not there at all.
 */
export const lintWhatIsThere =
  (dependencies: LintDependencies) =>
  async (proposed: readonly AccessFlowDocument[]): Promise<readonly LintFinding[]> => {
    const [flows, bundles, accessScopes, rotas] = await Promise.all([
      dependencies.flows.list(),
      dependencies.bundles.list(),
      dependencies.accessScopes.list(),
      dependencies.rotas.list(),
    ]);
    const laid = new Map<string, LintedFlow>(flows.map((flow) => [flow.name, flow]));
    for (const { name, ...document } of proposed) {
      laid.set(name, { name, ...(await resolveAccessFlow(dependencies, document)) });
    }
    const configuration = { flows: [...laid.values()], bundles, accessScopes, rotas };
    return lintConfiguration(configuration, await loadWorld(dependencies, configuration));
  };
