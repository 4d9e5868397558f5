import type { Configuration, LintedItem } from "../../domain/lint/configuration.ts";
import type { Subject } from "../../domain/configuration/subject.ts";
import type { IntegrationBody } from "../../contracts/http/integrations.ts";
import type { LintFinding, LintKind } from "../../domain/lint/finding.ts";
import { itemsOf, lintItem } from "../../domain/lint/lint-configuration.ts";
import type { AccessFlowStore, AccessScopeStore, BundleStore, RotaStore } from "../../ports/stores.ts";
import type { NameDependencies } from "../configuration/name-resolver.ts";
import { lintAsWhenSaved } from "./as-when-saved.ts";
import { layIntegrations, type IntegrationAsSaved } from "./lay-integrations.ts";
import { layOver, type Proposed } from "./lay-over.ts";
import { loadWorld, type WorldDependencies } from "./load-world.ts";

/** Where everything that is configured is read. */
export interface ConfiguredStores {
  readonly flows: Pick<AccessFlowStore, "list">;
  readonly bundles: Pick<BundleStore, "list">;
  readonly accessScopes: Pick<AccessScopeStore, "list">;
  readonly rotas: Pick<RotaStore, "list">;
}

/** What somebody thinks of saving, and of deleting before. */
export interface Plan extends Proposed {
  readonly integrations?: readonly IntegrationBody[] | undefined;
  readonly deleted?: readonly Subject[] | undefined;
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

export interface LintDependencies extends WorldDependencies, NameDependencies, ConfiguredStores {
  readonly integrationAsSaved: IntegrationAsSaved;
}

/**
 * Everything that is wrong with what is configured, as it would be with what is proposed. Of that it says what saving it
 * would: an error is what would refuse it.
 */
export const lintWhatIsThere =
  (dependencies: LintDependencies) =>
  async ({ integrations = [], deleted = [], ...proposed }: Plan): Promise<readonly LintFinding[]> => {
    const [there, written] = await Promise.all([
      loadConfiguration(dependencies),
      dependencies.integrations.list(),
    ]);
    const isLeft = (kind: LintKind) => (item: { readonly name: string }) =>
      !deleted.some((subject) => subject.kind === kind && subject.name === item.name);
    const connected = await layIntegrations(
      dependencies.integrationAsSaved,
      written.filter(isLeft("integration")),
      integrations,
    );
    const laidOver = {
      ...dependencies,
      integrations: { list: () => Promise.resolve(connected.integrations) },
    };
    const laid = await layOver(
      laidOver,
      {
        flows: there.flows.filter(isLeft("access-flow")),
        bundles: there.bundles.filter(isLeft("bundle")),
        accessScopes: there.accessScopes.filter(isLeft("access-scope")),
        rotas: there.rotas.filter(isLeft("rota")),
      },
      proposed,
    );
    const { configuration } = laid;
    const refused = [...connected.refused, ...laid.refused];
    const world = await loadWorld(laidOver, configuration);
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
