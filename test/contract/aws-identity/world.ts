import { systemClock } from "../../../lambdas/adapters/system-clock.ts";
import { createIdentityServices } from "../../../local/identity/identity-services.ts";
import { clientsAt, type IdentityClients } from "../../../local/seed/clients.ts";
import { seedEndpoint } from "../../../local/seed/seed-endpoint.ts";
import { openLocalStore } from "../../../local/store.ts";
import { exampleOrganization } from "../../support/example-organization.ts";
import { administratorOf, inProcessClient } from "../../support/in-process-aws.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { IdentitystoreClient } from "@aws-sdk/client-identitystore";
import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { SSOAdminClient } from "@aws-sdk/client-sso-admin";

/** An AWS that holds the example organization. */
export interface World extends IdentityClients {
  readonly instanceArn: string;
  readonly identityStoreId: string;
  /** Lets time pass: at once where the clock is virtual. */
  pass(milliseconds: number): Promise<void>;
}

/** A world by its name, opened when its tests start. */
export interface WorldDefinition {
  readonly name: "simulator" | "moto";
  open(): Promise<World>;
}

const simulator: WorldDefinition = {
  name: "simulator",
  open: () => {
    const clock = new VirtualClock();
    const identity = createIdentityServices({
      clock,
      store: openLocalStore(),
      organization: exampleOrganization(),
      /** Time stands still between the suite's calls, so the published rate would refuse the twenty-first. */
      limits: { requestsPerSecond: 10_000 },
    });
    const settings = inProcessClient(identity.services, administratorOf(identity.managementAccountId));
    return Promise.resolve({
      organizations: new OrganizationsClient(settings),
      identityCenter: new SSOAdminClient(settings),
      identityStore: new IdentitystoreClient(settings),
      instanceArn: identity.instanceArn,
      identityStoreId: identity.identityStoreId,
      pass: (milliseconds) => clock.advanceBy(milliseconds),
    });
  },
};

const moto = (endpoint: string): WorldDefinition => ({
  name: "moto",
  open: async () => {
    const organization = exampleOrganization();
    const clients = clientsAt(endpoint, organization.identityCenter.region);
    const { instanceArn, identityStoreId } = await seedEndpoint(clients, organization, systemClock);
    return { ...clients, instanceArn, identityStoreId, pass: () => Promise.resolve() };
  },
});

/** The simulator, and a moto server when MOTO_ENDPOINT names one. */
export const worlds = (): readonly WorldDefinition[] => {
  const endpoint = process.env["MOTO_ENDPOINT"];
  return endpoint === undefined ? [simulator] : [simulator, moto(endpoint)];
};
