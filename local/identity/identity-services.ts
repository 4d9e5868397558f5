import { randomUUID } from "node:crypto";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import { createTrailDelivery, type ArrivalsOf } from "../cloudtrail/delivery.ts";
import { withTrail } from "../cloudtrail/recording.ts";
import {
  iamTrail,
  identityCenterTrail,
  identityStoreTrail,
  organizationsTrail,
} from "../cloudtrail/sources.ts";
import type { TrailSource } from "../cloudtrail/trail-source.ts";
import type { BusEvent } from "../events/event.ts";
import { iamService } from "../iam/service.ts";
import { seedIam } from "../iam/seed-iam.ts";
import { stsService } from "../iam-sts/sts.ts";
import {
  asynchronousOperations,
  type OperationBehaviour,
} from "../identity-center/asynchronous-operations.ts";
import type { IdentityCenter } from "../identity-center/center.ts";
import type { Surroundings } from "../identity-center/operation-rules.ts";
import { identityCenterDocuments, INSTANCE } from "../identity-center/records.ts";
import { requestRate } from "../identity-center/request-rate.ts";
import { identityCenterService } from "../identity-center/service.ts";
import { identityStoreDocuments } from "../identity-store/records.ts";
import { IDENTITY_STORE_RATE, throttled } from "../identity-store/request-rates.ts";
import { identityStoreService } from "../identity-store/service.ts";
import type { OrganizationFile } from "../organization-file.ts";
import { organizationsDocuments } from "../organizations/records.ts";
import { organizationsService } from "../organizations/service.ts";
import { organizationTree } from "../organizations/tree.ts";
import { ORGANIZATIONS_RATES, tooManyRequests } from "../organizations/request-rates.ts";
import { seedResources } from "../resources/seed-resources.ts";
import { resourceServices } from "../resources/services.ts";
import type { LocalStore } from "../store.ts";
import type { ServiceDefinition } from "../wire/service.ts";
import { withFaults, type CallFaults } from "./call-faults.ts";
import { withOperationRates, type OperationRates } from "./limited-operations.ts";
import { keepLookups, markLookupsKept } from "./lookups.ts";
import { seedStore } from "./seed-store.ts";
import type { RequestRate } from "./token-bucket.ts";

/**
 * AWS's limits on Identity Center (https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html): 20 requests a
 * second for all of its API together, and 15 outstanding asynchronous calls (10 in 2023's page, 15 in 2026's).
 */
export interface IdentityLimits {
  readonly requestsPerSecond: number;
  readonly outstandingOperations: number;
  /** How long a closed account is PENDING_CLOSURE. */
  readonly closureMilliseconds: number;
  /** Of each operation of identitystore; no limit unless it is given. */
  readonly identityStore?: RequestRate;
  /** Of each operation of Organizations; no limit unless it is given. */
  readonly organizations?: Readonly<Record<string, OperationRates>>;
}

/** What AWS publishes for identitystore and Organizations, to be switched on. */
export const PUBLISHED_RATES: Pick<Required<IdentityLimits>, "identityStore" | "organizations"> = {
  identityStore: IDENTITY_STORE_RATE,
  organizations: ORGANIZATIONS_RATES,
};

const AWS_LIMITS: IdentityLimits = {
  requestsPerSecond: 20,
  outstandingOperations: 15,
  closureMilliseconds: 5_000,
};

/** AWS publishes no duration. A second is long enough to see IN_PROGRESS, and short enough for a demo. */
const USUAL_OPERATION_MILLISECONDS = 1_000;

export interface IdentityServicesDependencies {
  readonly clock: Clock;
  readonly store: LocalStore;
  /** What an empty store is filled with. A store that holds something is left as it is. */
  readonly organization: OrganizationFile;
  readonly limits?: Partial<IdentityLimits>;
  /** The account of the deployed app, whose roles STS does not keep; the management account unless it is given. */
  readonly homeAccountId?: string;
  /** How long assignment operations take and how they end. */
  readonly operations?: Partial<OperationBehaviour>;
  /** Where a test breaks calls of sso-admin. */
  readonly faults?: CallFaults;
  /** Takes CloudTrail's events for the default event bus; without it there are none. */
  readonly onEvent?: (event: BusEvent) => void;
  /** When events arrive there; at once unless a test says otherwise. */
  readonly arrivalsOf?: ArrivalsOf;
  /** UUIDs for what is created later; random unless a test says otherwise. */
  readonly newId?: () => string;
}

/** Organizations, sso-admin and identitystore of one organization, and IAM and STS of its accounts. */
export interface IdentityServices {
  readonly services: readonly ServiceDefinition[];
  readonly organizations: ServiceDefinition;
  readonly identityCenter: ServiceDefinition;
  readonly identityStore: ServiceDefinition;
  readonly iam: ServiceDefinition;
  readonly sts: ServiceDefinition;
  readonly instanceArn: string;
  readonly identityStoreId: string;
  /** Identity Center's region. */
  readonly region: string;
  readonly managementAccountId: string;
  readonly organizationId: string;
  readonly accessPortalUrl: string;
  /** Delivers no event any more: what is on its way is lost, as in a region that fails. */
  readonly loseUndeliveredEvents: () => void;
}

