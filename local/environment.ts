import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IdentitystoreClient } from "@aws-sdk/client-identitystore";
import * as z from "zod/mini";
import type { ClientsFor } from "../lambdas/adapters/aws-clients.ts";
import { accessRequestStore } from "../lambdas/adapters/dynamodb/access-request-store.ts";
import { accessScopeStore } from "../lambdas/adapters/dynamodb/access-scope-store.ts";
import { bundleStore } from "../lambdas/adapters/dynamodb/bundle-store.ts";
import { rotaStore } from "../lambdas/adapters/dynamodb/rota-store.ts";
import { storedRotas } from "../lambdas/core/use-cases/evaluation/stored-rotas.ts";
import { accessFlowStore } from "../lambdas/adapters/dynamodb/access-flow-store.ts";
import { integrationStore } from "../lambdas/adapters/dynamodb/integration-store.ts";
import { inventory } from "../lambdas/adapters/dynamodb/inventory.ts";
import { directory } from "../lambdas/adapters/identity-store/directory.ts";
import { catalogueRefresh } from "../lambdas/adapters/lambda/catalogue-refresh.ts";
import { organization } from "../lambdas/adapters/organizations/organization.ts";
import { allIntegrations, homeIntegration } from "../lambdas/core/use-cases/integrations/all-integrations.ts";
import { inventoryCatalogue } from "../lambdas/core/use-cases/inventory-catalogue.ts";
import { inventoryOrganization } from "../lambdas/core/use-cases/inventory-organization.ts";
import { systemClock } from "../lambdas/adapters/system-clock.ts";
import { EnvironmentVariables as Variable } from "../lambdas/core/contracts/environment.ts";
import type { AccessFlow } from "../lambdas/core/domain/access-flow.ts";
import { RetryableError } from "../lambdas/core/domain/errors.ts";
import { HOME_INTEGRATION, type Integration } from "../lambdas/core/domain/integration.ts";
import type { Sync } from "../lambdas/core/domain/sync.ts";
import type { CatalogueRefresh } from "../lambdas/core/ports/catalogue.ts";
import type { Clock } from "../lambdas/core/ports/clock.ts";
import { CommandError } from "./cli/command.ts";
import { DISCOVERY_PATH } from "./discovery.ts";
import type { Discovery } from "./discovery.ts";
import { applyAccessFlows } from "./environment/access-flows.ts";
import { administratorClients } from "./environment/administrator.ts";
import { startApi } from "./environment/api-gateway.ts";
import { createClosers } from "./environment/closers.ts";
import type { Closers } from "./environment/closers.ts";
import { claimDirectory } from "./environment/data-directory.ts";
import { readFiles } from "./environment/files.ts";
import type { FileOptions } from "./environment/files.ts";
import type { IdentityIds } from "./environment/identity-endpoint.ts";
import { openIdentitySource } from "./environment/identity-source.ts";
import { untilDelivered } from "./environment/idleness.ts";
import { newestPasses } from "./environment/passes.ts";
import { groupNamesIn, peopleIn, personNamed, roleHoldersIn } from "./environment/people.ts";
import type { DirectoryPerson, RoleHolders } from "./environment/people.ts";
import { assertPortsAreFree } from "./environment/ports.ts";
import { storedRoleSettings, type RoleSettings } from "./environment/role-groups.ts";
import { findAutomaticShowcase, findShowcase } from "./environment/showcase.ts";
import type { AutomaticShowcase, Showcase } from "./environment/showcase.ts";
import { synthesize } from "./environment/synthesize.ts";
import type { BusDelivery } from "./events/event-bridge.ts";
import { putConnectorRoles, putMemberRoles } from "./iam-sts/connector-roles.ts";
import { startIssuer } from "./issuer/issuer.ts";
import type { Issuer } from "./issuer/issuer.ts";
import { createRuntime } from "./runtime.ts";
import type { Runtime } from "./runtime.ts";
import type { StateEntered } from "./step-functions/ports.ts";
import { openLocalStore } from "./store.ts";
import type { LocalStore } from "./store.ts";
import { readApplication } from "./template/application.ts";
import type { Application } from "./template/application.ts";
import { InvalidFileError } from "./yaml-file.ts";

