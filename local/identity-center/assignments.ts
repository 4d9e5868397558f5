import * as z from "zod/mini";
import type { JsonObject } from "../wire/json.ts";
import { AwsError, type Caller, type Operation } from "../wire/service.ts";
import {
  accountId,
  defineOperation,
  listOfOperations,
  notFound,
  pagedFrom,
  pageMembers,
  permissionSetOf,
  principalId,
  principalType,
  refuseDelegatedAdministrator,
  refuseUnknownAccount,
  summarize,
  type IdentityCenter,
} from "./center.ts";
import { readInTurn } from "../identity/paging.ts";
import type { AccountAssignment, OperationKind, OperationRecord, Principal } from "./records.ts";

const change = z.object({
  InstanceArn: z.string(),
  TargetId: accountId,
  TargetType: z.literal("AWS_ACCOUNT"),
  PermissionSetArn: z.string(),
  PrincipalType: principalType,
  PrincipalId: principalId,
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
    const { items, next } = pagedFrom(asynchronous.of(kind, input.Filter?.Status), input);
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
        const { items, next } = pagedFrom(documents.assignments.at(place), input);
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
        const { PrincipalType, PrincipalId, Filter } = input;
        const groups = center.surroundings.groupsOf(PrincipalType, PrincipalId).toSorted();
        /** In the order of their ids in the store, where GROUP comes before USER. */
        const principals: readonly Principal[] = [
          ...groups.map((id) => ({ principalType: "GROUP" as const, principalId: id })),
          { principalType: PrincipalType, principalId: PrincipalId },
        ];
        const wanted = principals.map((one) => documents.assignments.of(one, Filter?.AccountId));
        const { items, next } = pagedFrom(readInTurn(wanted), input);
        return { AccountAssignments: items.map(show), ...next };
      },
    ),
  };
};
