import assert from "node:assert/strict";
import { CreatedUser, CreationStatus, DeletionStatus, DescribedAccount, Membership } from "./answers.ts";
import type { Check, Scene } from "./checks.ts";
import { approve, ask, assertRefused, inStatus, revoke, sendAsk, sendDecision } from "./requests.ts";
import { eventually, isAssigned, optionsOf, untilAssigned } from "./world.ts";
import type { Assignment, World } from "./world.ts";
import { newMembership, newUser } from "./write-identities.ts";

const ONE_HOUR = "PT1H";

const databaseOperator = (world: World, principalId: string): Assignment => ({
  account: world.account("payments-prod"),
  permissionSet: world.permissionSet("DatabaseOperator"),
  principalType: "USER",
  principalId,
});

const askForDatabase = (world: World, userName: string, duration: string) =>
  ask(world, userName, { account: "payments-prod", permissionSet: "DatabaseOperator", duration });

/** Who may approve is asked of the directory when they do. */
export const approverLeaves: Scene<World> = {
  title: "an approver leaves the group",
  play: async (world, check) => {
    const { aws } = world;
    const store = { "identity-store-id": world.identityStoreId };
    const leads = world.group("payments-leads");
    const grace = world.user("grace");
    const request = await askForDatabase(world, "bruno", ONE_HOUR);

    await check("get-group-membership-id and delete-group-membership", async () => {
      const { MembershipId } = await aws.ask(Membership, "identitystore get-group-membership-id", {
        ...store,
        "group-id": leads,
        "member-id": `UserId=${grace}`,
      });
      await aws.run("identitystore delete-group-membership", { ...store, "membership-id": MembershipId });
    });
    await check("their approval is refused: 403 approver-no-longer-eligible", async () => {
      assertRefused(
        await sendDecision(world, "grace", request, "approve"),
        403,
        "approver-no-longer-eligible",
      );
      assert.equal((await inStatus(world, "bruno", request, "pending")).approval.decisions.length, 0);
    });
    await check("back in the group, their word counts", async () => {
      await aws.run("identitystore create-group-membership", newMembership(world, leads, grace));
      const { status } = await sendDecision(world, "grace", request, "reject");
      assert.equal(status, 200);
      await inStatus(world, "bruno", request, "rejected");
    });
  },
};

/** Nothing is granted into an account that is closing or closed. */
export const accountIsClosed: Scene<World> = {
  title: "an account is closed",
  play: async (world, check) => {
    const { aws } = world;
    const account = { "account-id": world.account("payments-staging") };
    const wish = { account: "payments-staging", permissionSet: "PowerUser", duration: ONE_HOUR };
    const refuse = async () => {
      assertRefused(await sendAsk(world, "chidi", wish), 409, "account-not-active");
    };

    await check("close-account", () => aws.run("organizations close-account", account));
    await check("while it is closing: 409 account-not-active", refuse);
    await check("describe-account shows it closed in the end", () =>
      eventually("the account is closed", async () => {
        const described = await aws.ask(DescribedAccount, "organizations describe-account", account);
        return described.Account.State === "CLOSED" ? true : undefined;
      }),
    );
    await check("when it is closed: 409 account-not-active", refuse);
  },
};

const assignByHand = async (world: World, assignment: Assignment) => {
  await world.aws.ask(CreationStatus, "sso-admin create-account-assignment", optionsOf(world, assignment));
  await untilAssigned(world, assignment, true);
};

/** What was there before Lockstep is never taken away. */
export const standingAccess: Scene<World> = {
  title: "access stood before",
  play: async (world, check) => {
    const assignment = databaseOperator(world, world.user("dana"));

    await check("create-account-assignment", () => assignByHand(world, assignment));
    const request = await check("a request for the same is active, with standing: true", async () => {
      const asked = await askForDatabase(world, "dana", "PT5S");
      await approve(world, "grace", asked);
      const active = await inStatus(world, "dana", asked, "active");
      assert.deepEqual(
        active.entitlements.map(({ standing }) => standing),
        [true],
      );
      return asked;
    });
    await check("it is kept when the request ends", async () => {
      const ended = await inStatus(world, "dana", request, "ended");
      assert.deepEqual(
        ended.entitlements.map(({ status }) => status),
        ["kept"],
      );
    });
    await check("the CLI still shows it", async () => {
      assert.equal(await isAssigned(world, assignment), true);
    });
  },
};

/** Somebody takes Lockstep's assignment away in the middle: the request still ends as it should. */
export const assignmentIsTakenAway: Scene<World> = {
  title: "the assignment is taken away early",
  play: async (world, check) => {
    const assignment = databaseOperator(world, world.user("elif"));
    const request = await grantTo(world, check, "elif");

    await check("delete-account-assignment", async () => {
      await world.aws.ask(
        DeletionStatus,
        "sso-admin delete-account-assignment",
        optionsOf(world, assignment),
      );
      await untilAssigned(world, assignment, false);
    });
    await check("the request ends, and what is gone counts as removed", async () => {
      await revoke(world, "grace", request);
      const ended = await inStatus(world, "elif", request, "ended");
      assert.deepEqual(
        ended.entitlements.map(({ status }) => status),
        ["removed"],
      );
    });
  },
};

const grantTo = (world: World, check: Check, userName: string) =>
  check(`${userName} asks, grace approves, and it is active`, async () => {
    const asked = await askForDatabase(world, userName, ONE_HOUR);
    await approve(world, "grace", asked);
    return inStatus(world, userName, asked, "active");
  });

/** Revoke needs nobody: not even the person who had the access. */
export const userIsDeleted: Scene<World> = {
  title: "the person is deleted while they have access",
  play: async (world, check) => {
    const { aws } = world;
    const userId = await check("create-user and create-group-membership", async () => {
      const { UserId } = await aws.ask(
        CreatedUser,
        "identitystore create-user",
        newUser(world, "piotr", "Piotr", "Zielinski"),
      );
      const engineers = world.group("payments-engineers");
      await aws.run("identitystore create-group-membership", newMembership(world, engineers, UserId));
      return UserId;
    });
    const request = await grantTo(world, check, "piotr");
    await check("delete-user", () =>
      aws.run("identitystore delete-user", {
        "identity-store-id": world.identityStoreId,
        "user-id": userId,
      }),
    );
    await check("the request ends, and reports the assignment as dangling", async () => {
      await revoke(world, "grace", request);
      const ended = await inStatus(world, "grace", request, "ended");
      assert.deepEqual(
        ended.entitlements.map(({ status }) => status),
        ["dangling"],
      );
    });
  },
};
