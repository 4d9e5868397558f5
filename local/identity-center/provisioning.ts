import * as z from "zod/mini";
import type { JsonObject } from "../wire/json.ts";
import type { Operation } from "../wire/service.ts";
import {
  accountId,
  defineOperation,
  invalid,
  notFound,
  paged,
  pageMembers,
  permissionSetOf,
  refuseDelegatedAdministrator,
  refuseUnknownAccount,
  type IdentityCenter,
} from "./center.ts";
import type { OperationRecord } from "./records.ts";

const describe = (operation: OperationRecord): JsonObject => ({
  Status: operation.status,
  RequestId: operation.requestId,
  AccountId: operation.target.accountId,
  PermissionSetArn: operation.target.permissionSetArn,
  FailureReason: operation.failureReason,
  CreatedDate: operation.createdAt / 1000,
});

const provisioningStatus = z.optional(
  z.enum(["LATEST_PERMISSION_SET_PROVISIONED", "LATEST_PERMISSION_SET_NOT_PROVISIONED"]),
);

/** Which permission sets have a role in which accounts. Every role here has its set's latest policies. */
export const provisioningOperations = (center: IdentityCenter): Record<string, Operation> => {
  const { asynchronous, documents } = center;
  const provisionedAs = (status: z.output<typeof provisioningStatus>) =>
    status === "LATEST_PERMISSION_SET_NOT_PROVISIONED" ? [] : documents.provisioned.all();

  return {
    ProvisionPermissionSet: defineOperation(
      z.object({
        InstanceArn: z.string(),
        PermissionSetArn: z.string(),
        TargetType: z.enum(["AWS_ACCOUNT", "ALL_PROVISIONED_ACCOUNTS"]),
        TargetId: z.optional(accountId),
      }),
      ({ PermissionSetArn, TargetType, TargetId }, caller) => {
        permissionSetOf(center, PermissionSetArn);
        if (TargetType === "ALL_PROVISIONED_ACCOUNTS" || TargetId === undefined)
          throw invalid(
            "Here a permission set is provisioned to one account at a time: TargetType AWS_ACCOUNT with TargetId",
          );
        const target = { accountId: TargetId, permissionSetArn: PermissionSetArn };
        refuseUnknownAccount(center, TargetId);
        refuseDelegatedAdministrator(center, caller, target);
        return { PermissionSetProvisioningStatus: describe(asynchronous.accept("PROVISION", target)) };
      },
    ),

    DescribePermissionSetProvisioningStatus: defineOperation(
      z.object({ InstanceArn: z.string(), ProvisionPermissionSetRequestId: z.string() }),
      ({ ProvisionPermissionSetRequestId: id }) => {
        const operation = asynchronous.find(id, "PROVISION");
        if (operation === undefined) throw notFound(`Could not find the request with id ${id}`);
        return { PermissionSetProvisioningStatus: describe(operation) };
      },
    ),

    ListPermissionSetsProvisionedToAccount: defineOperation(
      z.object({
        InstanceArn: z.string(),
        AccountId: accountId,
        ProvisioningStatus: provisioningStatus,
        ...pageMembers,
      }),
      (input) => {
        const wanted = provisionedAs(input.ProvisioningStatus)
          .filter((place) => place.accountId === input.AccountId)
          .map((place) => place.permissionSetArn);
        const { items, next } = paged(wanted, (arn) => arn, input);
        return { PermissionSets: items, ...next };
      },
    ),

    ListAccountsForProvisionedPermissionSet: defineOperation(
      z.object({
        InstanceArn: z.string(),
        PermissionSetArn: z.string(),
        ProvisioningStatus: provisioningStatus,
        ...pageMembers,
      }),
      (input) => {
        permissionSetOf(center, input.PermissionSetArn);
        const wanted = provisionedAs(input.ProvisioningStatus)
          .filter((place) => place.permissionSetArn === input.PermissionSetArn)
          .map((place) => place.accountId);
        const { items, next } = paged(wanted, (id) => id, input);
        return { AccountIds: items, ...next };
      },
    ),
  };
};
