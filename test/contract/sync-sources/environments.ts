import { IdentitystoreClient } from "@aws-sdk/client-identitystore";
import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { awsClients, type ClientsFor } from "../../../lambdas/adapters/aws-clients.ts";
import { assignmentSource } from "../../../lambdas/adapters/identity-center/assignment-source.ts";
import { identityCenterOf } from "../../../lambdas/adapters/identity-center/identity-center-of.ts";
import { permissionSetSource } from "../../../lambdas/adapters/identity-center/permission-set-source.ts";
import { directorySource } from "../../../lambdas/adapters/identity-store/directory-source.ts";
import { organizationSource } from "../../../lambdas/adapters/organizations/organization-source.ts";
import { turnsOf } from "../../../lambdas/adapters/sync/paces.ts";
import { patientCalls } from "../../../lambdas/adapters/sync/patient-calls.ts";
import { callTally } from "../../../lambdas/adapters/sync/tally.ts";
import { systemClock } from "../../../lambdas/adapters/system-clock.ts";
import {
  AccountIdSchema,
  GroupIdSchema,
  OrganizationalUnitIdSchema,
  PermissionSetArnSchema,
  UserIdSchema,
  type AccountId,
  type GroupId,
  type OrganizationalUnitId,
  type PermissionSetArn,
  type UserId,
} from "../../../lambdas/core/domain/ids.ts";
import type { Clock } from "../../../lambdas/core/ports/clock.ts";
import type { CallTally, IdentitySources } from "../../../lambdas/core/ports/sync.ts";
import { createIdentityServices, type IdentityLimits } from "../../../local/identity/identity-services.ts";
import {
  groupIdOf,
  organizationalUnitIdOf,
  permissionSetArnOf,
  rootIdOf,
  userIdOf,
} from "../../../local/identity/ids.ts";
import { clientsAt, type IdentityClients } from "../../../local/seed/clients.ts";
import type { SeededKind } from "../../../local/seed/report.ts";
import { seedEndpoint } from "../../../local/seed/seed-endpoint.ts";
import { openLocalStore } from "../../../local/store.ts";
import { EagerClock } from "../../support/fakes/eager-clock.ts";
import { FakeAdmission } from "../../support/fakes/provider.ts";
import { administratorOf, inProcessClient } from "../../support/in-process-aws.ts";
import { syncOrganization } from "./organization.ts";

/** An AWS that holds the organization, and the sources that read it. */
export interface SourcesWorld {
  readonly sources: IdentitySources;
  readonly takeTally: () => CallTally;
  /** A tester's own clients, whose calls are not counted. */
  readonly administrator: IdentityClients;
  readonly instanceArn: string;
  readonly identityStoreId: string;
  readonly managementAccountId: string;
  /** What finds the instance. */
  readonly identityCenterDeps: Parameters<typeof identityCenterOf>[0];
  readonly ids: Ids;
  /** Lets a second pass. */
  readonly passTime: () => Promise<void>;
}

/** Ids by the names in the organization's file; a unit's name is its path. */
interface Ids {
  account(name: string): AccountId;
  unit(path: string): OrganizationalUnitId;
  user(userName: string): UserId;
  group(displayName: string): GroupId;
  permissionSet(name: string): PermissionSetArn;
}

export interface SourcesEnvironment {
  readonly name: string;
  readonly open: () => Promise<SourcesWorld>;
  /** Tests of the contract that cannot run here, each with the reason. */
  readonly differences: Readonly<Record<string, string>>;
}

interface SourcesOf {
  readonly clientsFor: ClientsFor;
  readonly clock: Clock;
  readonly region: string;
  readonly instanceArn: string;
  readonly identityStoreId: string;
}

/** The sources as a sync has them, but for sso-admin's admission, which is the business of others. */
export const sourcesOf = ({ clientsFor, clock, ...place }: SourcesOf) => {
  const clients = clientsFor("home", "identity");
  const tally = callTally();
  const admission = new FakeAdmission();
  const call = patientCalls({
    clock,
    random: () => 1,
    tally,
    waitForTurn: turnsOf({ clock, admission }),
    placeOf: (operation) => (operation.startsWith("organizations:") ? {} : { region: place.region }),
  });
  const deps = { clients, call, ...place };
  const { managementAccountId } = syncOrganization;
  const sources: IdentitySources = {
    organization: organizationSource(deps),
    directory: directorySource(deps),
    permissionSets: permissionSetSource(deps),
    assignments: assignmentSource({ ...deps, fromManagementAccount: true }),
    identityCenterProblems: async () =>
      (await identityCenterOf(deps)({ ...place, managementAccountId })).problems,
  };
  return { sources, call, clients, identityCenterDeps: deps, takeTally: () => tally.take() };
};

type Handle = ReturnType<typeof inProcessClient>["requestHandler"]["handle"];

