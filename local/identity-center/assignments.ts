import * as z from "zod/mini";
import type { JsonObject } from "../wire/json.ts";
import { AwsError, type Caller, type Operation } from "../wire/service.ts";
import {
  accountId,
  defineOperation,
  notFound,
  paged,
  pageMembers,
  permissionSetOf,
  principalId,
  principalType,
  refuseDelegatedAdministrator,
  refuseUnknownAccount,
  type IdentityCenter,
} from "./center.ts";
import type { AccountAssignment, OperationKind, OperationRecord } from "./records.ts";

const change = z.object({
  InstanceArn: z.string(),
  TargetId: accountId,
  TargetType: z.literal("AWS_ACCOUNT"),
  PermissionSetArn: z.string(),
  PrincipalType: principalType,
  PrincipalId: principalId,
});

const listOfOperations = z.object({
  InstanceArn: z.string(),
  ...pageMembers,
  Filter: z.optional(z.object({ Status: z.optional(z.enum(["IN_PROGRESS", "SUCCEEDED", "FAILED"])) })),
});

const summarize = (operation: OperationRecord): JsonObject => ({
  Status: operation.status,
  RequestId: operation.requestId,
  CreatedDate: operation.createdAt / 1000,
});

const describe = (operation: OperationRecord): JsonObject => ({
  ...summarize(operation),
  FailureReason: operation.failureReason,
  TargetId: operation.target.accountId,
  TargetType: "AWS_ACCOUNT",
  PermissionSetArn: operation.target.permissionSetArn,
  PrincipalType: operation.target.principalType,
  PrincipalId: operation.target.principalId,
});

const show = (assignment: AccountAssignment): JsonObject => ({
  AccountId: assignment.accountId,
  PermissionSetArn: assignment.permissionSetArn,
  PrincipalType: assignment.principalType,
  PrincipalId: assignment.principalId,
});

/** Newest first, and unique: the order of the lists of operations. */
const operationKey = ({ createdAt, order, requestId }: OperationRecord): string =>
  [Number.MAX_SAFE_INTEGER - createdAt, Number.MAX_SAFE_INTEGER - order]
    .map((part) => String(part).padStart(16, "0"))
    .concat(requestId)
    .join("/");

const placeKey = (assignment: AccountAssignment): string =>
  [assignment.accountId, assignment.permissionSetArn, assignment.principalType, assignment.principalId].join(
    "/",
  );

/** Account assignments: created and deleted asynchronously, listed as they are. */
export const assignmentOperations = (center: IdentityCenter): Record<string, Operation> => {
  const { asynchronous, documents } = center;

  const accept = (kind: OperationKind, input: z.output<typeof change>, caller: Caller): JsonObject => {
    const target = {
      accountId: input.TargetId,
      permissionSetArn: input.PermissionSetArn,
      principalType: input.PrincipalType,
      principalId: input.PrincipalId,
    };
    permissionSetOf(center, input.PermissionSetArn);
    refuseUnknownAccount(center, input.TargetId);
    refuseDelegatedAdministrator(center, caller, target);
    return describe(asynchronous.accept(kind, target));
  };

  const find = (kind: OperationKind, requestId: string): JsonObject => {
    const operation = asynchronous.find(requestId, kind);
    if (operation === undefined) throw notFound(`Could not find the request with id ${requestId}`);
    return describe(operation);
  };

  const list = (kind: OperationKind, input: z.output<typeof listOfOperations>) => {
    const wanted = input.Filter?.Status;
    const operations = asynchronous
      .all(kind)
      .filter((operation) => wanted === undefined || operation.status === wanted);
    const { items, next } = paged(operations, operationKey, input);
    return { items: items.map(summarize), next };
  };

  return {
    /**
     * Creating what exists is accepted and SUCCEEDS without a change. AWS does not say so; none of the exceptions in
     * API_CreateAccountAssignment means "already exists", and no report of one was found.
     */
    CreateAccountAssignment: defineOperation(change, (input, caller) => ({
      AccountAssignmentCreationStatus: accept("CREATE", input, caller),
    })),

    DeleteAccountAssignment: defineOperation(change, (input, caller) => ({
      AccountAssignmentDeletionStatus: accept("DELETE", input, caller),
    })),

    DescribeAccountAssignmentCreationStatus: defineOperation(
      z.object({ InstanceArn: z.string(), AccountAssignmentCreationRequestId: z.string() }),
      (input) => ({
        AccountAssignmentCreationStatus: find("CREATE", input.AccountAssignmentCreationRequestId),
      }),
    ),

    DescribeAccountAssignmentDeletionStatus: defineOperation(
      z.object({ InstanceArn: z.string(), AccountAssignmentDeletionRequestId: z.string() }),
      (input) => ({
        AccountAssignmentDeletionStatus: find("DELETE", input.AccountAssignmentDeletionRequestId),
      }),
    ),

    ListAccountAssignmentCreationStatus: defineOperation(listOfOperations, (input) => {
      const { items, next } = list("CREATE", input);
      return { AccountAssignmentsCreationStatus: items, ...next };
    }),

    ListAccountAssignmentDeletionStatus: defineOperation(listOfOperations, (input) => {
      const { items, next } = list("DELETE", input);
      return { AccountAssignmentsDeletionStatus: items, ...next };
    }),

    ListAccountAssignments: defineOperation(
      z.object({
        InstanceArn: z.string(),
        AccountId: accountId,
        PermissionSetArn: z.string(),
        ...pageMembers,
      }),
      (input) => {
        permissionSetOf(center, input.PermissionSetArn);
        const place = { accountId: input.AccountId, permissionSetArn: input.PermissionSetArn };
        const { items, next } = paged(documents.assignments.in(place), placeKey, input);
        return { AccountAssignments: items.map(show), ...next };
      },
    ),

    /**
     * "This action must be called from the management account" (API_ListAccountAssignmentsForPrincipal). It lists what "the
     * principal has access to": for a user, read here as including its groups' assignments; moto lists the user's own only.
     */
    ListAccountAssignmentsForPrincipal: defineOperation(
      z.object({
        InstanceArn: z.string(),
        PrincipalId: principalId,
        PrincipalType: principalType,
        Filter: z.optional(z.object({ AccountId: z.optional(accountId) })),
        ...pageMembers,
      }),
      (input, caller) => {
        if (caller.accountId !== center.instance.ownerAccountId)
          throw new AwsError(
            "AccessDeniedException",
            "This operation must be called from the management account.",
          );
        const principals = center.surroundings.principalsOf(input.PrincipalType, input.PrincipalId);
        const wanted = documents.provisioned
          .all()
          .filter(
            ({ accountId: id }) => input.Filter?.AccountId === undefined || input.Filter.AccountId === id,
          )
          .flatMap((place) => documents.assignments.in(place))
          .filter((assignment) => principals.has(assignment.principalId));
        const { items, next } = paged(wanted, placeKey, input);
        return { AccountAssignments: items.map(show), ...next };
      },
    ),
  };
};
