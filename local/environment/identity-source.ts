import type { Clock } from "../../lambdas/core/ports/clock.ts";
import { assumedRoleOf } from "../iam-sts/sts.ts";
import { createIdentityServices } from "../identity/identity-services.ts";
import type { OrganizationFile } from "../organization-file.ts";
import type { RuntimeOptions } from "../runtime.ts";
import type { LocalStore } from "../store.ts";
import {
  FORWARDED_IAM,
  IDENTITY_SIGNING_NAMES,
  forwardTo,
  idsAt,
  parseEndpoint,
} from "./identity-endpoint.ts";
import type { IdentityIds } from "./identity-endpoint.ts";

/** Where Organizations and Identity Center are: embedded, or at another endpoint. */
export interface IdentitySource extends Pick<RuntimeOptions, "services" | "forward" | "sessionOf"> {
  readonly ids: IdentityIds;
}

const embeddedSessions = (store: LocalStore, clock: Clock): Pick<RuntimeOptions, "sessionOf"> => ({
  sessionOf: (accessKeyId) => assumedRoleOf({ store, clock }, accessKeyId),
});

/**
 * The embedded identity services, or the endpoint's. With an endpoint, the embedded ones still tell which operations
 * there are and what IAM checks them against; every answer is the endpoint's.
 */
export const openIdentitySource = async (
  {
    organization,
    identityEndpoint,
  }: { readonly organization: OrganizationFile; readonly identityEndpoint?: string },
  { clock, store }: { readonly clock: Clock; readonly store: LocalStore },
): Promise<IdentitySource> => {
  const endpoint = identityEndpoint === undefined ? undefined : parseEndpoint(identityEndpoint);
  const embedded = createIdentityServices({ clock, store, organization });
  const { services, managementAccountId, region, instanceArn, identityStoreId, accessPortalUrl } = embedded;
  if (endpoint === undefined) {
    const identityCenter = { region, instanceArn, identityStoreId, accessPortalUrl };
    return { services, ids: { managementAccountId, identityCenter }, ...embeddedSessions(store, clock) };
  }
  return {
    services: [...services, FORWARDED_IAM],
    ids: await idsAt(endpoint, organization.identityCenter.region),
    forward: { signingNames: IDENTITY_SIGNING_NAMES, send: forwardTo(endpoint) },
  };
};
