import {
  CreateAccountAssignmentCommand,
  DeleteAccountAssignmentCommand,
  DescribeAccountAssignmentCreationStatusCommand,
  DescribeAccountAssignmentDeletionStatusCommand,
  ListAccountAssignmentsCommand,
  SSOAdminClient,
  type AccountAssignmentOperationStatus,
} from "@aws-sdk/client-sso-admin";
import type { ClientPurpose, ClientsFor } from "../aws-clients.ts";
import { isNamed } from "../aws-errors.ts";
import type { Entitlement } from "../../core/domain/entitlement.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Admission, CallPurpose } from "../../core/ports/provider.ts";

/** An asynchronous operation of Identity Center's, as one call shows it. */
export interface Operation {
  readonly status: "IN_PROGRESS" | "SUCCEEDED" | "FAILED";
  /** Names the operation; absent when AWS did not say (it then cannot be asked about). */
  readonly id: string | undefined;
  readonly failureReason: string;
}

/** sso-admin's calls about one entitlement, each admitted first. Errors are AWS's own. */
export interface AccountAssignments {
  exists(entitlement: Entitlement, purpose: CallPurpose): Promise<boolean>;
  create(entitlement: Entitlement): Promise<Operation>;
  creation(entitlement: Entitlement, id: string): Promise<Operation>;
  /** Sends nothing once `before` has passed, however long its admission took. */
  delete(entitlement: Entitlement, before: Date): Promise<Operation | "too-late">;
  deletion(entitlement: Entitlement, id: string): Promise<Operation>;
}

/** The largest page that ListAccountAssignments gives. */
const PAGE = 100;

/** What identifies the assignment: ids only. */
const target = (entitlement: Entitlement) => ({
  InstanceArn: entitlement.instanceArn,
  TargetId: entitlement.accountId,
  TargetType: "AWS_ACCOUNT" as const,
  PermissionSetArn: entitlement.permissionSetArn,
  PrincipalType: entitlement.principalType,
  PrincipalId: entitlement.principalId,
});

const operation = (status: AccountAssignmentOperationStatus | undefined): Operation => ({
  status: status?.Status ?? "IN_PROGRESS",
  id: status?.RequestId,
  failureReason: status?.FailureReason ?? "AWS gave no reason",
});

/** Account assignments through sso-admin, in the region that the entitlement names. */
export const accountAssignments = (deps: {
  readonly clientsFor: ClientsFor;
  readonly admission: Admission;
  readonly clock: Pick<Clock, "now">;
}): AccountAssignments => {
  const admitted = async (entitlement: Entitlement, purpose: CallPurpose): Promise<SSOAdminClient> => {
    await deps.admission.admit(purpose);
    return deps
      .clientsFor("home", clientPurpose[purpose])
      .client(SSOAdminClient, { region: entitlement.region });
  };

  const page = async (entitlement: Entitlement, purpose: CallPurpose, NextToken: string | undefined) => {
    const client = await admitted(entitlement, purpose);
    return client.send(
      new ListAccountAssignmentsCommand({
        InstanceArn: entitlement.instanceArn,
        AccountId: entitlement.accountId,
        PermissionSetArn: entitlement.permissionSetArn,
        MaxResults: PAGE,
        NextToken,
      }),
    );
  };

  const listed = async (entitlement: Entitlement, purpose: CallPurpose): Promise<boolean> => {
    let nextToken: string | undefined;
    do {
      const { AccountAssignments = [], NextToken } = await page(entitlement, purpose, nextToken);
      const held = AccountAssignments.some(
        ({ PrincipalId, PrincipalType }) =>
          PrincipalId === entitlement.principalId && PrincipalType === entitlement.principalType,
      );
      if (held) return true;
      nextToken = NextToken;
    } while (nextToken !== undefined);
    return false;
  };

  return {
    exists: async (entitlement, purpose) => {
      try {
        return await listed(entitlement, purpose);
      } catch (error) {
        // No such permission set or instance: AWS deletes neither while assignments use it, so none is left.
        if (isNamed(error, "ResourceNotFoundException")) return false;
        throw error;
      }
    },

    create: async (entitlement) => {
      const client = await admitted(entitlement, "grant");
      const answer = await client.send(new CreateAccountAssignmentCommand(target(entitlement)));
      return operation(answer.AccountAssignmentCreationStatus);
    },

    creation: async (entitlement, id) => {
      const client = await admitted(entitlement, "grant");
      const answer = await client.send(
        new DescribeAccountAssignmentCreationStatusCommand({
          InstanceArn: entitlement.instanceArn,
          AccountAssignmentCreationRequestId: id,
        }),
      );
      return operation(answer.AccountAssignmentCreationStatus);
    },

    delete: async (entitlement, before) => {
      const client = await admitted(entitlement, "revoke");
      if (deps.clock.now() >= before) return "too-late";
      const answer = await client.send(new DeleteAccountAssignmentCommand(target(entitlement)));
      return operation(answer.AccountAssignmentDeletionStatus);
    },

    deletion: async (entitlement, id) => {
      const client = await admitted(entitlement, "revoke");
      const answer = await client.send(
        new DescribeAccountAssignmentDeletionStatusCommand({
          InstanceArn: entitlement.instanceArn,
          AccountAssignmentDeletionRequestId: id,
        }),
      );
      return operation(answer.AccountAssignmentDeletionStatus);
    },
  };
};

const clientPurpose: Readonly<Record<CallPurpose, ClientPurpose>> = {
  revoke: "revoke",
  grant: "grant",
  observe: "identity",
  catalogue: "catalogue",
};
