import { documentsOf } from "../identity/documents.ts";
import type { LocalStore } from "../store.ts";

export type PrincipalType = "USER" | "GROUP";

export interface InstanceRecord {
  readonly instanceArn: string;
  readonly identityStoreId: string;
  readonly ownerAccountId: string;
  readonly region: string;
  readonly createdAt: number;
}

/** A permission set; timestamps in milliseconds. */
export interface PermissionSetRecord {
  readonly arn: string;
  readonly name: string;
  readonly description?: string;
  readonly sessionDuration: string;
  readonly relayState?: string;
  readonly managedPolicies: readonly string[];
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

/** The fact that a principal may use a permission set in an account. */
export interface AccountAssignment extends Provisioning {
  readonly principalType: PrincipalType;
  readonly principalId: string;
}

/** What an asynchronous operation does: CreateAccountAssignment, DeleteAccountAssignment, ProvisionPermissionSet. */
export type OperationKind = "CREATE" | "DELETE" | "PROVISION";

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
  readonly status: "IN_PROGRESS" | "SUCCEEDED" | "FAILED";
  readonly failureReason?: string;
  /** A failure that a test ordered when the operation was accepted. */
  readonly orderedFailure?: string;
}

const provisioningKey = ({ accountId, permissionSetArn }: Provisioning): string =>
  `${accountId}/${permissionSetArn}`;

const principalKey = ({ principalType, principalId }: AccountAssignment): string =>
  `${principalType}/${principalId}`;

/** Where Identity Center keeps what it knows. */
export const identityCenterDocuments = (store: LocalStore) => {
  const provisioned = documentsOf<Provisioning>(store, "identity-center/provisioned");
  const operations = documentsOf<OperationRecord>(store, "identity-center/operations");
  const unfinished = documentsOf<OperationRecord>(store, "identity-center/unfinished-operations");
  /** One collection per account and permission set, so that the commonest read looks at nothing else. */
  const assignmentsIn = (place: Provisioning) =>
    documentsOf<AccountAssignment>(store, `identity-center/assignments/${provisioningKey(place)}`);
  return {
    instance: documentsOf<InstanceRecord>(store, "identity-center/instance"),
    permissionSets: documentsOf<PermissionSetRecord>(store, "identity-center/permission-sets"),
    provisioned: {
      all: () => provisioned.all(),
      has: (place: Provisioning) => provisioned.get(provisioningKey(place)) !== undefined,
      put: ({ accountId, permissionSetArn }: Provisioning) => {
        provisioned.put(provisioningKey({ accountId, permissionSetArn }), { accountId, permissionSetArn });
      },
      delete: (place: Provisioning) => {
        provisioned.delete(provisioningKey(place));
      },
    },
    assignments: {
      in: (place: Provisioning) => assignmentsIn(place).all(),
      has: (assignment: AccountAssignment) =>
        assignmentsIn(assignment).get(principalKey(assignment)) !== undefined,
      put: (assignment: AccountAssignment) => {
        assignmentsIn(assignment).put(principalKey(assignment), assignment);
      },
      delete: (assignment: AccountAssignment) => {
        assignmentsIn(assignment).delete(principalKey(assignment));
      },
    },
    operations: {
      get: (requestId: string) => operations.get(requestId),
      all: () => operations.all(),
      unfinished: () => unfinished.all(),
      /** Unfinished operations are also kept apart, so that settling them does not read the whole history. */
      put: (operation: OperationRecord) => {
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
