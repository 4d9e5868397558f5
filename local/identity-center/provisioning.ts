import * as z from "zod/mini";
import type { JsonObject } from "../wire/json.ts";
import type { Operation } from "../wire/service.ts";
import {
  accountId,
  defineOperation,
  invalid,
  listOfOperations,
  notFound,
  pagedFrom,
  pageMembers,
  permissionSetOf,
  refuseDelegatedAdministrator,
  refuseUnknownAccount,
  summarize,
  type IdentityCenter,
} from "./center.ts";
import type { OperationRecord, Provisioning } from "./records.ts";
import type { ReadRange } from "../identity/paging.ts";

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
  const provisionedAs = (
    status: z.output<typeof provisioningStatus>,
    read: ReadRange<Provisioning>,
  ): ReadRange<Provisioning> => (status === "LATEST_PERMISSION_SET_NOT_PROVISIONED" ? () => [] : read);

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

    ListPermissionSetProvisioningStatus: defineOperation(listOfOperations, (input) => {
      const { items, next } = pagedFrom(asynchronous.of("PROVISION", input.Filter?.Status), input);
      return { PermissionSetsProvisioningStatus: items.map(summarize), ...next };
    }),

    ListPermissionSetsProvisionedToAccount: defineOperation(
      z.object({
        InstanceArn: z.string(),
        AccountId: accountId,
        ProvisioningStatus: provisioningStatus,
        ...pageMembers,
      }),
      (input) => {
        const wanted = documents.provisioned.inAccount(input.AccountId);
        const { items, next } = pagedFrom(provisionedAs(input.ProvisioningStatus, wanted), input);
        return { PermissionSets: items.map(({ permissionSetArn }) => permissionSetArn), ...next };
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
        const wanted = documents.provisioned.ofSet(input.PermissionSetArn);
        const { items, next } = pagedFrom(provisionedAs(input.ProvisioningStatus, wanted), input);
        return { AccountIds: items.map(({ accountId: id }) => id), ...next };
      },
    ),
  };
};
