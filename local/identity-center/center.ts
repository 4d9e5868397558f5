import * as z from "zod/mini";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import { operationsAnswering } from "../identity/operation.ts";
import { pageOf, pageRead, type Page, type PageRequest, type ReadRange } from "../identity/paging.ts";
import type { JsonObject } from "../wire/json.ts";
import { AwsError, type Caller } from "../wire/service.ts";
import type { AsynchronousOperations } from "./asynchronous-operations.ts";
import type { Surroundings } from "./operation-rules.ts";
import {
  OPERATION_STATES,
  type IdentityCenterDocuments,
  type InstanceRecord,
  type OperationRecord,
  type PermissionSetRecord,
  type Provisioning,
} from "./records.ts";

/** What every operation of Identity Center works with. */
export interface IdentityCenter {
  readonly instance: InstanceRecord;
  readonly documents: IdentityCenterDocuments;
  readonly surroundings: Surroundings;
  readonly asynchronous: AsynchronousOperations;
  readonly clock: Clock;
  readonly newId: () => string;
}

export const invalid = (message: string): AwsError => new AwsError("ValidationException", message);
export const notFound = (message: string): AwsError => new AwsError("ResourceNotFoundException", message);
export const defineOperation = operationsAnswering(invalid);

/** The largest page of every list is 100 (API_ListAccountAssignments, "MaxResults"). */
const LARGEST_PAGE = 100;

export const pageMembers = {
  MaxResults: z.optional(
    z
      .int()
      .check(
        z.minimum(1, "Member must have value greater than or equal to 1"),
        z.maximum(LARGEST_PAGE, "Member must have value less than or equal to 100"),
      ),
  ),
  NextToken: z.optional(z.string()),
};

export const paged = <T>(items: readonly T[], keyOf: (item: T) => string, request: PageRequest): Page<T> =>
  pageOf(items, keyOf, request, LARGEST_PAGE, () => invalid("Invalid NextToken"));

/** A page of what the store holds, at the cost of the page. */
export const pagedFrom = <T>(read: ReadRange<T>, request: PageRequest): Page<T> =>
  pageRead(read, request, LARGEST_PAGE, () => invalid("Invalid NextToken"));

export const accountId = z
  .string()
  .check(z.regex(/^\d{12}$/, "Member must satisfy regular expression pattern: \\d{12}"));
export const principalType = z.enum(["USER", "GROUP"]);

/** A principal's id is a UUID, in old directories after ten characters of the directory's (API_CreateAccountAssignment). */
export const principalId = z
  .string()
  .check(
    z.regex(
      /^([0-9a-f]{10}-|)[A-Fa-f0-9]{8}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{12}$/,
      "Member must satisfy regular expression pattern: ([0-9a-f]{10}-|)[A-Fa-f0-9]{8}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{12}",
    ),
  );

/** What the lists of asynchronous operations take. */
export const listOfOperations = z.object({
  InstanceArn: z.string(),
  ...pageMembers,
  Filter: z.optional(z.object({ Status: z.optional(z.enum(OPERATION_STATES)) })),
});

/** An operation as the lists show it. */
export const summarize = (operation: OperationRecord): JsonObject => ({
  Status: operation.status,
  RequestId: operation.requestId,
  CreatedDate: operation.createdAt / 1000,
});

const lastPart = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1);

/** Throws ResourceNotFoundException. */
export const permissionSetOf = (center: IdentityCenter, arn: string): PermissionSetRecord => {
  const permissionSet = center.documents.permissionSets.get(arn);
  if (permissionSet === undefined) throw notFound(`Could not find PermissionSet with id ${lastPart(arn)}`);
  return permissionSet;
};

/** Throws ResourceNotFoundException unless the organization has the account. */
export const refuseUnknownAccount = (center: IdentityCenter, id: string): void => {
  if (center.surroundings.stateOf(id) === undefined) throw notFound(`Could not find account with id ${id}`);
};

/**
 * A delegated administrator manages neither the management account nor a permission set that is provisioned there
 * (https://github.com/fivexl/terraform-aws-sso-elevator/issues/101 reports the AccessDeniedException; its message is ours).
 */
export const refuseDelegatedAdministrator = (
  center: IdentityCenter,
  caller: Caller,
  { accountId: target, permissionSetArn }: Provisioning,
): void => {
  const { ownerAccountId } = center.instance;
  if (caller.accountId === ownerAccountId) return;
  const provisionedThere = center.documents.provisioned.has({ accountId: ownerAccountId, permissionSetArn });
  if (target === ownerAccountId || provisionedThere)
    throw new AwsError(
      "AccessDeniedException",
      "Delegated administrators cannot manage permission sets that are provisioned in the management account.",
    );
};
