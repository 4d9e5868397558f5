import { accessFlowView } from "../../lambdas/administration/views/access-flow-view.ts";
import { bundleView } from "../../lambdas/administration/views/bundle-view.ts";
import { rotaView } from "../../lambdas/administration/views/rota-view.ts";
import type { AccessFlowDocument } from "../../lambdas/core/contracts/configuration/access-flow.ts";
import type { BundleDocument } from "../../lambdas/core/contracts/configuration/bundle.ts";
import type { RotaDocument } from "../../lambdas/core/contracts/configuration/rota.ts";
import { referencesOf, type Naming } from "../../lambdas/core/domain/configuration/references.ts";
import { timestamp } from "../../lambdas/core/domain/ids.ts";
import { HOME_INTEGRATION } from "../../lambdas/core/domain/integration.ts";
import { ResourceTypes } from "../../lambdas/core/domain/inventory/facts.ts";
import type { CatalogueStores } from "../../lambdas/core/use-cases/configuration/catalogue.ts";
import type { NameDependencies } from "../../lambdas/core/use-cases/configuration/name-resolver.ts";
import { resolveAccessFlow } from "../../lambdas/core/use-cases/configuration/resolve-access-flow.ts";
import { resolveBundle } from "../../lambdas/core/use-cases/configuration/save-bundle.ts";
import { resolveRota } from "../../lambdas/core/use-cases/configuration/save-rota.ts";
import type { ConfigDocument } from "./document-kinds.ts";

/**
 * A document as the API would show it once it is saved, so that two that mean the same look the same: it goes through the
 * API's own code, with names standing for themselves where that has ids; and without lists of which there is nothing.
 */
export const normalised = async (document: ConfigDocument): Promise<object> =>
  withoutEmptyLists(await shownByApi(document));

const shownByApi = async ({ kind, name, body }: ConfigDocument): Promise<object> => {
  switch (kind) {
    case "access-flow": {
      const flow = body as AccessFlowDocument;
      const content = await resolveAccessFlow({ ...asWritten, ...havingAllThat(flow) }, flow);
      return contentOf(accessFlowView({ ...content, ...NEVER_SAVED, name: name as never }));
    }
    case "bundle": {
      const bundle = body as BundleDocument;
      const content = await resolveBundle({ ...asWritten, ...havingAllThat(bundle) }, bundle);
      return contentOf(bundleView({ ...content, ...NEVER_SAVED, name: name as never }));
    }
    case "rota": {
      const content = await resolveRota(asWritten, body as RotaDocument);
      return contentOf(rotaView({ ...content, ...NEVER_SAVED, name: name as never }));
    }
    case "integration":
      return ordered(body as IntegrationDocument);
    case "access-scope":
      return body;
  }
};

/** What may be left out where it is empty, which is how people write it. */
const LEFT_OUT: ReadonlySet<string> = new Set(["accounts", "organizationalUnits", "shifts", "overrides"]);

const withoutEmptyLists = (document: object): object =>
  JSON.parse(
    JSON.stringify(document, (key, value: unknown) =>
      LEFT_OUT.has(key) && Array.isArray(value) && value.length === 0 ? undefined : value,
    ),
  ) as object;

const NEVER_SAVED = { version: 1, updatedAt: timestamp(new Date(0)), updatedBy: "" } as const;

/** Without what Lockstep itself keeps of every item. */
const contentOf = (view: object): object => {
  const {
    version: _version,
    updatedAt: _updatedAt,
    updatedBy: _updatedBy,
    unconfirmedEditors: _unconfirmedEditors,
    ...content
  } = view as Readonly<Record<string, unknown>>;
  return content;
};

/** Every name is the id of what it names. */
export const asWritten: NameDependencies = {
  directory: {
    groupByName: (name) => Promise.resolve({ groupId: name as never, displayName: name } as never),
    userByName: (name) => Promise.resolve({ userId: name as never, userName: name } as never),
  },
  organization: { organizationalUnitAt: (path) => Promise.resolve(path as never) },
  names: {
    account: (name: string) => Promise.resolve({ id: name, name } as never),
    permissionSet: (name: string) => Promise.resolve({ arn: name, name } as never),
  },
};

/** What a document names is taken to be there, and in order: lint says where it is not. */
const havingAllThat = (naming: Naming): CatalogueStores => {
  const list = (kind: string, more: object) => ({
    list: () =>
      Promise.resolve(
        referencesOf(naming)
          .filter((reference) => reference.kind === kind)
          .map(({ name }) => ({ name, ...more })) as never,
      ),
  });
  return {
    bundles: list("bundle", { targets: [] }),
    accessScopes: list("access-scope", { query: 'permission_name = "any"' }),
    rotas: list("rota", {}),
    integrations: list("integration", {}),
  };
};

interface IntegrationDocument {
  readonly name: string;
  readonly resourceTypes: readonly string[];
  readonly connector?: unknown;
}

/** The API keeps resource types in an order of its own; how the deployment's own organization is reached its settings say. */
const ordered = ({ connector, resourceTypes, ...document }: IntegrationDocument): object => ({
  ...document,
  resourceTypes: ResourceTypes.filter((type) => resourceTypes.includes(type)),
  ...(connector === undefined || document.name === HOME_INTEGRATION ? {} : { connector }),
});
