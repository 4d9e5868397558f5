import { DescribeOrganizationCommand, OrganizationsClient } from "@aws-sdk/client-organizations";
import { ListInstancesCommand, SSOAdminClient } from "@aws-sdk/client-sso-admin";
import type { IdentityCenterSettings } from "../../lambdas/core/contracts/environment.ts";
import { CommandError } from "../cli/command.ts";
import type { AwsRequest, AwsResponse } from "../wire/http.ts";
import { administratorClients } from "./administrator.ts";

/** The organization and its Identity Center instance: what the settings name. */
export interface IdentityIds {
  readonly managementAccountId: string;
  readonly organizationId: string;
  readonly identityCenter: IdentityCenterSettings;
}

/** Signing names of the services that an identity endpoint answers: Organizations, sso-admin, identitystore, IAM, STS. */
export const IDENTITY_SIGNING_NAMES: ReadonlySet<string> = new Set([
  "organizations",
  "sso",
  "identitystore",
  "iam",
  "sts",
]);

/** An endpoint's URL from an option's text. Throws {@link CommandError}. */
export const parseEndpoint = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && ["http:", "https:"].includes(url.protocol)) return url;
  throw new CommandError(
    `Option --identity-endpoint is '${text}': expected a URL such as http://127.0.0.1:5000.`,
  );
};

/** Asks the endpoint for its organization and its Identity Center instance. Throws {@link CommandError} when it has none. */
export const idsAt = async (endpoint: URL, region: string): Promise<IdentityIds> => {
  const clients = administratorClients(endpoint.origin, region)("home", "identity");
  const ask = async <T>(what: string, call: () => Promise<T | undefined>): Promise<T> => {
    const answer = await call().catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CommandError(`${endpoint.origin} did not answer with ${what}: ${reason}`, { cause: error });
    });
    if (answer === undefined)
      throw new CommandError(`${endpoint.origin} has no ${what}: fill it with 'npm run seed' first.`);
    return answer;
  };
  const { MasterAccountId: managementAccountId = "", Id: organizationId = "" } = await ask(
    "organization",
    async () => {
      const answer = await clients.client(OrganizationsClient).send(new DescribeOrganizationCommand());
      return answer.Organization;
    },
  );
  const instance = await ask(`Identity Center instance in ${region}`, async () => {
    const answer = await clients.client(SSOAdminClient, { region }).send(new ListInstancesCommand());
    return answer.Instances?.[0];
  });
  const { InstanceArn: instanceArn = "", IdentityStoreId: identityStoreId = "" } = instance;
  const accessPortalUrl = `https://${identityStoreId}.awsapps.com/start`;
  return {
    managementAccountId,
    organizationId,
    identityCenter: { region, instanceArn, identityStoreId, accessPortalUrl },
  };
};

/** Headers that belong to one connection, and what fetch sets by itself. */
const NOT_FORWARDED = new Set([
  "host",
  "connection",
  "content-length",
  "transfer-encoding",
  "keep-alive",
  "expect",
]);

/** moto has no tags of permission sets, and answers this operation as unknown: here none have any. */
const UNKNOWN_THERE = "SWBExternalService.ListTagsForResource";

const NO_TAGS: AwsResponse = {
  status: 200,
  headers: { "content-type": "application/x-amz-json-1.1" },
  body: Buffer.from(JSON.stringify({ Tags: [] })),
};

/** Passes requests on to the endpoint as they came, signature included: such endpoints do not check it. */
export const forwardTo =
  (endpoint: URL) =>
  async ({ method, path, query, headers, body }: AwsRequest): Promise<AwsResponse> => {
    if (headers["x-amz-target"] === UNKNOWN_THERE) return NO_TAGS;
    const response = await fetch(new URL(`${path}${query === "" ? "" : `?${query}`}`, endpoint), {
      method,
      headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !NOT_FORWARDED.has(name))),
      ...(body.byteLength > 0 && { body: Buffer.from(body) }),
    });
    // fetch has decoded the body, whatever its encoding was.
    const answered = [...response.headers].filter(
      ([name]) => !NOT_FORWARDED.has(name) && name !== "content-encoding",
    );
    return {
      status: response.status,
      headers: Object.fromEntries(answered),
      body: new Uint8Array(await response.arrayBuffer()),
    };
  };
