import { ListInstancesCommand, SSOAdminClient } from "@aws-sdk/client-sso-admin";
import { beforeEach, describe, expect, it } from "vitest";
import { occasions } from "../../../lambdas/adapters/assumed-roles/occasions.ts";
import {
  organizationClients,
  type OrganizationClientsSettings,
} from "../../../lambdas/adapters/assumed-roles/organization-clients.ts";
import type { ClientPurpose, ClientsFor } from "../../../lambdas/adapters/aws-clients.ts";
import { grantingClients } from "../../../lambdas/workflow/grant-access/compose.ts";
import { CONNECTOR_ROLE } from "../../../lambdas/core/contracts/connector-roles.ts";
import { putConnectorRoles } from "../../../local/iam-sts/connector-roles.ts";
import { connectedAccounts, type ConnectedAccounts } from "../../support/connected-accounts.ts";

const EXTERNAL_ID = "0c2f5c1e-7a54-4b53-9d8e-0a1b2c3d4e5f";
const ROLE = "lockstep-grant-access";

let world: ConnectedAccounts;
let connector: { readonly roleArn: string; readonly externalId: string };

beforeEach(() => {
  world = connectedAccounts();
  connector = {
    roleArn: `arn:aws:iam::${world.managementAccount}:role/${CONNECTOR_ROLE}`,
    externalId: EXTERNAL_ID,
  };
  putConnectorRoles(world.store, world.managementAccount, {
    lockstepAccountId: world.home,
    trustedRoles: [ROLE],
    externalId: EXTERNAL_ID,
  });
});

const clients = (settings: Partial<OrganizationClientsSettings> = {}) =>
  organizationClients({
    homeAccount: world.home,
    connector,
    clock: world.clock,
    onBehalfOf: "r-1",
    overrides: world.overridesOf(ROLE),
    ...settings,
  });

const ask = (clientsFor: ClientsFor, place: Parameters<ClientsFor>[0], purpose: ClientPurpose = "grant") =>
  clientsFor(place, purpose).client(SSOAdminClient).send(new ListInstancesCommand({}));

const said = (name: string) => world.stsCalls.map(({ parameters }) => parameters.get(name));

describe("clients of the organization, where Lockstep lives elsewhere", () => {
  it("are the connector's, and those of Lockstep's own state stay the function's", async () => {
    const clientsFor = clients();
    await ask(clientsFor, "organization");
    await ask(clientsFor, "home", "state");
    expect(said("RoleArn")).toEqual([connector.roleArn]);
    expect(said("ExternalId")).toEqual([EXTERNAL_ID]);
    const [first, second] = world.calls.map(({ accessKeyId }) => accessKeyId);
    expect(first).not.toBe(second);
  });

  it("are in one session for each purpose, which the purpose and the request name", async () => {
    const clientsFor = clients();
    for (const purpose of ["grant", "observe", "grant", "observe"] as const)
      await ask(clientsFor, "organization", purpose);
    expect(said("RoleSessionName")).toEqual(["lockstep-grant-r-1", "lockstep-observe-r-1"]);
  });

  it("are in a session of its own for each request, though the function's process stays", async () => {
    const occasion = occasions("grants");
    const clientsFor = clients({ onBehalfOf: occasion.current });
    await Promise.all([
      occasion.during("r-1", () => ask(clientsFor, "organization")),
      occasion.during("r-2", () => ask(clientsFor, "organization")),
    ]);
    await ask(clientsFor, "organization");
    expect(said("RoleSessionName").toSorted()).toEqual([
      "lockstep-grant-grants",
      "lockstep-grant-r-1",
      "lockstep-grant-r-2",
    ]);
  });

  it("may not grant into protected accounts, by the policy of the session", async () => {
    const clientsFor = clients({ neverGrantInto: [world.managementAccount, world.home] });
    await ask(clientsFor, "organization", "grant");
    await ask(clientsFor, "organization", "revoke");
    const [grant, revoke] = said("Policy").map(
      (policy) => JSON.parse(policy ?? "") as { readonly Statement: readonly object[] },
    );
    expect(grant?.Statement).toContainEqual({
      Effect: "Deny",
      Action: "sso:CreateAccountAssignment",
      Resource: [world.managementAccount, world.home].map((id) => `arn:aws:sso:::account/${id}`),
    });
    expect(JSON.stringify(revoke)).not.toContain("Deny");
  });

  it("of the function that grants are held to the accounts that its settings protect, and those of guardrails", async () => {
    const clientsFor = grantingClients(
      {
        HOME_ACCOUNT: world.home,
        CONNECTOR: connector,
        PROTECTED_ACCOUNTS: [
          { id: world.home, reason: "lockstep" },
          { id: "333333333333", reason: "listed" },
        ],
        GUARDRAILS: {
          neverGrantable: [
            { accounts: ["444444444444", "333333333333"] },
            { accounts: ["555555555555"], permissionSets: ["PowerUser"] },
          ],
        },
      },
      { clock: world.clock, onBehalfOf: "r-1", overrides: world.overridesOf(ROLE) },
    );
    await ask(clientsFor, "organization");
    const [policy] = said("Policy");
    const { Statement } = JSON.parse(policy ?? "") as { readonly Statement: readonly object[] };
    expect(Statement).toContainEqual({
      Effect: "Deny",
      Action: "sso:CreateAccountAssignment",
      Resource: [world.home, "333333333333", "444444444444"].map((id) => `arn:aws:sso:::account/${id}`),
    });
  });

  it("do not exist for any other account", () => {
    expect(() => clients()("333333333333" as never, "grant")).toThrow(
      /No AWS clients for account 333333333333/,
    );
  });
});

describe("clients of the organization, where Lockstep lives in an account that administers it", () => {
  it("are the function's own, and nobody assumes a role", async () => {
    const clientsFor = clients({ connector: undefined });
    await ask(clientsFor, "organization");
    await ask(clientsFor, "home");
    expect(world.stsCalls).toEqual([]);
    const [first, second] = world.calls.map(({ accessKeyId }) => accessKeyId);
    expect(first).toBe(second);
    expect(clientsFor("organization", "grant")).toBe(clientsFor("home", "state"));
  });
});
