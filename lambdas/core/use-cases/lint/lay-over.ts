import type { AccessFlowDocument } from "../../contracts/configuration/access-flow.ts";
import type { AccessScopeDocument } from "../../contracts/configuration/access-scope.ts";
import type { BundleDocument } from "../../contracts/configuration/bundle.ts";
import type { RotaDocument } from "../../contracts/configuration/rota.ts";
import {
  refuseTooManyThrough,
  refuseWideningOf,
  type NamingItem,
} from "../../domain/configuration/naming-problems.ts";
import { documentOf, refuseTooLarge } from "../../domain/configuration/document.ts";
import { DomainError } from "../../domain/errors.ts";
import type {
  Configuration,
  LintedBundle,
  LintedFlow,
  LintedRota,
  LintedScope,
} from "../../domain/lint/configuration.ts";
import { refusalsOf, type LintFinding, type LintKind } from "../../domain/lint/finding.ts";
import type { CatalogueStores } from "../configuration/catalogue.ts";
import type { NameDependencies } from "../configuration/name-resolver.ts";
import { rememberedNames } from "./remembered-names.ts";
import { resolveAccessFlow } from "../configuration/resolve-access-flow.ts";
import { scopeContent } from "../configuration/save-access-scope.ts";
import { resolveBundle } from "../configuration/save-bundle.ts";
import { resolveRota } from "../configuration/save-rota.ts";

/** Documents that somebody thinks of saving. */
export interface Proposed {
  readonly flows?: readonly AccessFlowDocument[] | undefined;
  readonly bundles?: readonly BundleDocument[] | undefined;
  readonly accessScopes?: readonly AccessScopeDocument[] | undefined;
  readonly rotas?: readonly RotaDocument[] | undefined;
}

export interface Laid {
  readonly configuration: Configuration;
  /** Why some of what is proposed could not be saved: nothing else can be said of those. */
  readonly refused: readonly LintFinding[];
}

/**
 * What would be configured once all of it is saved. Of a document that could not be, as when it names something that is
 * unknown, the reasons are findings: in its place stands nothing, or a bundle or a rota of that name with nothing in it, so
 * that what names it is not found to name nothing.
 */
export const layOver = async (
  dependencies: NameDependencies & Pick<CatalogueStores, "integrations">,
  there: Configuration,
  { flows = [], bundles = [], accessScopes = [], rotas = [] }: Proposed,
): Promise<Laid> => {
  const refused: LintFinding[] = [];
  const attempt = async <Item extends object | undefined>(
    kind: LintKind,
    name: string,
    resolve: () => Promise<Item>,
  ): Promise<Item | undefined> => {
    try {
      const content = await resolve();
      if (content !== undefined) refuseTooLarge({ kind, name }, documentOf({ name, ...content }));
      return content;
    } catch (problem) {
      if (!(problem instanceof DomainError)) throw problem;
      refused.push(...refusalsOf(problem, { kind, name }));
      return undefined;
    }
  };

  const naming = { ...dependencies, ...rememberedNames(dependencies) };
  const laidRotas = new Map<string, LintedRota>(there.rotas.map((rota) => [rota.name, rota]));
  for (const { name, ...document } of rotas) {
    const content = await attempt("rota", name, () => resolveRota(naming, document));
    laidRotas.set(name, {
      name,
      ...(content ?? { timeZone: document.timeZone, shifts: [], overrides: [] }),
    });
  }
  const laidScopes = new Map<string, LintedScope>(there.accessScopes.map((scope) => [scope.name, scope]));
  for (const { name, ...document } of accessScopes) laidScopes.set(name, { name, ...scopeContent(document) });

  const laidBundles = new Map<string, LintedBundle>(there.bundles.map((bundle) => [bundle.name, bundle]));
  const catalogue = {
    ...naming,
    rotas: listOf(laidRotas),
    accessScopes: listOf(laidScopes),
    bundles: listOf(laidBundles),
  };
  for (const { name, ...document } of bundles) {
    const content = await attempt("bundle", name, () => resolveBundle(catalogue, document));
    laidBundles.set(name, { name, ...(content ?? { targets: [] }) });
  }
  const laidFlows = new Map<string, LintedFlow>(there.flows.map((flow) => [flow.name, flow]));
  for (const { name, ...document } of flows) {
    const content = await attempt("access-flow", name, () => resolveAccessFlow(catalogue, document));
    if (content === undefined) laidFlows.delete(name);
    else laidFlows.set(name, { name, ...content });
  }
  const flowItems = namingItems([...laidFlows.values()], []);
  for (const { name } of bundles) {
    await attempt("bundle", name, async () => {
      const { targets = [] } = laidBundles.get(name) ?? {};
      refuseTooManyThrough({ name, targets }, flowItems, laidBundles);
      return Promise.resolve(undefined);
    });
  }
  const items = namingItems([...laidFlows.values()], [...laidBundles.values()]);
  for (const { name, query } of accessScopes) {
    await attempt("access-scope", name, async () => {
      refuseWideningOf({ name, query }, items);
      return Promise.resolve(undefined);
    });
  }
  return {
    configuration: {
      flows: [...laidFlows.values()],
      bundles: [...laidBundles.values()],
      accessScopes: [...laidScopes.values()],
      rotas: [...laidRotas.values()],
    },
    refused,
  };
};

const listOf = <Item>(items: ReadonlyMap<string, Item>) => ({
  list: () => Promise.resolve([...items.values()]),
});

const namingItems = (
  flows: readonly LintedFlow[],
  bundles: readonly LintedBundle[],
): readonly NamingItem[] => [
  ...flows.map((flow): NamingItem => ({ subject: { kind: "access-flow", name: flow.name }, naming: flow })),
  ...bundles.map((bundle): NamingItem => ({
    subject: { kind: "bundle", name: bundle.name },
    naming: bundle,
  })),
];
