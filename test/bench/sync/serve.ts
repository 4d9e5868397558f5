import { randomUUID } from "node:crypto";
import { systemClock } from "../../../lambdas/adapters/system-clock.ts";
import type { Terminal } from "../../../local/cli/terminal.ts";
import { createIdentityServices, PUBLISHED_RATES } from "../../../local/identity/identity-services.ts";
import { generateOrganization } from "../../../local/organization-generator/generate.ts";
import { aborted, stopSignal } from "../../../local/start/stop-signal.ts";
import { openLocalStore } from "../../../local/store.ts";
import { startWireServer } from "../../../local/wire/server.ts";
import { AwsError } from "../../../local/wire/service.ts";
import { createWire } from "../../../local/wire/wire.ts";
import type { SyncBenchArguments } from "./arguments.ts";

/** Answers as the organization's AWS over HTTP until the process is asked to stop: any tool can be measured on it. */
export const serveOrganization = async (
  terminal: Terminal,
  { size, limits, inManagementAccount, serve = 0 }: SyncBenchArguments,
): Promise<void> => {
  const stop = stopSignal();
  const organization = generateOrganization(size);
  const identity = createIdentityServices({
    clock: systemClock,
    store: openLocalStore(),
    organization,
    limits: limits ? PUBLISHED_RATES : { requestsPerSecond: Number.MAX_SAFE_INTEGER },
  });
  const { managementAccountId, region, instanceArn, identityStoreId, organizationId } = identity;
  const member = organization.accounts.find(({ id }) => id !== managementAccountId)?.id;
  const accountId = inManagementAccount ? managementAccountId : (member ?? managementAccountId);
  const server = await startWireServer(
    createWire({
      services: identity.services,
      principalOf: () => ({ kind: "administrator", arn: `arn:aws:iam::${accountId}:user/bench`, accountId }),
      authorize: () => Promise.resolve(),
      onCall: () => undefined,
      invokeFunction: () =>
        Promise.reject(new AwsError("ResourceNotFoundException", "There are no functions here", 404)),
      newId: randomUUID,
    }),
    serve,
  );
  const { line, strong, quiet } = terminal;
  line(`${strong("AWS is at")} ${server.url}, ${limits ? "with its documented limits" : "without limits"}`);
  line(
    `  organization ${organizationId}, management account ${managementAccountId}, callers are in ${accountId}`,
  );
  line(`  instance ${instanceArn}, identity store ${identityStoreId}`);
  line(quiet("  # for instance"));
  line(
    `  export AWS_ENDPOINT_URL=${server.url} AWS_DEFAULT_REGION=${region} AWS_ACCESS_KEY_ID=me AWS_SECRET_ACCESS_KEY=me`,
  );
  line(`  aws sso-admin list-permission-sets --instance-arn ${instanceArn} --max-results 5`);
  line(quiet("Ctrl-C ends it."));
  await aborted(stop);
  await server.close();
};
