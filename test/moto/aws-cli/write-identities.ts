import assert from "node:assert/strict";
import { CreatedUser, CreationStatus, DeletionStatus, Membership, Memberships } from "./answers.ts";
import type { Scene } from "./checks.ts";
import { eventually, isAssigned, optionsOf } from "./world.ts";
import type { Assignment, World } from "./world.ts";

/** Assignments come and go by the CLI alone, as asynchronously as AWS's do. */
export const writeAssignments: Scene<World> = {
  title: "assignments by hand",
  play: async (world, check) => {
    const { aws, instanceArn } = world;
    const assignment: Assignment = {
      account: world.account("sandbox-hackday"),
      permissionSet: world.permissionSet("ReadOnly"),
      principalType: "GROUP",
      principalId: world.group("support"),
    };
    const instance = { "instance-arn": instanceArn };

    const creation = await check("create-account-assignment begins an operation", async () => {
      const { AccountAssignmentCreationStatus: begun } = await aws.ask(
        CreationStatus,
        "sso-admin create-account-assignment",
        optionsOf(world, assignment),
      );
      assert.equal(begun.Status, "IN_PROGRESS");
      return begun.RequestId;
    });
    await check("describe-account-assignment-creation-status sees it succeed", () =>
      eventually("the creation has succeeded", async () => {
        const { AccountAssignmentCreationStatus: status } = await aws.ask(
          CreationStatus,
          "sso-admin describe-account-assignment-creation-status",
          { ...instance, "account-assignment-creation-request-id": creation },
        );
        assert.notEqual(status.Status, "FAILED", status.FailureReason);
        return status.Status === "SUCCEEDED" ? true : undefined;
      }),
    );
    await check("the assignment is listed", async () => {
      assert.equal(await isAssigned(world, assignment), true);
    });

    const deletion = await check("delete-account-assignment begins an operation", async () => {
      const { AccountAssignmentDeletionStatus: begun } = await aws.ask(
        DeletionStatus,
        "sso-admin delete-account-assignment",
        optionsOf(world, assignment),
      );
      assert.equal(begun.Status, "IN_PROGRESS");
      return begun.RequestId;
    });
    await check("describe-account-assignment-deletion-status sees it succeed", () =>
      eventually("the deletion has succeeded", async () => {
        const { AccountAssignmentDeletionStatus: status } = await aws.ask(
          DeletionStatus,
          "sso-admin describe-account-assignment-deletion-status",
          { ...instance, "account-assignment-deletion-request-id": deletion },
        );
        assert.notEqual(status.Status, "FAILED", status.FailureReason);
        return status.Status === "SUCCEEDED" ? true : undefined;
      }),
    );
    await check("the assignment is gone", async () => {
      assert.equal(await isAssigned(world, assignment), false);
    });
  },
};

/** The options of `create-user` for somebody new. */
export const newUser = (
  { identityStoreId }: World,
  userName: string,
  givenName: string,
  familyName: string,
) => ({
  "identity-store-id": identityStoreId,
  "user-name": userName,
  "display-name": `${givenName} ${familyName}`,
  name: `GivenName=${givenName},FamilyName=${familyName}`,
  emails: `Value=${userName}@example.com,Type=work,Primary=true`,
});

/** The options of `create-group-membership`. */
export const newMembership = ({ identityStoreId }: World, groupId: string, userId: string) => ({
  "identity-store-id": identityStoreId,
  "group-id": groupId,
  "member-id": `UserId=${userId}`,
});

/** People and memberships come and go by the CLI alone, and Lockstep's next answer knows it. */
export const writeDirectory: Scene<World> = {
  title: "the directory by hand",
  play: async (world, check) => {
    const { aws } = world;
    const store = { "identity-store-id": world.identityStoreId };
    const support = world.group("support");

    const userId = await check("create-user", async () => {
      const created = await aws.ask(
        CreatedUser,
        "identitystore create-user",
        newUser(world, "nadia", "Nadia", "Holm"),
      );
      return created.UserId;
    });
    await check("the new person signs in, without groups", async () => {
      const { status, body } = await world.as("nadia", "GET /me");
      assert.equal(status, 200, JSON.stringify(body));
      const { userId: found, groups } = body as { readonly userId?: unknown; readonly groups?: unknown };
      assert.deepEqual([found, groups], [userId, []]);
    });
    const membershipId = await check("create-group-membership", async () => {
      const created = await aws.ask(
        Membership,
        "identitystore create-group-membership",
        newMembership(world, support, userId),
      );
      return created.MembershipId;
    });
    await check("the next GET /me knows what the membership allows", async () => {
      const { body } = await world.as("nadia", "GET /me");
      const { mayRequest } = body as { readonly mayRequest: readonly { readonly flow: string }[] };
      assert.deepEqual(
        mayRequest.map(({ flow }) => flow),
        ["payments-read"],
      );
    });
    await check("delete-group-membership", async () => {
      await aws.run("identitystore delete-group-membership", { ...store, "membership-id": membershipId });
      const left = await aws.ask(Memberships, "identitystore list-group-memberships", {
        ...store,
        "group-id": support,
      });
      assert.equal(
        left.GroupMemberships.some(({ MemberId }) => MemberId.UserId === userId),
        false,
      );
    });
    await check("delete-user, whose token is worth nothing then", async () => {
      await aws.run("identitystore delete-user", { ...store, "user-id": userId });
      const { status } = await world.as("nadia", "GET /me");
      assert.equal(status, 403);
    });
  },
};