/** How an environment is started. */
export interface EnvironmentOptions extends FileOptions {
  /** 0 takes any free port. */
  readonly apiPort: number;
  /** 0 takes any free port. */
  readonly awsPort: number;
  /** Keeps everything there; in memory without one. */
  readonly dataDirectory?: string;
  /** Another AWS endpoint for Organizations, sso-admin, identitystore, IAM and STS. */
  readonly identityEndpoint?: string;
  /** Holds Organizations and the directory to the rates that AWS publishes; sso-admin always is. */
  readonly publishedRates?: boolean;
  /** The account that Lockstep is deployed in; the management account unless there is one. */
  readonly homeAccount?: string;
  /** Deploys the connector in the management account, and has Lockstep reach the organization through it. */
  readonly connector?: boolean;
  /** Settings that replace those of cdk.json, by name. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Gives the start up, where it takes long. */
  readonly signal?: AbortSignal;
  /** Told in a few words what begins now and takes a while. */
  readonly onProgress?: (text: string) => void;
  /** Told in a sentence of what is not as the options may have meant it. */
  readonly onNotice?: (text: string) => void;
  /** Told what functions log, a line each. */
  readonly onLog?: (text: string) => void;
  /** Told in a sentence of what went wrong and nobody waits for. */
  readonly onProblem?: (text: string) => void;
}

