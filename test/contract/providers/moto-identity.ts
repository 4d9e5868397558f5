import { awsClients, type ClientsFor } from "../../../lambdas/adapters/aws-clients.ts";
import { systemClock } from "../../../lambdas/adapters/system-clock.ts";
import { clientsAt, type IdentityClients } from "../../../local/seed/clients.ts";
import type { SeededKind } from "../../../local/seed/report.ts";
import { seedEndpoint } from "../../../local/seed/seed-endpoint.ts";
import { contractOrganization } from "./organization.ts";

/** The organization as moto holds it, under moto's own ids. */
export interface MotoIdentity {
  readonly clientsFor: ClientsFor;
  readonly clients: IdentityClients;
  readonly region: string;
  readonly instanceArn: string;
  readonly identityStoreId: string;
  readonly managementAccountId: string;
  idOf(kind: SeededKind, name: string): string;
}

let filled: Promise<MotoIdentity> | undefined;

/** The moto server at `endpoint`, filled once in a file; what is there by its name is kept, so a second file finds it filled. */
export const motoIdentity = (endpoint: string): Promise<MotoIdentity> => (filled ??= fill(endpoint));

const fill = async (endpoint: string): Promise<MotoIdentity> => {
  const { region } = contractOrganization.identityCenter;
  const clients = clientsAt(endpoint, region);
  const seeded = await seedEndpoint(clients, contractOrganization, systemClock);
  return {
    clients,
    region,
    instanceArn: seeded.instanceArn,
    identityStoreId: seeded.identityStoreId,
    managementAccountId: seeded.managementAccountId,
    clientsFor: awsClients({
      overrides: { endpoint, region, credentials: { accessKeyId: "test", secretAccessKey: "test" } },
    }),
    idOf: (kind, name) => {
      const found = seeded.ids.find((item) => item.kind === kind && item.name === name);
      if (found === undefined) throw new Error(`moto holds no ${kind} "${name}"`);
      return found.id;
    },
  };
};
