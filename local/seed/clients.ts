import { IdentitystoreClient } from "@aws-sdk/client-identitystore";
import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { SSOAdminClient } from "@aws-sdk/client-sso-admin";

/** The three APIs that hold an organization and who may do what in it. */
export interface IdentityClients {
  readonly organizations: OrganizationsClient;
  readonly identityCenter: SSOAdminClient;
  readonly identityStore: IdentitystoreClient;
}

/** Clients for an emulator at `endpoint`, which accepts any credentials: the environment's are used where there are some. */
export const clientsAt = (endpoint: string, region: string): IdentityClients => {
  const settings = {
    endpoint,
    region,
    credentials: {
      accessKeyId: process.env["AWS_ACCESS_KEY_ID"] ?? "lockstep",
      secretAccessKey: process.env["AWS_SECRET_ACCESS_KEY"] ?? "lockstep",
      ...(process.env["AWS_SESSION_TOKEN"] === undefined
        ? {}
        : { sessionToken: process.env["AWS_SESSION_TOKEN"] }),
    },
  };
  return {
    organizations: new OrganizationsClient(settings),
    identityCenter: new SSOAdminClient(settings),
    identityStore: new IdentitystoreClient(settings),
  };
};
