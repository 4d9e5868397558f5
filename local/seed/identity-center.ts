import {
  AttachCustomerManagedPolicyReferenceToPermissionSetCommand,
  AttachManagedPolicyToPermissionSetCommand,
  CreateAccountAssignmentCommand,
  CreatePermissionSetCommand,
  DescribeAccountAssignmentCreationStatusCommand,
  DescribePermissionSetCommand,
  ListInstancesCommand,
  ListPermissionSetsProvisionedToAccountCommand,
  paginateListAccountAssignments,
  paginateListManagedPoliciesInPermissionSet,
  paginateListPermissionSets,
  PutInlinePolicyToPermissionSetCommand,
  type SSOAdminClient,
} from "@aws-sdk/client-sso-admin";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type {
  OrganizationAssignment,
  OrganizationFile,
  OrganizationPermissionSet,
} from "../organization-file.ts";
import { reasonOf, required, type SeedLog } from "./report.ts";

const POLL_MILLISECONDS = 200;
/** 300 polls of 200 ms: a minute. */
const MOST_POLLS = 300;

export interface IdentityCenterSeed {
  readonly client: SSOAdminClient;
  readonly clock: Clock;
  readonly instanceArn: string;
  readonly file: OrganizationFile;
  readonly log: SeedLog;
}

/** The endpoint's first Identity Center instance. */
export const instanceAt = async (
  client: SSOAdminClient,
): Promise<{ readonly instanceArn: string; readonly identityStoreId: string }> => {
  const { Instances: instances } = await client.send(new ListInstancesCommand());
  const instance = required(instances?.[0], "an Identity Center instance");
  return {
    instanceArn: required(instance.InstanceArn, "an instance's ARN"),
    identityStoreId: required(instance.IdentityStoreId, "an identity store's id"),
  };
};

const permissionSetsAt = async ({
  client,
  instanceArn,
}: IdentityCenterSeed): Promise<Map<string, string>> => {
  const arns = new Map<string, string>();
  for await (const page of paginateListPermissionSets({ client }, { InstanceArn: instanceArn }))
    for (const PermissionSetArn of page.PermissionSets ?? []) {
      const { PermissionSet: set } = await client.send(
        new DescribePermissionSetCommand({ InstanceArn: instanceArn, PermissionSetArn }),
      );
      arns.set(required(set?.Name, "a permission set's name"), PermissionSetArn);
    }
  return arns;
};

const seedPolicies = async (
  { client, instanceArn, log }: IdentityCenterSeed,
  PermissionSetArn: string,
  set: OrganizationPermissionSet,
): Promise<void> => {
  const place = { InstanceArn: instanceArn, PermissionSetArn };
  const attached = new Set<string | undefined>();
  for await (const page of paginateListManagedPoliciesInPermissionSet({ client }, place))
    for (const policy of page.AttachedManagedPolicies ?? []) attached.add(policy.Arn);
  for (const ManagedPolicyArn of set.managedPolicies.filter((arn) => !attached.has(arn)))
    try {
      await client.send(new AttachManagedPolicyToPermissionSetCommand({ ...place, ManagedPolicyArn }));
    } catch (error) {
      log.inexpressible(
        `The policy ${ManagedPolicyArn} cannot be attached to ${set.name}: ${reasonOf(error)}.`,
      );
    }
  await seedPolicyReferences({ client, instanceArn, log }, PermissionSetArn, set);
  if (set.inlinePolicy !== undefined)
    await client.send(
      new PutInlinePolicyToPermissionSetCommand({ ...place, InlinePolicy: JSON.stringify(set.inlinePolicy) }),
    );
};

const seedPolicyReferences = async (
  { client, instanceArn, log }: Pick<IdentityCenterSeed, "client" | "instanceArn" | "log">,
  PermissionSetArn: string,
  set: OrganizationPermissionSet,
): Promise<void> => {
  const place = { InstanceArn: instanceArn, PermissionSetArn };
  for (const { name, path } of set.customerManagedPolicies ?? [])
    try {
      await client.send(
        new AttachCustomerManagedPolicyReferenceToPermissionSetCommand({
          ...place,
          CustomerManagedPolicyReference: { Name: name, Path: path },
        }),
      );
    } catch (error) {
      // What an earlier run attached.
      if (error instanceof Error && error.name === "ConflictException") continue;
      log.inexpressible(
        `The customer managed policy ${path}${name} cannot be attached to ${set.name}: ${reasonOf(error)}.`,
      );
    }
};

