import { DeleteUserCommand } from "@aws-sdk/client-identitystore";
import {
  AttachCustomerManagedPolicyReferenceToPermissionSetCommand,
  AttachManagedPolicyToPermissionSetCommand,
  CreateAccountAssignmentCommand,
  CreatePermissionSetCommand,
  DeleteAccountAssignmentCommand,
  DeletePermissionSetCommand,
  DescribeAccountAssignmentCreationStatusCommand,
  DescribeAccountAssignmentDeletionStatusCommand,
  DescribePermissionSetCommand,
  DetachCustomerManagedPolicyReferenceFromPermissionSetCommand,
  GetInlinePolicyForPermissionSetCommand,
  ListAccountAssignmentsCommand,
  ListAccountAssignmentsForPrincipalCommand,
  ListAccountsForProvisionedPermissionSetCommand,
  ListCustomerManagedPolicyReferencesInPermissionSetCommand,
  ListInstancesCommand,
  ListManagedPoliciesInPermissionSetCommand,
  ListPermissionSetProvisioningStatusCommand,
  ListPermissionSetsCommand,
  ListPermissionSetsProvisionedToAccountCommand,
  ListTagsForResourceCommand,
  ProvisionPermissionSetCommand,
  PutInlinePolicyToPermissionSetCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdatePermissionSetCommand,
  type AccountAssignmentOperationStatus,
  type PrincipalType,
} from "@aws-sdk/client-sso-admin";
import { expect } from "vitest";
import type { Contract } from "./contract.ts";
import { accountId, aName, groupId, newUser, permissionSetArn, present } from "./cast.ts";
import type { World } from "./world.ts";

/** An assignment as the writes name it. */
interface Assignment {
  readonly InstanceArn: string;
  readonly TargetId: string;
  readonly TargetType: "AWS_ACCOUNT";
  readonly PermissionSetArn: string;
  readonly PrincipalType: PrincipalType;
  readonly PrincipalId: string;
}

const assignmentOf = async (
  world: World,
  permissionSet: string,
  principal: { readonly user: string } | { readonly group: string },
): Promise<Assignment> => ({
  InstanceArn: world.instanceArn,
  TargetId: await accountId(world, "ledger-dev"),
  TargetType: "AWS_ACCOUNT",
  PermissionSetArn: permissionSet,
  ...("user" in principal
    ? { PrincipalType: "USER", PrincipalId: principal.user }
    : { PrincipalType: "GROUP", PrincipalId: principal.group }),
});

const newPermissionSet = async ({ identityCenter, instanceArn }: World): Promise<string> => {
  const answer = await identityCenter.send(
    new CreatePermissionSetCommand({ InstanceArn: instanceArn, Name: aName("set"), SessionDuration: "PT2H" }),
  );
  return present(answer.PermissionSet?.PermissionSetArn);
};

const create = async ({ identityCenter }: World, assignment: Assignment) => {
  const answer = await identityCenter.send(new CreateAccountAssignmentCommand(assignment));
  return present(answer.AccountAssignmentCreationStatus);
};

const remove = async ({ identityCenter }: World, assignment: Assignment) => {
  const answer = await identityCenter.send(new DeleteAccountAssignmentCommand(assignment));
  return present(answer.AccountAssignmentDeletionStatus);
};

const statusOf = async (
  { identityCenter, instanceArn }: World,
  kind: "creation" | "deletion",
  requestId: string | undefined,
): Promise<AccountAssignmentOperationStatus> => {
  if (kind === "creation") {
    const answer = await identityCenter.send(
      new DescribeAccountAssignmentCreationStatusCommand({
        InstanceArn: instanceArn,
        AccountAssignmentCreationRequestId: requestId,
      }),
    );
    return present(answer.AccountAssignmentCreationStatus);
  }
  const answer = await identityCenter.send(
    new DescribeAccountAssignmentDeletionStatusCommand({
      InstanceArn: instanceArn,
      AccountAssignmentDeletionRequestId: requestId,
    }),
  );
  return present(answer.AccountAssignmentDeletionStatus);
};

