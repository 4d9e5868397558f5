import {
  asynchronousOperations,
  type AcceptedOperation,
} from "../../../local/identity-center/asynchronous-operations.ts";
import type { IdentityCenter } from "../../../local/identity-center/center.ts";
import type { Surroundings } from "../../../local/identity-center/operation-rules.ts";
import {
  identityCenterDocuments,
  INSTANCE,
  type IdentityCenterDocuments,
} from "../../../local/identity-center/records.ts";
import { identityCenterService } from "../../../local/identity-center/service.ts";
import {
  identityStoreDocuments,
  type IdentityStoreDocuments,
} from "../../../local/identity-store/records.ts";
import { identityStoreService } from "../../../local/identity-store/service.ts";
import { seedStore } from "../../../local/identity/seed-store.ts";
import { organizationsDocuments, type OrganizationsDocuments } from "../../../local/organizations/records.ts";
import { organizationsService } from "../../../local/organizations/service.ts";
import { organizationTree } from "../../../local/organizations/tree.ts";
import type { ServiceDefinition } from "../../../local/wire/service.ts";
import type { Clock } from "../../../lambdas/core/ports/clock.ts";
import { organizationFile } from "../cast.ts";
import type { MemoryStore } from "./memory-store.ts";

/**
 * 15 asynchronous calls may be outstanding, of which AWS tells no more than the number
 * (https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html).
 */
const OUTSTANDING_OPERATIONS = 15;

/** How a history lets operations go. */
export interface OperationCourse {
  durationOf(operation: AcceptedOperation): number;
  failureOf(operation: AcceptedOperation): string | undefined;
}

export interface SimulatedIdentity {
  readonly services: Readonly<Record<"sso-admin" | "identitystore" | "organizations", ServiceDefinition>>;
  /** What is true, for those who look in or reach in from outside. */
  readonly center: IdentityCenterDocuments;
  readonly directory: IdentityStoreDocuments;
  readonly organizations: OrganizationsDocuments;
  /** Completes the operations whose time has come. */
  settle(): void;
}

/**
 * The local simulators of Identity Center, the identity store and Organizations, built once a process: all that they
 * remember is in the store. Requests a second are counted by the history, which has its own time.
 */
export const simulatedIdentity = (dependencies: {
  readonly clock: Clock;
  readonly store: MemoryStore;
  readonly course: () => OperationCourse;
  readonly newId: () => string;
}): SimulatedIdentity => {
  const { clock, store, course, newId } = dependencies;
  const center = identityCenterDocuments(store);
  const directory = identityStoreDocuments(store);
  const organizations = organizationsDocuments(store);
  seedStore(organizationFile, { organizations, directory, center, clock });
  const instance = center.instance.get(INSTANCE);
  if (instance === undefined) throw new Error("The seed has no instance");

  const tree = organizationTree(organizations, clock);
  const surroundings: Surroundings = {
    identityStoreId: instance.identityStoreId,
    stateOf: tree.stateOf,
    principalExists: ({ principalType, principalId }) =>
      (principalType === "USER" ? directory.users : directory.groups).get(principalId) !== undefined,
    groupsOf: () => [],
  };
  const asynchronous = asynchronousOperations({
    clock,
    store,
    documents: center,
    surroundings,
    behaviour: {
      durationOf: (operation) => course().durationOf(operation),
      failureOf: (operation) => course().failureOf(operation),
    },
    newId,
    outstandingLimit: OUTSTANDING_OPERATIONS,
  });
  const identityCenter: IdentityCenter = {
    instance,
    documents: center,
    surroundings,
    asynchronous,
    clock,
    newId,
  };
  return {
    services: {
      "sso-admin": identityCenterService(identityCenter, () => undefined),
      identitystore: identityStoreService({
        identityStoreId: instance.identityStoreId,
        identityStoreArn: `arn:aws:identitystore::${instance.ownerAccountId}:identitystore/${instance.identityStoreId}`,
        documents: directory,
        store,
        clock,
        newId,
      }),
      organizations: organizationsService({
        documents: organizations,
        tree,
        clock,
        newId,
        closureMilliseconds: 5_000,
      }),
    },
    center,
    directory,
    organizations,
    settle: asynchronous.settle,
  };
};
