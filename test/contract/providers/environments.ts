import { DeleteGroupCommand, DeleteUserCommand, IdentitystoreClient } from "@aws-sdk/client-identitystore";
import { SSOAdminClient, paginateListAccountAssignments } from "@aws-sdk/client-sso-admin";
import { entitlementKey, type Entitlement } from "../../../lambdas/core/domain/entitlement.ts";
import { AccountIdSchema, PermissionSetArnSchema } from "../../../lambdas/core/domain/ids.ts";
import { accountAssignmentProvider } from "../../../lambdas/providers/identity-center-account-assignment/provider.ts";
import { groupIdOf, permissionSetArnOf, userIdOf } from "../../../local/identity/ids.ts";
import { aGroupId, anEntitlement } from "../../support/builders.ts";
import { EagerClock } from "../../support/fakes/eager-clock.ts";
import { FakeAdmission, FakeProvider } from "../../support/fakes/provider.ts";
import { motoIdentity } from "./moto-identity.ts";
import { contractOrganization } from "./organization.ts";
import { simulatedIdentity } from "./simulated-identity.ts";
import type { ProviderEnvironment } from "./world.ts";

const accessPortalUrl = "https://d-1234567890.awsapps.com/start";

/** Whether Identity Center lists the assignment, asked with another client than the provider's. */
const listed = async (client: SSOAdminClient, entitlement: Entitlement): Promise<boolean> => {
  const { instanceArn: InstanceArn, accountId: AccountId, permissionSetArn: PermissionSetArn } = entitlement;
  const pages = paginateListAccountAssignments({ client }, { InstanceArn, AccountId, PermissionSetArn });
  for await (const { AccountAssignments = [] } of pages) {
    if (AccountAssignments.some(({ PrincipalId }) => PrincipalId === entitlement.principalId)) return true;
  }
  return false;
};

const deletePrincipal = async (client: IdentitystoreClient, entitlement: Entitlement): Promise<void> => {
  const { identityStoreId: IdentityStoreId, principalId } = entitlement;
  await (entitlement.principalType === "USER"
    ? client.send(new DeleteUserCommand({ IdentityStoreId, UserId: principalId }))
    : client.send(new DeleteGroupCommand({ IdentityStoreId, GroupId: principalId })));
};

const fake: ProviderEnvironment = {
  name: "the fake",
  differences: {},
  open: () => {
    const clock = new EagerClock();
    const provider = new FakeProvider(clock);
    return Promise.resolve({
      provider,
      clock,
      entitlements: {
        user: anEntitlement(),
        group: anEntitlement({ principalType: "GROUP", principalId: aGroupId("oncall") }),
      },
      exists: async (entitlement) => {
        await provider.observe(entitlement);
        return provider.present.has(entitlementKey(entitlement));
      },
      operationsTake: (milliseconds) => {
        provider.operationMilliseconds = milliseconds;
      },
      operationsFail: (reason) => {
        provider.failure = reason;
      },
      nextChange: (fault) => {
        provider.faults.push(fault);
      },
      deletePrincipal: ({ principalId }) => {
        provider.deletedPrincipals.add(principalId);
        return Promise.resolve();
      },
    });
  },
};

const simulator: ProviderEnvironment = {
  name: "the embedded Identity Center",
  differences: {},
  open: () => {
    const clock = new EagerClock();
    const identity = simulatedIdentity(contractOrganization, clock);
    const { clientsFor, instanceArn, identityStoreId, region } = identity;
    const sso = new SSOAdminClient(identity.administrator);
    const directory = new IdentitystoreClient(identity.administrator);
    const user = anEntitlement({
      region,
      instanceArn,
      identityStoreId,
      permissionSetArn: PermissionSetArnSchema.parse(permissionSetArnOf(instanceArn, "ContractPower")),
      principalId: userIdOf("ada"),
    });
    return Promise.resolve({
      provider: accountAssignmentProvider({
        clientsFor,
        clock,
        admission: new FakeAdmission(),
        accessPortalUrl,
      }),
      clock,
      entitlements: {
        user,
        group: { ...user, principalType: "GROUP" as const, principalId: groupIdOf("contract-oncall") },
      },
      exists: (entitlement) => listed(sso, entitlement),
      operationsTake: (milliseconds) => {
        identity.behaviour.milliseconds = milliseconds;
      },
      operationsFail: (reason) => {
        identity.behaviour.failure = reason;
      },
      nextChange: (fault) => {
        // Whichever is called first.
        identity.faults.push(
          { operation: "CreateAccountAssignment", fault },
          { operation: "DeleteAccountAssignment", fault },
        );
      },
      deletePrincipal: (entitlement) => deletePrincipal(directory, entitlement),
    });
  },
};

const cannotBeTold = (what: string) => `moto answers at once, and cannot be told to ${what}`;

const moto = (endpoint: string): ProviderEnvironment => ({
  name: "moto",
  differences: {
    "grants twice without a second assignment": "moto keeps the assignment twice, and deletes one of the two",
    "says why AWS did not grant": cannotBeTold("fail an operation"),
    "leaves a grant unfinished that takes very long, and finds it later": cannotBeTold("take its time"),
    "leaves a removal unfinished that takes very long, and finds it gone later":
      cannotBeTold("take its time"),
    "does not touch what another operation is still changing": cannotBeTold("take its time"),
    "leaves a throttled grant to the next attempt": cannotBeTold("throttle"),
    "leaves a throttled removal to the next attempt": cannotBeTold("throttle"),
    "finds what a grant did whose answer was lost": cannotBeTold("lose an answer"),
    "finds what a removal did whose answer was lost": cannotBeTold("lose an answer"),
    "reports as dangling what AWS does not delete because its user was deleted":
      "moto deletes the assignment of a deleted user",
    "reports as dangling what AWS does not delete because its group was deleted":
      "moto deletes the assignment of a deleted group",
    "goes on trying when AWS does not delete for another reason": cannotBeTold("fail an operation"),
    "refuses to grant to a user who does not exist": "moto does not look whether a principal exists",
  },
  open: async () => {
    const identity = await motoIdentity(endpoint);
    const clock = new EagerClock();
    const user = anEntitlement({
      region: identity.region,
      instanceArn: identity.instanceArn,
      identityStoreId: identity.identityStoreId,
      accountId: AccountIdSchema.parse(identity.idOf("account", "contract-prod")),
      permissionSetArn: PermissionSetArnSchema.parse(identity.idOf("permission set", "ContractPower")),
      principalId: identity.idOf("user", "ada"),
    });
    return {
      provider: accountAssignmentProvider({
        clientsFor: identity.clientsFor,
        clock,
        admission: new FakeAdmission(),
        accessPortalUrl,
      }),
      clock,
      entitlements: {
        user,
        group: {
          ...user,
          principalType: "GROUP" as const,
          principalId: identity.idOf("group", "contract-oncall"),
        },
      },
      exists: (entitlement) => listed(identity.clients.identityCenter, entitlement),
      operationsTake: () => undefined,
      operationsFail: () => undefined,
      nextChange: () => undefined,
      deletePrincipal: (entitlement) => deletePrincipal(identity.clients.identityStore, entitlement),
    };
  },
});

const motoEndpoint = process.env["MOTO_ENDPOINT"];

/** Everything that the provider's contract is run on; moto too where the environment names one. */
export const providerEnvironments: readonly ProviderEnvironment[] = [
  fake,
  simulator,
  ...(motoEndpoint === undefined ? [] : [moto(motoEndpoint)]),
];