/** Lockstep, deployed on the embedded AWS. */
export interface Environment {
  readonly addresses: Omit<Discovery, "personToken" | "region">;
  readonly ids: IdentityIds;
  readonly issuer: Issuer;
  /** AWS clients of an administrator: what they do is not counted. */
  readonly clientsFor: ClientsFor;
  readonly machineArns: readonly string[];
  readonly tableNames: readonly string[];
  readonly meter: Pick<Runtime["meter"], "snapshot">;
  /** Calls `listener` for each state entered, until the returned function is called. */
  readonly observe: (listener: (entered: StateEntered) => void) => () => void;
  /** Told of each event that reaches a bus. */
  readonly observeEvents: (listener: (delivery: BusDelivery) => void) => () => void;
  /** Everybody in the directory, by user name. */
  readonly people: () => Promise<readonly DirectoryPerson[]>;
  /** The names of everybody's groups, by user id. */
  readonly groupNames: () => Promise<ReadonlyMap<string, readonly string[]>>;
  /** The ids of those whom the API takes for administrators, policy authors and auditors. */
  readonly roleHolders: () => Promise<RoleHolders>;
  /** The groups that the settings name as administrators', whether the directory has them or not. */
  readonly administratorGroups: readonly string[];
  readonly accessFlows: () => Promise<readonly AccessFlow[]>;
  /** A request that the flows allow with one approval; undefined when there is none. */
  readonly showcase: () => Promise<Showcase | undefined>;
  /** A request that the flows grant at once; undefined when there is none. */
  readonly automaticShowcase: () => Promise<AutomaticShowcase | undefined>;
  /** All there are: the one that the settings name, and those that people made. */
  readonly integrations: () => Promise<readonly Integration[]>;
  /** Whether each account has the role that an integration looks into it with. */
  readonly hasMemberRoles: boolean;
  /** The newest pass of each integration and scope. */
  readonly passes: () => Promise<readonly Sync[]>;
  /** A bearer token for the person with this email or user name. */
  readonly tokenFor: (emailOrUserName: string) => Promise<string>;
  /** Resolves when streams, events and asynchronous invocations have nothing left to deliver. */
  readonly idle: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** The functions that look into member accounts; a function's role has its name (lib/names.ts). */
const SYNC_ROLES = ["lockstep-sync", "lockstep-sync-accounts", "lockstep-inventory-events"] as const;

/** The other functions that the connector trusts, in its profile `manage`. */
const CONNECTED_ROLES = [
  "lockstep-api",
  "lockstep-administration",
  "lockstep-sweep",
  "lockstep-automatic",
  "lockstep-grant-access",
  "lockstep-revoke-access",
] as const;

/** What whoever deploys the connector reads of Lockstep's own stacks. */
const externalIdIn = ({ outputs }: Application): string => {
  const [externalId] = Object.values(outputs).flatMap(({ ConnectorExternalId: said }) => said ?? []);
  if (externalId === undefined) throw new Error("No stack has the output ConnectorExternalId");
  return externalId;
};

/** The `aud` of the tokens: a name of the issuer's own choice. */
const AUDIENCE = "lockstep";

const ENVIRONMENT = "environment";

const ApiSettingsSchema = z.object({
  CONFIG_TABLE: Variable.CONFIG_TABLE,
  SYNC_FUNCTION: Variable.SYNC_FUNCTION,
  INVENTORY_TABLE: Variable.INVENTORY_TABLE,
  IDENTITY: Variable.IDENTITY,
  ADMINISTRATOR_GROUPS: Variable.ADMINISTRATOR_GROUPS,
  POLICY_AUTHOR_GROUPS: Variable.POLICY_AUTHOR_GROUPS,
  AUDITOR_GROUPS: Variable.AUDITOR_GROUPS,
  PROTECTED_ACCOUNTS: Variable.PROTECTED_ACCOUNTS,
  GUARDRAILS: Variable.GUARDRAILS,
  ACCESS_TABLE: Variable.ACCESS_TABLE,
  SECOND_ADMINISTRATOR: Variable.SECOND_ADMINISTRATOR,
  HOME_ACCOUNT: Variable.HOME_ACCOUNT,
  CONNECTOR: Variable.CONNECTOR,
  MANAGEMENT_ACCOUNT: Variable.MANAGEMENT_ACCOUNT,
});

/** What the function that answers people is told, from the template. */
const apiSettingsOf = ({ functions, httpApis }: Application) => {
  const functionArn = httpApis[0]?.routes.find(({ routeKey }) => routeKey === "GET /me")?.functionArn;
  const api = functions.find(({ arn }) => arn === functionArn);
  return ApiSettingsSchema.parse(api?.environment);
};

interface Foundation {
  readonly options: EnvironmentOptions;
  readonly clock: Clock;
  readonly store: LocalStore;
  readonly closers: Closers;
}

const outputDirectoryFor = async ({ options: { dataDirectory }, closers }: Foundation) => {
  if (dataDirectory !== undefined) return join(dataDirectory, "cdk.out");
  const directoryPath = await mkdtemp(join(tmpdir(), "lockstep-cdk-out-"));
  closers.add(() => rm(directoryPath, { recursive: true, force: true }));
  return directoryPath;
};

/** Synthesizes the app for these ids and this issuer, and reads the template back. */
const deployApplication = async (
  foundation: Foundation,
  ids: IdentityIds,
  issuer: Issuer,
  roleSettings: RoleSettings,
) => {
  const { options } = foundation;
  const { managementAccountId, identityCenter } = ids;
  const { homeAccount = managementAccountId, connector = false } = options;
  const outputDirectory = await outputDirectoryFor(foundation);
  options.onProgress?.("Synthesizing the CDK app …");
  await synthesize({
    settings: {
      organization: { managementAccountId, ...(connector && { connector }) },
      identityCenter,
      oidc: { issuer: issuer.url, audience: [issuer.audience] },
      ...roleSettings,
      ...options.settings,
    },
    account: homeAccount,
    region: identityCenter.region,
    outputDirectory,
    ...(options.signal !== undefined && { signal: options.signal }),
  });
  const deployedIn = { accountId: homeAccount, region: identityCenter.region, partition: "aws" };
  return readApplication(outputDirectory, deployedIn);
};

const isNewStore = (store: LocalStore) => store.get(ENVIRONMENT, "ready") === undefined;

/** On a machine that is busy with other things an answer may take longer than a function waits: then it is asked again. */
const LEARNING_ATTEMPTS = 3;

const learnNames = async (
  names: CatalogueRefresh,
  onProgress: ((text: string) => void) | undefined,
): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await names.refresh();
      return;
    } catch (error) {
      if (!(error instanceof RetryableError) || attempt === LEARNING_ATTEMPTS) throw error;
      onProgress?.(`${error.message}; asking again …`);
    }
  }
};

