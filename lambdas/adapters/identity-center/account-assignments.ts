import {
  CreateAccountAssignmentCommand,
  DeleteAccountAssignmentCommand,
  DescribeAccountAssignmentCreationStatusCommand,
  DescribeAccountAssignmentDeletionStatusCommand,
  ListAccountAssignmentCreationStatusCommand,
  ListAccountAssignmentDeletionStatusCommand,
  ListAccountAssignmentsCommand,
  SSOAdminClient,
  type AccountAssignmentOperationStatus,
  type AccountAssignmentOperationStatusMetadata,
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

/** What an assignment is looked for. */
type ObservingPurpose = Extract<CallPurpose, "observe" | "confirm">;

/** Where an instance of Identity Center is. */
export type Instance = Pick<Entitlement, "region" | "instanceArn">;

/** sso-admin's calls about entitlements, each admitted first. Errors are AWS's own. */
export interface AccountAssignments {
  exists(entitlement: Entitlement, purpose: ObservingPurpose): Promise<boolean>;
  /** Which of them exist: one list for each permission set in each account, page by page as far as it takes. */
  existing(
    entitlements: readonly Entitlement[],
    purpose: ObservingPurpose,
  ): Promise<ReadonlySet<Entitlement>>;
  create(entitlement: Entitlement): Promise<Operation>;
  creation(entitlement: Entitlement, id: string): Promise<Operation>;
  /** Sends nothing once `before` has passed, however long its admission took. */
  delete(entitlement: Entitlement, before: Date): Promise<Operation | "too-late">;
  deletion(entitlement: Entitlement, id: string): Promise<Operation>;
  /** The ids of all creations that are IN_PROGRESS in the instance, whoever asked for them. */
  creationsInProgress(instance: Instance): Promise<ReadonlySet<string>>;
  /** The same of deletions. */
  deletionsInProgress(instance: Instance): Promise<ReadonlySet<string>>;
}

/** The largest page that these lists give. */
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

interface ListInput {
  readonly InstanceArn: string;
  readonly Filter: { readonly Status: "IN_PROGRESS" };
  readonly MaxResults: number;
  readonly NextToken: string | undefined;
}

interface ListedOperations {
  readonly operations: readonly AccountAssignmentOperationStatusMetadata[] | undefined;
  readonly NextToken: string | undefined;
}

/** Entitlements of one permission set in one account, which one list shows. */
type Group = readonly [Entitlement, ...Entitlement[]];

const groupsByPlace = (entitlements: readonly Entitlement[]): readonly Group[] => {
  const groups = new Map<string, Group>();
  for (const entitlement of entitlements) {
    const { region, instanceArn, accountId, permissionSetArn } = entitlement;
    const place = [region, instanceArn, accountId, permissionSetArn].join("#");
    const group = groups.get(place);
    groups.set(place, group === undefined ? [entitlement] : [...group, entitlement]);
  }
  return [...groups.values()];
};

const principalOf = (principal: {
  readonly principalType: string | undefined;
  readonly principalId: string | undefined;
}): string => `${principal.principalType} ${principal.principalId}`;

/** Account assignments through sso-admin, in the region that the entitlement names. */
export const accountAssignments = (deps: {
  readonly clientsFor: ClientsFor;
  readonly admission: Admission;
  readonly clock: Pick<Clock, "now">;
}): AccountAssignments => {
  const clientAt = ({ region }: Pick<Instance, "region">, purpose: ClientPurpose): SSOAdminClient =>
    deps.clientsFor("organization", purpose).client(SSOAdminClient, { region });

  const admitted = async (
    instance: Pick<Instance, "region">,
    purpose: keyof typeof clientPurpose,
  ): Promise<SSOAdminClient> => {
    await deps.admission.admit(purpose);
    return clientAt(instance, clientPurpose[purpose]);
  };

  /** The ids on all pages of a list of operations. */
  const idsInProgress = async (
    instance: Instance,
    purpose: ClientPurpose,
    list: (client: SSOAdminClient, input: ListInput) => Promise<ListedOperations>,
  ): Promise<ReadonlySet<string>> => {
    const ids = new Set<string>();
    let nextToken: string | undefined;
    do {
      await deps.admission.admit("follow");
      const { operations = [], NextToken } = await list(clientAt(instance, purpose), {
        InstanceArn: instance.instanceArn,
        Filter: { Status: "IN_PROGRESS" },
        MaxResults: PAGE,
        NextToken: nextToken,
      });
      for (const { RequestId } of operations) if (RequestId !== undefined) ids.add(RequestId);
      nextToken = NextToken;
    } while (nextToken !== undefined);
    return ids;
  };

  const page = async (place: Entitlement, purpose: ObservingPurpose, NextToken: string | undefined) => {
    const client = await admitted(place, purpose);
    return client.send(
      new ListAccountAssignmentsCommand({
        InstanceArn: place.instanceArn,
        AccountId: place.accountId,
        PermissionSetArn: place.permissionSetArn,
        MaxResults: PAGE,
        NextToken,
      }),
    );
  };

  /** Which of these entitlements, of one permission set in one account, are listed there. */
  const listed = async (wanted: Group, purpose: ObservingPurpose): Promise<readonly Entitlement[]> => {
    const principals = new Set<string>();
    const isListed = (entitlement: Entitlement) => principals.has(principalOf(entitlement));
    let nextToken: string | undefined;
    do {
      const { AccountAssignments = [], NextToken } = await page(wanted[0], purpose, nextToken);
      for (const { PrincipalType: principalType, PrincipalId: principalId } of AccountAssignments) {
        principals.add(principalOf({ principalType, principalId }));
      }
      nextToken = NextToken;
    } while (nextToken !== undefined && !wanted.every(isListed));
    return wanted.filter(isListed);
  };

  const listedOrGone = async (wanted: Group, purpose: ObservingPurpose): Promise<readonly Entitlement[]> => {
    try {
      return await listed(wanted, purpose);
    } catch (error) {
      // No such permission set or instance: AWS deletes neither while assignments use it, so none is left.
      if (isNamed(error, "ResourceNotFoundException")) return [];
      throw error;
    }
  };

  return {
    exists: async (entitlement, purpose) => (await listedOrGone([entitlement], purpose)).length > 0,

    existing: async (entitlements, purpose) => {
      const found = new Set<Entitlement>();
      for (const group of groupsByPlace(entitlements)) {
        for (const entitlement of await listedOrGone(group, purpose)) found.add(entitlement);
      }
      return found;
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
      const client = await admitted(entitlement, "confirm");
      const answer = await client.send(
        new DescribeAccountAssignmentDeletionStatusCommand({
          InstanceArn: entitlement.instanceArn,
          AccountAssignmentDeletionRequestId: id,
        }),
      );
      return operation(answer.AccountAssignmentDeletionStatus);
    },

    creationsInProgress: (instance) =>
      idsInProgress(instance, "grant", async (client, input) => {
        const answer = await client.send(new ListAccountAssignmentCreationStatusCommand(input));
        return { operations: answer.AccountAssignmentsCreationStatus, NextToken: answer.NextToken };
      }),

    deletionsInProgress: (instance) =>
      idsInProgress(instance, "revoke", async (client, input) => {
        const answer = await client.send(new ListAccountAssignmentDeletionStatusCommand(input));
        return { operations: answer.AccountAssignmentsDeletionStatus, NextToken: answer.NextToken };
      }),
  };
};

const clientPurpose: Readonly<Record<Exclude<CallPurpose, "follow" | "sync">, ClientPurpose>> = {
  revoke: "revoke",
  confirm: "revoke",
  grant: "grant",
  observe: "observe",
};