/** How an operation ended; it may have waited for another role update in its account. */
const outcome = async (
  world: World,
  kind: "creation" | "deletion",
  { RequestId }: AccountAssignmentOperationStatus,
): Promise<AccountAssignmentOperationStatus> => {
  for (let second = 0; second < 10; second += 1) {
    await world.pass(1_000);
    const status = await statusOf(world, kind, RequestId);
    if (status.Status !== "IN_PROGRESS") return status;
  }
  throw new Error(`The ${kind} is still in progress`);
};

const principalsOn = async (world: World, { InstanceArn, TargetId, PermissionSetArn }: Assignment) => {
  const answer = await world.identityCenter.send(
    new ListAccountAssignmentsCommand({ InstanceArn, AccountId: TargetId, PermissionSetArn }),
  );
  return (answer.AccountAssignments ?? []).map(({ PrincipalId }) => PrincipalId);
};

const assignmentSuite = ({ shows, unlikeMoto }: Contract): void => {
  shows("creates an assignment, shows it, and deletes it", async (world) => {
    const user = await newUser(world);
    const assignment = await assignmentOf(world, await newPermissionSet(world), { user });
    expect(await principalsOn(world, assignment)).toEqual([]);

    const created = await create(world, assignment);
    expect(await outcome(world, "creation", created)).toMatchObject({
      Status: "SUCCEEDED",
      RequestId: created.RequestId,
      TargetId: assignment.TargetId,
      PermissionSetArn: assignment.PermissionSetArn,
      PrincipalId: user,
      PrincipalType: "USER",
    });
    expect(await principalsOn(world, assignment)).toEqual([user]);

    const removed = await remove(world, assignment);
    expect(await outcome(world, "deletion", removed)).toMatchObject({ Status: "SUCCEEDED" });
    expect(await principalsOn(world, assignment)).toEqual([]);
  });

  shows("takes nothing from another principal", async (world) => {
    const permissionSet = await newPermissionSet(world);
    const leads = await assignmentOf(world, permissionSet, { group: await groupId(world, "ledger-leads") });
    const user = await assignmentOf(world, permissionSet, { user: await newUser(world) });
    await outcome(world, "creation", await create(world, leads));
    await outcome(world, "creation", await create(world, user));
    await outcome(world, "deletion", await remove(world, user));
    expect(await principalsOn(world, leads)).toEqual([leads.PrincipalId]);
  });

  unlikeMoto("is IN_PROGRESS until it has happened", "it has happened at once", async (world) => {
    const assignment = await assignmentOf(world, await newPermissionSet(world), {
      user: await newUser(world),
    });
    const created = await create(world, assignment);
    expect(created.Status).toBe("IN_PROGRESS");
    expect(await principalsOn(world, assignment)).toEqual([]);
    expect((await outcome(world, "creation", created)).Status).toBe("SUCCEEDED");
  });

  unlikeMoto("accepts creating what exists, and keeps one", "it keeps two", async (world) => {
    const assignment = await assignmentOf(world, await newPermissionSet(world), {
      user: await newUser(world),
    });
    await outcome(world, "creation", await create(world, assignment));
    const again = await outcome(world, "creation", await create(world, assignment));
    expect(again.Status).toBe("SUCCEEDED");
    expect(await principalsOn(world, assignment)).toEqual([assignment.PrincipalId]);
  });

  unlikeMoto(
    "accepts deleting what is not there, and fails with a 404",
    "ResourceNotFoundException",
    async (world) => {
      const assignment = await assignmentOf(world, await newPermissionSet(world), {
        user: await newUser(world),
      });
      const removed = await outcome(world, "deletion", await remove(world, assignment));
      expect(removed.Status).toBe("FAILED");
      expect(removed.FailureReason).toContain("Received a 404 status error: EntitlementItem doesn't exist");
    },
  );

  unlikeMoto("refuses a write while another is unfinished", "there is no unfinished write", async (world) => {
    const assignment = await assignmentOf(world, await newPermissionSet(world), {
      user: await newUser(world),
    });
    await create(world, assignment);
    await expect(remove(world, assignment)).rejects.toMatchObject({ name: "ConflictException" });
    await world.pass(1_000);
    await expect(remove(world, assignment)).resolves.toMatchObject({ Status: "IN_PROGRESS" });
  });

  unlikeMoto("cannot delete the assignment of a deleted person", "it deletes it", async (world) => {
    const user = await newUser(world);
    const assignment = await assignmentOf(world, await newPermissionSet(world), { user });
    await outcome(world, "creation", await create(world, assignment));
    await world.identityStore.send(
      new DeleteUserCommand({ IdentityStoreId: world.identityStoreId, UserId: user }),
    );
    const removed = await outcome(world, "deletion", await remove(world, assignment));
    expect(removed).toMatchObject({
      Status: "FAILED",
      FailureReason: `Received a 404 status error: the USER assignee ${user} was not found in directory ${world.identityStoreId}`,
    });
    expect(await principalsOn(world, assignment)).toEqual([user]);
  });

  unlikeMoto("fails to assign to somebody unknown", "it assigns", async (world) => {
    const user = "00000000-0000-4000-8000-000000000000";
    const assignment = await assignmentOf(world, await newPermissionSet(world), { user });
    const created = await outcome(world, "creation", await create(world, assignment));
    expect(created.Status).toBe("FAILED");
    expect(created.FailureReason).toContain("was not found in directory");
  });

  unlikeMoto("fails to assign in a suspended account", "it assigns", async (world) => {
    const assignment = {
      ...(await assignmentOf(world, await newPermissionSet(world), { user: await newUser(world) })),
      TargetId: await accountId(world, "legacy-checkout"),
    };
    const created = await outcome(world, "creation", await create(world, assignment));
    expect(created.Status).toBe("FAILED");
    expect(created.FailureReason).toContain("Obtaining permissions to manage your AWS account");
  });

  unlikeMoto("knows the organization's accounts only", "it assigns anywhere", async (world) => {
    const assignment = {
      ...(await assignmentOf(world, await newPermissionSet(world), { user: await newUser(world) })),
      TargetId: "999999999999",
    };
    await expect(create(world, assignment)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  unlikeMoto("knows its own permission sets only", "it assigns anything", async (world) => {
    const unknown = (await newPermissionSet(world)).replace(/.{16}$/, "0000000000000000");
    const assignment = await assignmentOf(world, unknown, { user: await newUser(world) });
    await expect(create(world, assignment)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  shows("does not know an operation that it did not accept", async ({ identityCenter, instanceArn }) => {
    await expect(
      identityCenter.send(
        new DescribeAccountAssignmentCreationStatusCommand({
          InstanceArn: instanceArn,
          AccountAssignmentCreationRequestId: "00000000-0000-4000-8000-000000000000",
        }),
      ),
    ).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  shows("lists what a principal has", async (world) => {
    const user = await newUser(world);
    const assignment = await assignmentOf(world, await newPermissionSet(world), { user });
    await outcome(world, "creation", await create(world, assignment));
    const list = async () => {
      const answer = await world.identityCenter.send(
        new ListAccountAssignmentsForPrincipalCommand({
          InstanceArn: world.instanceArn,
          PrincipalId: user,
          PrincipalType: "USER",
        }),
      );
      return answer.AccountAssignments;
    };
    expect(await list()).toEqual([
      {
        AccountId: assignment.TargetId,
        PermissionSetArn: assignment.PermissionSetArn,
        PrincipalId: user,
        PrincipalType: "USER",
      },
    ]);
    await outcome(world, "deletion", await remove(world, assignment));
    expect(await list()).toEqual([]);
  });

  unlikeMoto(
    "provisions by assigning, and deprovisions with the last",
    "only ProvisionPermissionSet does",
    async (world) => {
      const permissionSet = await newPermissionSet(world);
      const assignment = await assignmentOf(world, permissionSet, { user: await newUser(world) });
      const accounts = async () => {
        const answer = await world.identityCenter.send(
          new ListAccountsForProvisionedPermissionSetCommand({
            InstanceArn: world.instanceArn,
            PermissionSetArn: permissionSet,
          }),
        );
        return answer.AccountIds;
      };
      await outcome(world, "creation", await create(world, assignment));
      expect(await accounts()).toEqual([assignment.TargetId]);
      const sets = await world.identityCenter.send(
        new ListPermissionSetsProvisionedToAccountCommand({
          InstanceArn: world.instanceArn,
          AccountId: assignment.TargetId,
        }),
      );
      expect(sets.PermissionSets).toContain(permissionSet);
      await outcome(world, "deletion", await remove(world, assignment));
      expect(await accounts()).toEqual([]);
    },
  );
};

const permissionSetSuite = ({ shows, unlikeMoto }: Contract): void => {
  shows(
    "has one instance, with its identity store",
    async ({ identityCenter, instanceArn, identityStoreId }) => {
      const answer = await identityCenter.send(new ListInstancesCommand());
      expect(answer.Instances).toMatchObject([
        { InstanceArn: instanceArn, IdentityStoreId: identityStoreId, Status: "ACTIVE" },
      ]);
    },
  );

  shows("describes permission sets and their policies", async (world) => {
    const place = {
      InstanceArn: world.instanceArn,
      PermissionSetArn: await permissionSetArn(world, "DatabaseOperator"),
    };
    const { PermissionSet: set } = await world.identityCenter.send(new DescribePermissionSetCommand(place));
    expect(set).toMatchObject({ Name: "DatabaseOperator", SessionDuration: "PT2H" });
    const policies = await world.identityCenter.send(new ListManagedPoliciesInPermissionSetCommand(place));
    expect(policies.AttachedManagedPolicies).toContainEqual({
      Name: "AmazonRDSFullAccess",
      Arn: "arn:aws:iam::aws:policy/AmazonRDSFullAccess",
    });
  });

  shows("changes a permission set's duration and policies", async (world) => {
    const place = { InstanceArn: world.instanceArn, PermissionSetArn: await newPermissionSet(world) };
    const policy = '{"Version":"2012-10-17","Statement":[]}';
    const attach = new AttachManagedPolicyToPermissionSetCommand({
      ...place,
      ManagedPolicyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess",
    });
    await world.identityCenter.send(attach);
    await expect(world.identityCenter.send(attach)).rejects.toMatchObject({ name: "ConflictException" });
    await world.identityCenter.send(
      new PutInlinePolicyToPermissionSetCommand({ ...place, InlinePolicy: policy }),
    );
    await world.identityCenter.send(new UpdatePermissionSetCommand({ ...place, SessionDuration: "PT4H" }));
    const inline = await world.identityCenter.send(new GetInlinePolicyForPermissionSetCommand(place));
    expect(inline.InlinePolicy).toBe(policy);
    const { PermissionSet: set } = await world.identityCenter.send(new DescribePermissionSetCommand(place));
    expect(set?.SessionDuration).toBe("PT4H");
  });

  shows("refers to policies that each account keeps itself, by name and path", async (world) => {
    const place = { InstanceArn: world.instanceArn, PermissionSetArn: await newPermissionSet(world) };
    const references = [
      { Name: "Boundary", Path: "/lockstep/" },
      { Name: "Boundary", Path: "/" },
    ];
    for (const CustomerManagedPolicyReference of references)
      await world.identityCenter.send(
        new AttachCustomerManagedPolicyReferenceToPermissionSetCommand({
          ...place,
          CustomerManagedPolicyReference,
        }),
      );
    const list = async () => {
      const answer = await world.identityCenter.send(
        new ListCustomerManagedPolicyReferencesInPermissionSetCommand(place),
      );
      return answer.CustomerManagedPolicyReferences ?? [];
    };
    expect((await list()).map(({ Path, Name }) => `${Path ?? ""}${Name ?? ""}`).toSorted()).toEqual([
      "/Boundary",
      "/lockstep/Boundary",
    ]);
    await world.identityCenter.send(
      new DetachCustomerManagedPolicyReferenceFromPermissionSetCommand({
        ...place,
        CustomerManagedPolicyReference: { Name: "Boundary", Path: "/lockstep/" },
      }),
    );
    expect(await list()).toMatchObject([{ Name: "Boundary" }]);
  });

  shows("keeps a reference to a policy once", async (world) => {
    const attach = new AttachCustomerManagedPolicyReferenceToPermissionSetCommand({
      InstanceArn: world.instanceArn,
      PermissionSetArn: await newPermissionSet(world),
      CustomerManagedPolicyReference: { Name: "Boundary", Path: "/" },
    });
    await world.identityCenter.send(attach);
    await expect(world.identityCenter.send(attach)).rejects.toMatchObject({ name: "ConflictException" });
  });

  unlikeMoto("tags a permission set, and takes a tag away", "it has no TagResource", async (world) => {
    const place = { InstanceArn: world.instanceArn, ResourceArn: await newPermissionSet(world) };
    const tags = async () => {
      const answer = await world.identityCenter.send(new ListTagsForResourceCommand(place));
      return answer.Tags;
    };
    await world.identityCenter.send(
      new TagResourceCommand({
        ...place,
        Tags: [
          { Key: "owner", Value: "ledger" },
          { Key: "tier", Value: "1" },
        ],
      }),
    );
    await world.identityCenter.send(new UntagResourceCommand({ ...place, TagKeys: ["tier"] }));
    expect(await tags()).toEqual([{ Key: "owner", Value: "ledger" }]);
  });

  unlikeMoto("lists what was provisioned, newest first", "it has no such operation", async (world) => {
    const { identityCenter, instanceArn } = world;
    const PermissionSetArn = await newPermissionSet(world);
    const TargetId = await accountId(world, "ledger-dev");
    const provision = async () => {
      const answer = await identityCenter.send(
        new ProvisionPermissionSetCommand({
          InstanceArn: instanceArn,
          PermissionSetArn,
          TargetType: "AWS_ACCOUNT",
          TargetId,
        }),
      );
      await world.pass(2_000);
      return answer.PermissionSetProvisioningStatus?.RequestId;
    };
    const [first, second] = [await provision(), await provision()];
    const answer = await identityCenter.send(
      new ListPermissionSetProvisioningStatusCommand({
        InstanceArn: instanceArn,
        Filter: { Status: "SUCCEEDED" },
        MaxResults: 2,
      }),
    );
    expect(answer.PermissionSetsProvisioningStatus?.map(({ RequestId }) => RequestId)).toEqual([
      second,
      first,
    ]);
  });

  shows("forgets a deleted permission set", async (world) => {
    const place = { InstanceArn: world.instanceArn, PermissionSetArn: await newPermissionSet(world) };
    await world.identityCenter.send(new DeletePermissionSetCommand(place));
    await expect(world.identityCenter.send(new DescribePermissionSetCommand(place))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });

  unlikeMoto("keeps a permission set that is assigned", "it deletes it", async (world) => {
    const permissionSet = await newPermissionSet(world);
    const assignment = await assignmentOf(world, permissionSet, { user: await newUser(world) });
    await outcome(world, "creation", await create(world, assignment));
    await expect(
      world.identityCenter.send(
        new DeletePermissionSetCommand({ InstanceArn: world.instanceArn, PermissionSetArn: permissionSet }),
      ),
    ).rejects.toMatchObject({ name: "ConflictException" });
  });

  shows("lists permission sets by page", async ({ identityCenter, instanceArn }) => {
    const first = await identityCenter.send(
      new ListPermissionSetsCommand({ InstanceArn: instanceArn, MaxResults: 3 }),
    );
    const second = await identityCenter.send(
      new ListPermissionSetsCommand({ InstanceArn: instanceArn, MaxResults: 3, NextToken: first.NextToken }),
    );
    expect(first.PermissionSets).toHaveLength(3);
    expect(second.PermissionSets?.some((arn) => first.PermissionSets?.includes(arn))).toBe(false);
  });

  unlikeMoto("names permission sets as AWS does", "its ARNs say instance/…/ps-…", async (world) => {
    expect(await permissionSetArn(world, "ReadOnly")).toMatch(
      /^arn:aws:sso:::permissionSet\/ssoins-[0-9a-f]{16}\/ps-[0-9a-f]{16}$/,
    );
  });
};

export const identityCenterSuite = (contract: Contract): void => {
  permissionSetSuite(contract);
  assignmentSuite(contract);
};