export interface EmbeddedOptions {
  readonly clock?: Clock;
  /** None, unless a test is about them. */
  readonly limits?: Partial<IdentityLimits>;
  /** What becomes of the calls of the sources; `call` sends it. */
  readonly around?: (operation: string, call: () => ReturnType<Handle>) => ReturnType<Handle>;
}

/** The embedded AWS, freshly seeded. */
export const embeddedWorld = ({
  clock = new EagerClock(),
  limits = {},
  around = (_operation, call) => call(),
}: EmbeddedOptions = {}): SourcesWorld => {
  const identity = createIdentityServices({
    clock,
    store: openLocalStore(),
    organization: syncOrganization,
    limits: { requestsPerSecond: Number.MAX_SAFE_INTEGER, ...limits },
  });
  const settings = inProcessClient(identity.services, administratorOf(identity.managementAccountId));
  const handle: Handle = (request) =>
    around(request.headers["x-amz-target"]?.split(".").at(-1) ?? "", () =>
      settings.requestHandler.handle(request),
    );
  const { credentials, region } = settings;
  const clientsFor = awsClients({ overrides: { credentials, region, requestHandler: { handle } } });
  const { instanceArn, identityStoreId, managementAccountId } = identity;
  return {
    ...sourcesOf({ clientsFor, clock, region, instanceArn, identityStoreId }),
    administrator: {
      organizations: new OrganizationsClient(settings),
      identityCenter: new SSOAdminClient(settings),
      identityStore: new IdentitystoreClient(settings),
    },
    instanceArn,
    identityStoreId,
    managementAccountId,
    passTime: () => clock.sleep(1_000),
    ids: idsBy((kind, name) => embeddedId(kind, name, instanceArn)),
  };
};

type IdentityKind = Extract<
  SeededKind,
  "account" | "organizational unit" | "user" | "group" | "permission set"
>;

const embeddedId = (kind: IdentityKind, name: string, instanceArn: string): string => {
  switch (kind) {
    case "account":
      return syncOrganization.accounts.find((account) => account.name === name)?.id ?? name;
    case "organizational unit":
      return organizationalUnitIdOf(rootIdOf(syncOrganization.managementAccountId), name);
    case "user":
      return userIdOf(name);
    case "group":
      return groupIdOf(name);
    case "permission set":
      return permissionSetArnOf(instanceArn, name);
  }
};

const idsBy = (idOf: (kind: IdentityKind, name: string) => string): Ids => ({
  account: (name) => AccountIdSchema.parse(idOf("account", name)),
  unit: (path) => OrganizationalUnitIdSchema.parse(idOf("organizational unit", path)),
  user: (name) => UserIdSchema.parse(idOf("user", name)),
  group: (name) => GroupIdSchema.parse(idOf("group", name)),
  permissionSet: (name) => PermissionSetArnSchema.parse(idOf("permission set", name)),
});

/** The moto server, filled once in a file; what is there by its name is kept, so a second file finds it filled. */
const motoWorld = async (endpoint: string): Promise<SourcesWorld> => {
  const { region } = syncOrganization.identityCenter;
  const administrator = clientsAt(endpoint, region);
  const seeded = await seedEndpoint(administrator, syncOrganization, systemClock);
  const clientsFor = awsClients({
    overrides: { endpoint, region, credentials: { accessKeyId: "test", secretAccessKey: "test" } },
  });
  const { instanceArn, identityStoreId, managementAccountId } = seeded;
  return {
    // A clock that waits for nothing: moto has no limits, and nothing here is about time.
    ...sourcesOf({ clientsFor, clock: new EagerClock(), region, instanceArn, identityStoreId }),
    administrator,
    instanceArn,
    identityStoreId,
    managementAccountId,
    passTime: () => systemClock.sleep(1_000),
    ids: idsBy((kind, name) => {
      const found = seeded.ids.find((item) => item.kind === kind && item.name === name);
      if (found === undefined) throw new Error(`moto holds no ${kind} "${name}"`);
      return found.id;
    }),
  };
};

const motoEndpoint = process.env["MOTO_ENDPOINT"];
let filled: Promise<SourcesWorld> | undefined;

/**
 * Everything that the contracts of the sources are run on; moto too where the environment names one. `onMoto`: tests of the
 * contract that moto cannot pass, each with the reason.
 */
export const sourcesEnvironments = (
  onMoto: SourcesEnvironment["differences"],
): readonly SourcesEnvironment[] => [
  { name: "the embedded AWS", differences: {}, open: () => Promise.resolve(embeddedWorld()) },
  ...(motoEndpoint === undefined
    ? []
    : [
        {
          name: "moto",
          differences: onMoto,
          open: () => (filled ??= motoWorld(motoEndpoint)),
        },
      ]),
];

/** Everything that the pages hold. */
export const collected = async <Item>(pages: AsyncIterable<readonly Item[]>): Promise<readonly Item[]> => {
  const items: Item[] = [];
  for await (const page of pages) items.push(...page);
  return items;
};
