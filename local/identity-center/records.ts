import { documentsOf } from "../identity/documents.ts";
import { readInOrder, readWithin, type ReadRange } from "../identity/paging.ts";
import type { DocumentRange, LocalStore } from "../store.ts";

export type PrincipalType = "USER" | "GROUP";

export interface InstanceRecord {
  readonly instanceArn: string;
  readonly identityStoreId: string;
  readonly ownerAccountId: string;
  readonly region: string;
  readonly createdAt: number;
}

/** A customer managed policy, which each account has for itself: by name and path, without an account's id. */
export interface PolicyReference {
  readonly name: string;
  readonly path: string;
}

/** A permission set; timestamps in milliseconds. */
export interface PermissionSetRecord {
  readonly arn: string;
  readonly name: string;
  readonly description?: string;
  readonly sessionDuration: string;
  readonly relayState?: string;
  readonly managedPolicies: readonly string[];
  /** Absent when there are none. */
  readonly customerManagedPolicies?: readonly PolicyReference[];
  /** JSON text; empty when there is none. */
  readonly inlinePolicy: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

/** A permission set in an account: the role that IAM Identity Center keeps there. */
export interface Provisioning {
  readonly accountId: string;
  readonly permissionSetArn: string;
}

/** A user or a group. */
export interface Principal {
  readonly principalType: PrincipalType;
  readonly principalId: string;
}

/** The fact that a principal may use a permission set in an account. */
export interface AccountAssignment extends Provisioning, Principal {}

/** What an asynchronous operation does: CreateAccountAssignment, DeleteAccountAssignment, ProvisionPermissionSet. */
export type OperationKind = "CREATE" | "DELETE" | "PROVISION";

export const OPERATION_STATES = ["IN_PROGRESS", "SUCCEEDED", "FAILED"] as const;

/** An asynchronous operation; timestamps in milliseconds. */
export interface OperationRecord {
  readonly requestId: string;
  readonly kind: OperationKind;
  readonly target: Provisioning & Partial<AccountAssignment>;
  readonly createdAt: number;
  /** Operations that were accepted at the same moment complete in the order of acceptance. */
  readonly order: number;
  /** Null: it never completes by itself. */
  readonly completesAt: number | null;
  /** Whether it creates, changes or deletes the permission set's role in the account. */
  readonly updatesRole: boolean;
  readonly status: (typeof OPERATION_STATES)[number];
  readonly failureReason?: string;
  /** A failure that a test ordered when the operation was accepted. */
  readonly orderedFailure?: string;
}

const provisioningKey = ({ accountId, permissionSetArn }: Provisioning): string =>
  `${accountId}/${permissionSetArn}`;

/** Begins with the permission set: the accounts of a set are one range. */
const accountKey = ({ accountId, permissionSetArn }: Provisioning): string =>
  `${permissionSetArn}/${accountId}`;

const principalKey = ({ principalType, principalId }: Principal) => `${principalType}/${principalId}`;

/** Begins with the principal: its assignments are one range, and those in one account are a part of it. */
const placeKey = (assignment: AccountAssignment): string =>
  `${principalKey(assignment)}/${provisioningKey(assignment)}`;

/** Newest first, and unique: the order of the lists of operations. */
const newestFirst = ({ createdAt, order, requestId }: OperationRecord): string =>
  [Number.MAX_SAFE_INTEGER - createdAt, Number.MAX_SAFE_INTEGER - order]
    .map((part) => String(part).padStart(16, "0"))
    .concat(requestId)
    .join("/");

const statusKey = ({ kind, status }: Pick<OperationRecord, "kind" | "status">): string =>
  `${kind}/${status}/`;

/** Where Identity Center keeps what it knows. */
export const identityCenterDocuments = (store: LocalStore) => {
  const provisioned = documentsOf<Provisioning>(store, "identity-center/provisioned");
  const accountsOfSets = documentsOf<Provisioning>(store, "identity-center/accounts-of-permission-sets");
  const ofPrincipals = documentsOf<AccountAssignment>(store, "identity-center/assignments-of-principals");
  const permissionSets = documentsOf<PermissionSetRecord>(store, "identity-center/permission-sets");
  const setNames = documentsOf<string>(store, "identity-center/permission-set-names");
  const operations = documentsOf<OperationRecord>(store, "identity-center/operations");
  const byStatus = documentsOf<OperationRecord>(store, "identity-center/operations-by-status");
  const unfinished = documentsOf<OperationRecord>(store, "identity-center/unfinished-operations");
  /** One collection per account and permission set, so that the commonest read looks at nothing else. */
  const assignmentsIn = (place: Provisioning) =>
    documentsOf<AccountAssignment>(store, `identity-center/assignments/${provisioningKey(place)}`);
  return {
    instance: documentsOf<InstanceRecord>(store, "identity-center/instance"),
    permissionSets: {
      get: (arn: string) => permissionSets.get(arn),
      all: () => permissionSets.all(),
      range: (range: DocumentRange) => permissionSets.range(range),
      isNamed: (name: string) => setNames.get(name) !== undefined,
      put: (arn: string, permissionSet: PermissionSetRecord) => {
        permissionSets.put(arn, permissionSet);
        setNames.put(permissionSet.name, arn);
      },
      delete: ({ arn, name }: PermissionSetRecord) => {
        permissionSets.delete(arn);
        setNames.delete(name);
      },
    },
    provisioned: {
      all: () => provisioned.all(),
      has: (place: Provisioning) => provisioned.get(provisioningKey(place)) !== undefined,
      /** The permission sets that are provisioned in an account. */
      inAccount: (accountId: string): ReadRange<Provisioning> => readWithin(provisioned, `${accountId}/`),
      /** The accounts that a permission set is provisioned in. */
      ofSet: (permissionSetArn: string): ReadRange<Provisioning> =>
        readWithin(accountsOfSets, `${permissionSetArn}/`),
      put: ({ accountId, permissionSetArn }: Provisioning) => {
        const place = { accountId, permissionSetArn };
        provisioned.put(provisioningKey(place), place);
        accountsOfSets.put(accountKey(place), place);
      },
      delete: (place: Provisioning) => {
        provisioned.delete(provisioningKey(place));
        accountsOfSets.delete(accountKey(place));
      },
    },
    assignments: {
      in: (place: Provisioning) => assignmentsIn(place).all(),
      /** Those of a permission set in an account. */
      at: (place: Provisioning): ReadRange<AccountAssignment> => readWithin(assignmentsIn(place), ""),
      /** A principal's own, in every account or in one, by account and permission set. */
      of: (principal: Principal, accountId?: string): ReadRange<AccountAssignment> => {
        const prefix = `${principalKey(principal)}/`;
        return ({ after, limit }) =>
          ofPrincipals.range({
            prefix: accountId === undefined ? prefix : `${prefix}${accountId}/`,
            after,
            limit,
          });
      },
      has: (assignment: AccountAssignment) =>
        assignmentsIn(assignment).get(principalKey(assignment)) !== undefined,
      put: (assignment: AccountAssignment) => {
        assignmentsIn(assignment).put(principalKey(assignment), assignment);
        ofPrincipals.put(placeKey(assignment), assignment);
      },
      delete: (assignment: AccountAssignment) => {
        assignmentsIn(assignment).delete(principalKey(assignment));
        ofPrincipals.delete(placeKey(assignment));
      },
    },
    operations: {
      get: (requestId: string) => operations.get(requestId),
      all: () => operations.all(),
      /** Those of a kind, or those of a kind that are in a state; the newest first. */
      of: (kind: OperationKind, status?: OperationRecord["status"]): ReadRange<OperationRecord> =>
        readInOrder(
          (status === undefined ? OPERATION_STATES : [status]).map((state) =>
            readWithin(byStatus, statusKey({ kind, status: state })),
          ),
        ),
      unfinished: () => unfinished.all(),
      /** Unfinished operations are also kept apart, so that settling them does not read the whole history. */
      put: (operation: OperationRecord) => {
        const before = operations.get(operation.requestId);
        if (before !== undefined) byStatus.delete(statusKey(before) + newestFirst(before));
        byStatus.put(statusKey(operation) + newestFirst(operation), operation);
        operations.put(operation.requestId, operation);
        if (operation.status === "IN_PROGRESS") unfinished.put(operation.requestId, operation);
        else unfinished.delete(operation.requestId);
      },
    },
  };
};

export type IdentityCenterDocuments = ReturnType<typeof identityCenterDocuments>;

/** Identity Center has one instance here; this is its id in the store. */
export const INSTANCE = "instance";
