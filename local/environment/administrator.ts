import { awsClients } from "../../lambdas/adapters/aws-clients.ts";
import type { ClientsFor } from "../../lambdas/adapters/aws-clients.ts";

/** What the environment's own calls are signed with: a key that no role has, so they are an administrator's. */
const CREDENTIALS = { accessKeyId: "lockstep-local", secretAccessKey: "lockstep-local" };

/** AWS clients of an administrator of the home account. */
export const administratorClients = (endpoint: string, region: string): ClientsFor =>
  awsClients({ overrides: { endpoint, region, credentials: CREDENTIALS } });
