import type { AccountState } from "../organizations/records.ts";
import type { AccountAssignment, OperationRecord, PrincipalType } from "./records.ts";

/** What Identity Center asks of the organization and of the directory. */
export interface Surroundings {
  readonly identityStoreId: string;
  readonly stateOf: (accountId: string) => AccountState | undefined;
  readonly principalExists: (principal: Pick<AccountAssignment, "principalType" | "principalId">) => boolean;
  /** The ids of the groups that a user belongs to; none for a group. */
  readonly groupsOf: (type: PrincipalType, id: string) => readonly string[];
}

/**
 * How AWS says that an account cannot be worked in: an account that is not active fails asynchronously, with this sentence
 * (https://github.com/aws-samples/aws-identitycenter-codepipeline-auto-assignment/issues/31,
 * https://github.com/61418/aws-sso-util/issues/80). Nobody reports what deleting says there; the role is as unreachable.
 */
const unreachable = (accountId: string): string =>
  `AWS SSO is unable to complete your request at this time. Obtaining permissions to manage your AWS account '${accountId}' is taking longer than usual. Please try again in a few minutes. If this problem continues, contact AWS Support.`;

/**
 * A principal that is not in the directory fails creating and deleting alike, asynchronously: an assignment of a deleted
 * user cannot be deleted (https://github.com/hashicorp/terraform-provider-aws/issues/19341).
 */
const assigneeNotFound = (
  { principalType, principalId }: AccountAssignment,
  identityStoreId: string,
): string =>
  `Received a 404 status error: the ${principalType} assignee ${principalId} was not found in directory ${identityStoreId}`;

/**
 * Deleting what is not there: accepted, then FAILED with this sentence, which the Terraform provider matches
 * (internal/service/ssoadmin/account_assignment.go, "EntitlementItem doesn't exist") and baton-aws by its first words.
 */
const assignmentNotFound = ({ accountId, permissionSetArn, principalId }: AccountAssignment): string =>
  `Received a 404 status error: EntitlementItem doesn't exist with the given entitlement key EntitlementKey{accessorId=AccessorId{value=${principalId}}, resourceId=ResourceId{value=${accountId}}, auxiliaryResourceId=AuxiliaryResourceId{value=${permissionSetArn}}}`;

/** The assignment that an operation is about; undefined for one that only provisions. */
export const assignmentOf = ({ target }: OperationRecord): AccountAssignment | undefined =>
  target.principalType === undefined || target.principalId === undefined
    ? undefined
    : {
        accountId: target.accountId,
        permissionSetArn: target.permissionSetArn,
        principalType: target.principalType,
        principalId: target.principalId,
      };

/** Why `operation` fails when it completes in these surroundings; undefined when it succeeds. */
export const failureOf = (
  operation: OperationRecord,
  surroundings: Surroundings,
  exists: (assignment: AccountAssignment) => boolean,
): string | undefined => {
  if (operation.orderedFailure !== undefined) return operation.orderedFailure;
  if (surroundings.stateOf(operation.target.accountId) !== "ACTIVE")
    return unreachable(operation.target.accountId);
  const assignment = assignmentOf(operation);
  if (assignment === undefined) return undefined;
  if (!surroundings.principalExists(assignment))
    return assigneeNotFound(assignment, surroundings.identityStoreId);
  if (operation.kind === "DELETE" && !exists(assignment)) return assignmentNotFound(assignment);
  return undefined;
};