const compose = async (foundation: Foundation): Promise<Omit<Environment, "close">> => {
  const { options, clock, store, closers } = foundation;
  const { identityEndpoint } = options;
  const isNew = isNewStore(store);
  const files = readFiles(options, { isNew });
  if (!isNew && options.organizationFile !== undefined) {
    options.onNotice?.(
      "The data directory holds an organization already; the file is not read into it again.",
    );
  }
  options.onProgress?.("Reading the organization …");
  const {
    ids,
    close: closeIdentity,
    ...identity
  } = await openIdentitySource(
    {
      organization: files.organization,
      ...(identityEndpoint !== undefined && { identityEndpoint }),
      ...(options.publishedRates !== undefined && { publishedRates: options.publishedRates }),
      ...(options.homeAccount !== undefined && { homeAccountId: options.homeAccount }),
    },
    {
      clock,
      store,
      onEvent: (event) => {
        runtime.eventBridge.publish(event);
      },
    },
  );
  closers.add(closeIdentity);

  const findPerson = async (name: string) => personNamed(await environment.people(), name);
  const issuer = await startIssuer({ clock, store, audience: AUDIENCE, findPerson });
  closers.add(issuer.close);

  // Whoever has an endpoint of their own has other groups there, which the file says nothing of.
  const roleSettings =
    identityEndpoint === undefined ? storedRoleSettings(store, files.organization, { isNew }) : {};
  const application = await deployApplication(foundation, ids, issuer, roleSettings);
  options.onProgress?.("Starting the embedded AWS …");
  const runtime = createRuntime({
    application,
    clock,
    store,
    ...identity,
    port: options.awsPort,
    onLog: ({ functionName, line }) => options.onLog?.(`${functionName}: ${line}`),
    onProblem: (message) => options.onProblem?.(message),
  });
  closers.add(() => runtime.stop());
  const { url: aws } = await runtime.start();
  const idle = () => untilDelivered(application, store, clock);

  const {
    ACCESS_TABLE: accessTable,
    CONFIG_TABLE: configTable,
    SYNC_FUNCTION: syncFunction,
    INVENTORY_TABLE: inventoryTable,
    ...api
  } = apiSettingsOf(application);
  const clientsFor = administratorClients(aws, ids.identityCenter.region);
  const { region, identityStoreId } = ids.identityCenter;
  const source = {
    client: clientsFor("home", "identity").client(IdentitystoreClient, { region }),
    identityStoreId,
  };
  if (isNew && identityEndpoint === undefined) {
    // As the StackSet would make them: an integration that looks into member accounts finds its way in.
    const lockstepAccountId = application.environment.accountId;
    const trust = { lockstepAccountId, trustedRoles: [...SYNC_ROLES] };
    for (const { id } of files.organization.accounts) putMemberRoles(store, id, trust);
    if (options.connector === true)
      putConnectorRoles(store, ids.managementAccountId, {
        lockstepAccountId,
        trustedRoles: [...SYNC_ROLES, ...CONNECTED_ROLES],
        externalId: externalIdIn(application),
      });
  }
  options.onProgress?.("Learning the names of accounts, groups and permission sets …");
  const facts = inventory({ clientsFor, tableName: inventoryTable });
  await learnNames(catalogueRefresh({ clientsFor, functionName: syncFunction }), options.onProgress);
  if (files.accessFlows !== undefined) {
    options.onProgress?.("Applying the access flows …");
    const applying = applyAccessFlows(files.accessFlows, {
      clientsFor,
      clock,
      configTable,
      syncFunction,
      inventory: facts,
      identityCenter: ids.identityCenter,
      identity: api.IDENTITY,
    });
    await applying.catch((error: unknown) => {
      const isOwnChoice = options.accessFlowsFile !== undefined || identityEndpoint === undefined;
      if (isOwnChoice || !(error instanceof InvalidFileError)) throw error;
      options.onNotice?.(
        `The shipped access flows do not fit what is at ${identityEndpoint}: none is applied.`,
      );
    });
  }

  const config = { clientsFor, tableName: configTable };
  const accessFlows = () => accessFlowStore(config).list();
  const everyIntegration = allIntegrations({
    store: integrationStore(config),
    home: homeIntegration({
      identityCenter: ids.identityCenter,
      managementAccount: api.MANAGEMENT_ACCOUNT,
    }),
  });
  const integrations = () => everyIntegration.list();
  const rotas = rotaStore(config);
  const eligibility = {
    directory: directory({ clientsFor, region, identityStoreId, identity: api.IDENTITY }),
    organization: inventoryOrganization({ inventory: facts, organization: organization({ clientsFor }) }),
    protectedAccounts: api.PROTECTED_ACCOUNTS,
    guardrails: api.GUARDRAILS,
    delegatedAdministrator: api.HOME_ACCOUNT !== api.MANAGEMENT_ACCOUNT && api.CONNECTOR === undefined,
    catalogue: inventoryCatalogue({ inventory: facts }),
    inventory: facts,
    integrations: integrationStore(config),
    requests: accessRequestStore({ clientsFor, tableName: accessTable }),
    bundles: bundleStore(config),
    accessScopes: accessScopeStore(config),
    rotas,
    onCall: storedRotas({ rotas }),
    home: async () => (await everyIntegration.get(HOME_INTEGRATION)) ?? { name: HOME_INTEGRATION },
    secondAdministrator: api.SECOND_ADMINISTRATOR,
    clock,
  };

  const gateway = await startApi({
    runtime,
    clock,
    port: options.apiPort,
    localDocuments: {
      [DISCOVERY_PATH]: (): Discovery => ({
        ...environment.addresses,
        personToken: issuer.personTokenUrl,
        region: ids.identityCenter.region,
      }),
    },
    onFailure: (message) => options.onProblem?.(message),
  });
  closers.add(gateway.close);
  store.put(ENVIRONMENT, "ready", true);

  const environment: Omit<Environment, "close"> = {
    addresses: { api: gateway.url, aws, issuer: issuer.url },
    ids,
    issuer,
    clientsFor,
    machineArns: application.machines.map(({ arn }) => arn),
    tableNames: application.tables.map(({ name }) => name),
    meter: runtime.meter,
    observe: (listener) => runtime.stepFunctions.observe(listener),
    observeEvents: (listener) => runtime.eventBridge.observe(listener),
    people: () => peopleIn(source),
    groupNames: () => groupNamesIn(source),
    roleHolders: () =>
      roleHoldersIn(eligibility.directory, {
        administrator: api.ADMINISTRATOR_GROUPS,
        "policy-author": api.POLICY_AUTHOR_GROUPS,
        auditor: api.AUDITOR_GROUPS,
      }),
    administratorGroups: api.ADMINISTRATOR_GROUPS,
    accessFlows,
    showcase: async () => findShowcase(await accessFlows(), await peopleIn(source), eligibility),
    automaticShowcase: async () =>
      findAutomaticShowcase(await accessFlows(), await peopleIn(source), eligibility),
    integrations,
    hasMemberRoles: identityEndpoint === undefined,
    passes: newestPasses({ clientsFor, inventoryTable, integrations }),
    tokenFor: async (name) => {
      const person = await findPerson(name);
      if (person === undefined) throw new CommandError(`Nobody in the directory is '${name}'.`);
      return issuer.tokenFor(person);
    },
    idle,
  };
  return environment;
};

const openStore = (dataDirectory: string | undefined): LocalStore => {
  try {
    return openLocalStore(dataDirectory);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(`The data directory ${dataDirectory ?? ""} cannot be used: ${reason}`, {
      cause: error,
    });
  }
};

/**
 * Starts an environment. Throws errors whose message is a sentence for a person where that is what can go wrong: files,
 * options, ports, settings.
 */
export const startEnvironment = async (options: EnvironmentOptions): Promise<Environment> => {
  const closers = createClosers();
  try {
    if (options.dataDirectory !== undefined) closers.add(claimDirectory(options.dataDirectory));
    await assertPortsAreFree(options);
    const store = openStore(options.dataDirectory);
    closers.add(() => {
      store.close();
    });
    const environment = await compose({ options, clock: systemClock, store, closers });
    return { ...environment, close: closers.closeAll };
  } catch (error) {
    await closers.closeAll();
    throw error;
  }
};
