import type { AccessScope } from "../../domain/access-scope.ts";
import type { Bundle } from "../../domain/bundle.ts";
import type { NamingItem, Catalogue } from "../../domain/configuration/naming-problems.ts";
import { problemsOfNaming } from "../../domain/configuration/naming-problems.ts";
import { referencesOf, type Naming } from "../../domain/configuration/references.ts";
import type { DomainError } from "../../domain/errors.ts";
import type { Integration } from "../../domain/integration.ts";
import type { Rota } from "../../domain/rota.ts";
import type { AccessFlowStore, BundleStore } from "../../ports/stores.ts";

/** What access flows and bundles may name. */
export interface CatalogueStores {
  readonly bundles: Listed<Pick<Bundle, "name" | "targets">>;
  readonly accessScopes: Listed<Pick<AccessScope, "name" | "query">>;
  readonly rotas: Listed<Pick<Rota, "name">>;
  readonly integrations: Listed<Pick<Integration, "name">>;
}

interface Listed<Item> {
  readonly list: () => Promise<readonly Item[]>;
}

/**
 * What is wrong with what a flow or a bundle names. What is deleted in the moment between this look and the write is missed:
 * what names nothing then gives access to nobody.
 */
export const namingProblems = async (
  stores: CatalogueStores,
  what: "access flow" | "bundle",
  naming: Naming,
): Promise<readonly DomainError[]> => problemsOfNaming(what, naming, await catalogueFor(stores, naming));

/** Of a kind of which nothing is named, nothing is read. */
const catalogueFor = async (
  { bundles, accessScopes, rotas, integrations }: CatalogueStores,
  naming: Naming,
): Promise<Catalogue> => {
  const kinds = new Set(referencesOf(naming).map(({ kind }) => kind));
  return {
    bundles: byName(kinds.has("bundle") ? await bundles.list() : []),
    scopes: byName(kinds.has("access-scope") ? await accessScopes.list() : []),
    rotas: byName(kinds.has("rota") ? await rotas.list() : []),
    integrations: byName(kinds.has("integration") ? await integrations.list() : []),
  };
};

export const byName = <Item extends { readonly name: string }>(
  items: readonly Item[],
): ReadonlyMap<string, Item> => new Map(items.map((item) => [item.name, item]));

/** What names others. */
export interface NamingStores {
  readonly flows: Pick<AccessFlowStore, "list">;
  readonly bundles: Pick<BundleStore, "list">;
}

export const namingFlows = async ({ flows }: Pick<NamingStores, "flows">): Promise<readonly NamingItem[]> =>
  (await flows.list()).map((flow) => ({
    subject: { kind: "access-flow", name: flow.name },
    naming: flow,
  }));

/** All access flows and bundles. */
export const namingItems = async (stores: NamingStores): Promise<readonly NamingItem[]> => [
  ...(await namingFlows(stores)),
  ...(await stores.bundles.list()).map((bundle): NamingItem => ({
    subject: { kind: "bundle", name: bundle.name },
    naming: bundle,
  })),
];
