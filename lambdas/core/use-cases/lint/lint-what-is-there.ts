import type { Configuration, LintedItem } from "../../domain/lint/configuration.ts";
import type { LintFinding } from "../../domain/lint/finding.ts";
import { itemsOf, lintItem } from "../../domain/lint/lint-configuration.ts";
import type { AccessFlowStore, AccessScopeStore, BundleStore, RotaStore } from "../../ports/stores.ts";
import type { NameDependencies } from "../configuration/name-resolver.ts";
import { lintAsWhenSaved } from "./as-when-saved.ts";
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

/**
 * Everything that is wrong with what is configured, as it would be with what is proposed. Of that it says what saving it
 * would: an error is what would refuse it.
 */
export const lintWhatIsThere =
  (dependencies: WorldDependencies & NameDependencies & ConfiguredStores) =>
  async (proposed: Proposed): Promise<readonly LintFinding[]> => {
    const there = await loadConfiguration(dependencies);
    const { configuration, refused } = await layOver(dependencies, there, proposed);
    const world = await loadWorld(dependencies, configuration);
    const isProposed = proposedIn(proposed);
    const findings = itemsOf(configuration).flatMap((linted) =>
      (isProposed(linted) ? lintAsWhenSaved : lintItem)(linted, configuration, world),
    );
    return [...refused, ...findings.filter((finding) => !isAmong(refused, finding))];
  };

const proposedIn = ({
  flows = [],
  bundles = [],
  accessScopes = [],
  rotas = [],
}: Proposed): ((linted: LintedItem) => boolean) => {
  const named = (documents: readonly { readonly name: string }[]) =>
    new Set(documents.map(({ name }) => name));
  const proposed: Readonly<Record<LintedItem["kind"], ReadonlySet<string>>> = {
    "access-flow": named(flows),
    bundle: named(bundles),
    "access-scope": named(accessScopes),
    rota: named(rotas),
  };
  return ({ kind, item }) => proposed[kind].has(item.name);
};

/** Of what could not be saved, a stand-in was looked at. */
const isAmong = (refused: readonly LintFinding[], { kind, name }: LintFinding): boolean =>
  refused.some((other) => other.kind === kind && other.name === name);