const seedPermissionSets = async (seed: IdentityCenterSeed): Promise<void> => {
  const existing = await permissionSetsAt(seed);
  for (const set of seed.file.identityCenter.permissionSets) {
    const found = existing.get(set.name);
    const arn = found ?? (await createPermissionSet(seed, set));
    seed.log.seeded("permission set", set.name, arn, found === undefined);
    await seedPolicies(seed, arn, set);
  }
};

const createPermissionSet = async (
  { client, instanceArn }: IdentityCenterSeed,
  set: OrganizationPermissionSet,
): Promise<string> => {
  const answer = await client.send(
    new CreatePermissionSetCommand({
      InstanceArn: instanceArn,
      Name: set.name,
      ...(set.description === undefined ? {} : { Description: set.description }),
      SessionDuration: set.sessionDuration,
      Tags: Object.entries(set.tags).map(([Key, Value]) => ({ Key, Value })),
    }),
  );
  return required(answer.PermissionSet?.PermissionSetArn, "a permission set's ARN");
};

const seedAssignment = async (
  { client, clock, instanceArn, file, log }: IdentityCenterSeed,
  { account, permissionSet, group, user }: OrganizationAssignment,
): Promise<void> => {
  const accountName =
    file.accounts.find(({ id, name }) => id === account || name === account)?.name ?? account;
  const AccountId = log.idOf("account", accountName);
  const PermissionSetArn = log.idOf("permission set", permissionSet);
  const PrincipalType = group === undefined ? ("USER" as const) : ("GROUP" as const);
  const PrincipalId = group === undefined ? log.idOf("user", user ?? "") : log.idOf("group", group);
  const place = { InstanceArn: instanceArn, AccountId, PermissionSetArn };
  for await (const page of paginateListAccountAssignments({ client }, place))
    if (page.AccountAssignments?.some((found) => found.PrincipalId === PrincipalId)) return;
  const started = await client.send(
    new CreateAccountAssignmentCommand({
      InstanceArn: instanceArn,
      TargetType: "AWS_ACCOUNT",
      TargetId: AccountId,
      PermissionSetArn,
      PrincipalType,
      PrincipalId,
    }),
  );
  let status = started.AccountAssignmentCreationStatus;
  for (let poll = 0; status?.Status === "IN_PROGRESS" && poll < MOST_POLLS; poll += 1) {
    await clock.sleep(POLL_MILLISECONDS);
    const answer = await client.send(
      new DescribeAccountAssignmentCreationStatusCommand({
        InstanceArn: instanceArn,
        AccountAssignmentCreationRequestId: required(status.RequestId, "a request id"),
      }),
    );
    status = answer.AccountAssignmentCreationStatus;
  }
  if (status?.Status !== "SUCCEEDED")
    log.inexpressible(
      `The assignment of ${permissionSet} in ${accountName} to ${group ?? user ?? ""}: ${status?.FailureReason ?? status?.Status ?? "no answer"}.`,
    );
};

/** Some emulators do not know a permission set as provisioned because it is assigned; AWS does (API_CreateAccountAssignment). */
const checkProvisioning = async ({ client, instanceArn, file, log }: IdentityCenterSeed): Promise<void> => {
  const first = file.identityCenter.assignments[0];
  if (first === undefined) return;
  const accountName = file.accounts.find(
    ({ id, name }) => id === first.account || name === first.account,
  )?.name;
  const { PermissionSets: sets } = await client.send(
    new ListPermissionSetsProvisionedToAccountCommand({
      InstanceArn: instanceArn,
      AccountId: log.idOf("account", accountName ?? first.account),
    }),
  );
  if (!sets?.includes(log.idOf("permission set", first.permissionSet)))
    log.inexpressible(
      "ListPermissionSetsProvisionedToAccount does not show the permission sets that are assigned.",
    );
};

/** Makes the permission sets and the assignments of the file that are missing. */
export const seedIdentityCenter = async (seed: IdentityCenterSeed): Promise<void> => {
  await seedPermissionSets(seed);
  for (const assignment of seed.file.identityCenter.assignments) await seedAssignment(seed, assignment);
  await checkProvisioning(seed);
};
