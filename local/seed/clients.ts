import { IAMClient } from "@aws-sdk/client-iam";
import { IdentitystoreClient } from "@aws-sdk/client-identitystore";
import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { SSOAdminClient } from "@aws-sdk/client-sso-admin";
import type { IamIn } from "./iam.ts";
import { required } from "./report.ts";

/** The three APIs that hold an organization and who may do what in it. */
export interface IdentityClients {
  readonly organizations: OrganizationsClient;
  readonly identityCenter: SSOAdminClient;
  readonly identityStore: IdentitystoreClient;
}

/** Clients of everything that a seed fills. */
export interface EndpointClients extends IdentityClients {
  readonly iamIn: IamIn;
}

/** The role that CreateAccount makes in an account (https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html). */
const ROLE_OF_CREATED_ACCOUNTS = "OrganizationAccountAccessRole";

/** Clients for an emulator at `endpoint`, which accepts any credentials: the environment's are used where there are some. */
export const clientsAt = (endpoint: string, region: string): EndpointClients => {
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
  const iamIn: IamIn = async (accountId) => {
    const { Credentials: issued } = await new STSClient(settings).send(
      new AssumeRoleCommand({
        RoleArn: `arn:aws:iam::${accountId}:role/${ROLE_OF_CREATED_ACCOUNTS}`,
        RoleSessionName: "seed",
      }),
    );
    const credentials = {
      accessKeyId: required(issued?.AccessKeyId, "an access key"),
      secretAccessKey: required(issued?.SecretAccessKey, "a secret access key"),
      sessionToken: required(issued?.SessionToken, "a session token"),
    };
    return new IAMClient({ ...settings, credentials });
  };
  return {
    iamIn,
    organizations: new OrganizationsClient(settings),
    identityCenter: new SSOAdminClient(settings),
    identityStore: new IdentitystoreClient(settings),
  };
};