/** Whatever happens to the directory or to the organization, operations whose time had come before it see the old state. */
const afterSettling = (service: ServiceDefinition, settle: () => void): ServiceDefinition => ({
  ...service,
  operations: Object.fromEntries(
    Object.entries(service.operations).map(([name, operation]) => [
      name,
      (input, caller) => {
        settle();
        return operation(input, caller);
      },
    ]),
  ),
});

/** Builds the services on `store`, seeding it from `organization` if it is empty. */
export const createIdentityServices = (dependencies: IdentityServicesDependencies): IdentityServices => {
  const { clock, store, organization: file, operations, faults = {} } = dependencies;
  const newId = dependencies.newId ?? (() => randomUUID());
  const limits = { ...AWS_LIMITS, ...dependencies.limits };
  const organizations = organizationsDocuments(store);
  const directory = identityStoreDocuments(store);
  const documents = identityCenterDocuments(store);
  if (documents.instance.get(INSTANCE) === undefined)
    store.atomically(() => {
      seedStore(file, { organizations, directory, center: documents, clock });
      markLookupsKept(store);
      seedIam(file, { store, clock });
      seedResources(file, { store });
    });
  const instance = documents.instance.get(INSTANCE);
  if (instance === undefined) throw new Error("The store was seeded and holds no instance");
  keepLookups(store, { organizations, directory, center: documents });

  const tree = organizationTree(organizations, clock);
  const surroundings: Surroundings = {
    identityStoreId: instance.identityStoreId,
    stateOf: tree.stateOf,
    principalExists: ({ principalType, principalId }) =>
      (principalType === "USER" ? directory.users : directory.groups).get(principalId) !== undefined,
    groupsOf: (type, id) =>
      type === "GROUP"
        ? []
        : directory.memberships
            .ofUser(id)({ limit: Infinity })
            .map(({ document }) => document.GroupId),
  };
  const asynchronous = asynchronousOperations({
    clock,
    store,
    documents,
    surroundings,
    behaviour: { durationOf: () => USUAL_OPERATION_MILLISECONDS, ...operations },
    newId,
    outstandingLimit: limits.outstandingOperations,
  });
  const center: IdentityCenter = { instance, documents, surroundings, asynchronous, clock, newId };
  const { ownerAccountId, identityStoreId } = instance;

  const trail = createTrailDelivery({
    clock,
    deliver: (event) => dependencies.onEvent?.(event),
    arrivalsOf: dependencies.arrivalsOf,
  });
  const recorded = (service: ServiceDefinition, source: TrailSource): ServiceDefinition =>
    dependencies.onEvent === undefined
      ? service
      : withTrail(service, { source, clock, newId, onEvent: trail.onEvent });

  const definitions = {
    organizations: afterSettling(
      organizationsService({
        documents: organizations,
        tree,
        clock,
        newId,
        closureMilliseconds: limits.closureMilliseconds,
      }),
      asynchronous.settle,
    ),
    identityCenter: afterSettling(
      identityCenterService(center, requestRate(clock, limits.requestsPerSecond)),
      asynchronous.settle,
    ),
    identityStore: afterSettling(
      identityStoreService({
        identityStoreId,
        identityStoreArn: `arn:aws:identitystore::${ownerAccountId}:identitystore/${identityStoreId}`,
        documents: directory,
        store,
        clock,
        newId,
      }),
      asynchronous.settle,
    ),
    iam: iamService({ store, clock, newId }),
    sts: stsService({ store, clock, newId, homeAccountId: dependencies.homeAccountId ?? ownerAccountId }),
  };
  const { identityStore: directoryRate, organizations: organizationsRates } = limits;
  const services = {
    ...definitions,
    organizations: recorded(
      withOperationRates(definitions.organizations, {
        clock,
        ratesOf: (operation) => organizationsRates?.[operation],
        refusal: tooManyRequests,
      }),
      organizationsTrail(organizations, limits.closureMilliseconds),
    ),
    identityCenter: withFaults(
      recorded(definitions.identityCenter, identityCenterTrail(instance.region)),
      faults,
    ),
    identityStore: recorded(
      withOperationRates(definitions.identityStore, {
        clock,
        ratesOf: () => (directoryRate === undefined ? undefined : { perOrganization: directoryRate }),
        refusal: throttled,
      }),
      identityStoreTrail(instance.region),
    ),
    iam: recorded(definitions.iam, iamTrail),
  };
  return {
    ...services,
    services: [
      services.organizations,
      services.identityCenter,
      services.identityStore,
      services.iam,
      services.sts,
      ...resourceServices({ store, region: instance.region }),
    ],
    instanceArn: instance.instanceArn,
    identityStoreId,
    region: instance.region,
    managementAccountId: ownerAccountId,
    organizationId: tree.organization().id,
    accessPortalUrl: `https://${identityStoreId}.awsapps.com/start`,
    loseUndeliveredEvents: trail.stop,
  };
};
