import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { awsClients, type ClientsFor } from "../../lambdas/adapters/aws-clients.ts";
import { UsageError } from "../../local/cli/arguments.ts";
import { CommandError } from "../../local/cli/command.ts";
import { discover } from "../../local/discovery.ts";

/** Which AWS a command works with. */
export interface ConnectionOptions {
  readonly endpoint?: string | undefined;
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
  /** The API's port of an environment on this machine. */
  readonly port: number;
}

export interface Connection {
  readonly clientsFor: ClientsFor;
  readonly region: string;
  /** Where that is, in a few words. */
  readonly where: string;
}

/** What an AWS that is none is satisfied with. */
const ANY_CREDENTIALS = { accessKeyId: "lockstep-cli", secretAccessKey: "lockstep-cli" };

/** The region of the organization that `npm start` ships with. */
const LOCAL_REGION = "eu-west-1";

const regionFromEnvironment = () => process.env["AWS_REGION"] ?? process.env["AWS_DEFAULT_REGION"];

/** `localhost:8000` is a URL too, of the protocol `localhost:`; the SDK fails on it only at the first call. */
const checkEndpoint = (endpoint: string) => {
  const { protocol } = URL.parse(endpoint) ?? {};
  if (protocol === "http:" || protocol === "https:") return;
  throw new UsageError(
    `Option --endpoint is '${endpoint}': expected a URL that begins with http:// or https://, such as http://localhost:8000.`,
  );
};

const atEndpoint = (endpoint: string, region: string, hasCredentials: boolean): Connection => ({
  clientsFor: awsClients({
    overrides: {
      endpoint,
      region,
      forcePathStyle: true,
      ...(hasCredentials ? {} : { credentials: ANY_CREDENTIALS }),
    },
  }),
  region,
  where: endpoint,
});

/**
 * Connects to the endpoint that is named, to the AWS account that a profile or region names, or else to the environment
 * that runs on this machine. Throws CommandError, and UsageError for an endpoint that is no URL.
 */
export const connect = async ({
  endpoint,
  profile,
  region,
  port,
}: ConnectionOptions): Promise<Connection> => {
  if (endpoint !== undefined) {
    checkEndpoint(endpoint);
    const hasCredentials = process.env["AWS_ACCESS_KEY_ID"] !== undefined;
    return atEndpoint(endpoint, region ?? regionFromEnvironment() ?? LOCAL_REGION, hasCredentials);
  }
  if (profile !== undefined || region !== undefined) {
    const overrides = { ...(region && { region }), ...(profile && { profile }) };
    const clientsFor = awsClients({ overrides });
    const known = await clientsFor("home", "state")
      .client(STSClient)
      .config.region()
      .catch((error: unknown) => {
        throw new CommandError(
          `Profile '${String(profile)}' is not configured, or names no region: see 'aws configure list-profiles', or name the region with --region R.`,
          { cause: error },
        );
      });
    return {
      clientsFor,
      region: known,
      where: `the AWS account of ${profile ?? "these credentials"}, ${known}`,
    };
  }
  const environment = await discover(port);
  if (environment === undefined) {
    throw new CommandError(
      `No Lockstep environment answers on port ${String(port)}: start one with 'npm start', name its API port with ` +
        "--port N, or name an AWS account with --profile P or --region R.",
    );
  }
  return atEndpoint(environment.aws, environment.region, false);
};

/** The account that the connection's credentials belong to. */
export const accountOf = async ({ clientsFor, region }: Connection): Promise<string> => {
  const { Account } = await clientsFor("home", "state")
    .client(STSClient, { region })
    .send(new GetCallerIdentityCommand());
  if (Account === undefined)
    throw new CommandError("STS does not say which account these credentials are of.");
  return Account;
};
