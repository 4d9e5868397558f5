import type { ClientsFor } from "../../lambdas/adapters/aws-clients.ts";
import { accessFlowStore } from "../../lambdas/adapters/dynamodb/access-flow-store.ts";
import { accessScopeStore } from "../../lambdas/adapters/dynamodb/access-scope-store.ts";
import { bundleStore } from "../../lambdas/adapters/dynamodb/bundle-store.ts";
import { integrationStore } from "../../lambdas/adapters/dynamodb/integration-store.ts";
import { rotaStore } from "../../lambdas/adapters/dynamodb/rota-store.ts";
import { directory } from "../../lambdas/adapters/identity-store/directory.ts";
import { catalogueRefresh } from "../../lambdas/adapters/lambda/catalogue-refresh.ts";
import { organization } from "../../lambdas/adapters/organizations/organization.ts";
import { AccessFlowFileSchema } from "../../lambdas/core/contracts/configuration/access-flow.ts";
import type { AccessFlowDocument } from "../../lambdas/core/contracts/configuration/access-flow.ts";
import type { IdentityCenterSettings, IdentitySettings } from "../../lambdas/core/contracts/environment.ts";
import { DomainError } from "../../lambdas/core/domain/errors.ts";
import type { FieldError } from "../../lambdas/core/domain/errors.ts";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { InventoryReader } from "../../lambdas/core/ports/inventory.ts";
import { inventoryCatalogue } from "../../lambdas/core/use-cases/inventory-catalogue.ts";
import { inventoryOrganization } from "../../lambdas/core/use-cases/inventory-organization.ts";
import { resolveNames } from "../../lambdas/core/use-cases/resolve-names.ts";
import { saveAccessFlow } from "../../lambdas/core/use-cases/configuration/save-access-flow.ts";
import { readYamlFile } from "../yaml-file.ts";
import type { FileProblem, YamlFile } from "../yaml-file.ts";

/** A file of access flows that was read: well formed, its names not yet looked up. */
export type AccessFlowFile = YamlFile<readonly AccessFlowDocument[]>;

/** What the flows are saved with. */
export interface AccessFlowsDependencies {
  readonly clientsFor: ClientsFor;
  readonly clock: Clock;
  readonly configTable: string;
  readonly syncFunction: string;
  readonly inventory: InventoryReader;
  readonly identityCenter: IdentityCenterSettings;
  readonly identity: IdentitySettings;
}

type SaveDependencies = Parameters<typeof saveAccessFlow>[0];

/** Who the saved flows name as their author. */
const AUTHOR = { actor: { type: "lockstep", name: "npm start" }, via: "file" } as const;

/** Reads a YAML list of access flows. Throws InvalidFileError with file, line, what was found and what was expected. */
export const readAccessFlowFile = (path: string): AccessFlowFile => readYamlFile(path, AccessFlowFileSchema);

const pathOf = (index: number, pointer: string) => [
  index,
  ...pointer
    .split("/")
    .slice(1)
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step)),
];

const problemOf = (index: number, { pointer, detail }: FieldError): FileProblem => {
  const sentence = detail.charAt(0).toLowerCase() + detail.slice(1).replace(/\.$/, "");
  return {
    path: pathOf(index, pointer),
    found: `a name that leads nowhere (${sentence})`,
    expected: "one that exists",
  };
};

/** A store that keeps nothing: saving into it only looks every name up. */
const NOWHERE: SaveDependencies["flows"] = {
  head: () => Promise.resolve({ version: 0 }),
  put: () => Promise.resolve("written"),
  delete: () => Promise.resolve("written"),
};

const problemsOf = async (
  file: AccessFlowFile,
  save: ReturnType<typeof saveAccessFlow>,
): Promise<FileProblem[]> => {
  const problems: FileProblem[] = [];
  for (const [index, flow] of file.value.entries()) {
    try {
      await save({ author: AUTHOR, name: flow.name, document: flow });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      problems.push(...error.fields.map((field) => problemOf(index, field)));
    }
  }
  return problems;
};

/**
 * Saves every flow as `PUT /access-flows/{name}` does; one that is there already and says the same is left alone.
 * Throws InvalidFileError for names that lead nowhere; then nothing is saved.
 */
export const applyAccessFlows = async (
  file: AccessFlowFile,
  dependencies: AccessFlowsDependencies,
): Promise<void> => {
  const { clientsFor, clock, configTable, syncFunction, inventory, identityCenter, identity } = dependencies;
  const { region, identityStoreId } = identityCenter;
  const config = { clientsFor, tableName: configTable };
  const lookUp = {
    directory: directory({ clientsFor, region, identityStoreId, identity }),
    organization: inventoryOrganization({ inventory, organization: organization({ clientsFor }) }),
    names: resolveNames({
      catalogue: inventoryCatalogue({ inventory }),
      refresh: catalogueRefresh({ clientsFor, functionName: syncFunction }),
      clock,
    }),
    bundles: bundleStore(config),
    accessScopes: accessScopeStore(config),
    rotas: rotaStore(config),
    integrations: integrationStore(config),
    clock,
  };
  file.refuse(await problemsOf(file, saveAccessFlow({ ...lookUp, flows: NOWHERE })));
  file.refuse(await problemsOf(file, saveAccessFlow({ ...lookUp, flows: accessFlowStore(config) })));
};
