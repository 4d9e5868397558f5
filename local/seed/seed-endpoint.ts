import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { OrganizationFile } from "../organization-file.ts";
import type { EndpointClients, IdentityClients } from "./clients.ts";
import { seedDirectory } from "./directory.ts";
import { seedIam } from "./iam.ts";
import { instanceAt, seedIdentityCenter } from "./identity-center.ts";
import { seedAccountStates, seedOrganization } from "./organization.ts";
import { seedLog, type Seeded } from "./report.ts";

/** What an endpoint holds after a seed: ids are the endpoint's. */
export interface SeedResult {
  readonly instanceArn: string;
  readonly identityStoreId: string;
  readonly managementAccountId: string;
  readonly ids: readonly Seeded[];
  /** What the file says and the endpoint's API cannot express, a sentence each. */
  readonly limitations: readonly string[];
}

/**
 * Fills an AWS endpoint with what `file` describes, through the AWS SDK. What exists by its name is kept, so a second run
 * changes nothing. Without `iamIn`, IAM is left as it is. Throws what the SDK throws.
 */
export const seedEndpoint = async (
  clients: IdentityClients & Partial<EndpointClients>,
  file: OrganizationFile,
  clock: Clock,
): Promise<SeedResult> => {
  const log = seedLog();
  const organization = { client: clients.organizations, clock, file, log };
  const managementAccountId = await seedOrganization(organization);
  const { instanceArn, identityStoreId } = await instanceAt(clients.identityCenter);
  await seedDirectory({ client: clients.identityStore, identityStoreId, file, log });
  await seedIdentityCenter({ client: clients.identityCenter, clock, instanceArn, file, log });
  if (clients.iamIn !== undefined) await seedIam({ iamIn: clients.iamIn, file, log });
  await seedAccountStates(organization);
  return { instanceArn, identityStoreId, managementAccountId, ids: log.ids, limitations: log.limitations };
};
