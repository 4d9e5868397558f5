import type { Clock } from "../../lambdas/core/ports/clock.ts";
import { assumedRoleOf } from "../iam-sts/assumed-roles.ts";
import type { BusEvent } from "../events/event.ts";
import { createIdentityServices, PUBLISHED_RATES } from "../identity/identity-services.ts";
import type { IdentityServices } from "../identity/identity-services.ts";
import type { OrganizationFile } from "../organization-file.ts";
import type { RuntimeOptions } from "../runtime.ts";
import type { LocalStore } from "../store.ts";
import type { ServiceDefinition } from "../wire/service.ts";
import { IDENTITY_SIGNING_NAMES, forwardTo, idsAt, parseEndpoint } from "./identity-endpoint.ts";
import type { IdentityIds } from "./identity-endpoint.ts";

/** Where Organizations and Identity Center are: embedded, or at another endpoint. */
export interface IdentitySource extends Pick<RuntimeOptions, "services" | "forward" | "sessionOf"> {
  readonly ids: IdentityIds;
  /** Ends the delivery of events. */
  readonly close: () => void;
}

const embeddedSessions = (store: LocalStore, clock: Clock): Pick<RuntimeOptions, "sessionOf"> => ({
  sessionOf: (accessKeyId) => assumedRoleOf({ store, clock }, accessKeyId),
});

/** moto's ARN of a permission set: `instance` stands where AWS writes `permissionSet`, as the roles' policies do. */
const MOTO_PERMISSION_SET = /^(arn:[a-z-]+:sso:::)instance(\/[^/]+\/ps-[^/]+)$/;

/** The service, its calls checked against the ARNs that AWS would have for what the endpoint holds. */
const checkedFor =
  (translate: (arn: string) => string) =>
  (service: ServiceDefinition): ServiceDefinition => ({
    ...service,
    resourcesOf: (operation, input, caller) =>
      (service.resourcesOf?.(operation, input, caller) ?? ["*"]).map(translate),
  });

/** From the ids of the embedded organization, which its service definitions know, to the endpoint's. */
const translation =
  (embedded: IdentityServices, { managementAccountId, organizationId, identityCenter }: IdentityIds) =>
  (arn: string): string =>
    arn
      .replace(MOTO_PERMISSION_SET, "$1permissionSet$2")
      .replace(`::${embedded.managementAccountId}:`, `::${managementAccountId}:`)
      .replace(embedded.organizationId, organizationId)
      .replace(embedded.identityStoreId, identityCenter.identityStoreId);

/**
 * The embedded identity services, or the endpoint's. With an endpoint, the embedded ones still tell which operations
 * there are and what IAM checks them against; every answer is the endpoint's.
 */
export const openIdentitySource = async (
  {
    organization,
    identityEndpoint,
    publishedRates,
    homeAccountId,
  }: {
    readonly organization: OrganizationFile;
    readonly identityEndpoint?: string;
    /** Refuses calls of Organizations and the directory beyond the rates that AWS publishes; sso-admin always does. */
    readonly publishedRates?: boolean;
    /** Where Lockstep is deployed; the management account unless it is given. */
    readonly homeAccountId?: string;
  },
  {
    clock,
    store,
    onEvent,
  }: {
    readonly clock: Clock;
    readonly store: LocalStore;
    /** Takes what CloudTrail tells of changes to the embedded organization. */
    readonly onEvent: (event: BusEvent) => void;
  },
): Promise<IdentitySource> => {
  const endpoint = identityEndpoint === undefined ? undefined : parseEndpoint(identityEndpoint);
  const embedded = createIdentityServices({
    clock,
    store,
    organization,
    ...(publishedRates === true && { limits: PUBLISHED_RATES }),
    ...(homeAccountId !== undefined && { homeAccountId }),
    onEvent,
  });
  const {
    services,
    managementAccountId,
    organizationId,
    region,
    instanceArn,
    identityStoreId,
    accessPortalUrl,
  } = embedded;
  if (endpoint === undefined) {
    const identityCenter = { region, instanceArn, identityStoreId, accessPortalUrl };
    return {
      services,
      ids: { managementAccountId, organizationId, identityCenter },
      close: embedded.loseUndeliveredEvents,
      ...embeddedSessions(store, clock),
    };
  }
  const ids = await idsAt(endpoint, organization.identityCenter.region);
  return {
    services: services.map(checkedFor(translation(embedded, ids))),
    ids,
    close: embedded.loseUndeliveredEvents,
    forward: { signingNames: IDENTITY_SIGNING_NAMES, send: forwardTo(endpoint) },
  };
};
