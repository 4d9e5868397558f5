import assert from "node:assert/strict";
import { exampleOrganization } from "../../support/example-organization.ts";
import {
  Accounts,
  CallerIdentity,
  DescribedAccount,
  Groups,
  IamUsers,
  PermissionSet,
  PermissionSets,
  User,
  Users,
} from "./answers.ts";
import type { Scene } from "./checks.ts";
import { isAssigned } from "./world.ts";
import type { World } from "./world.ts";

const sorted = (values: readonly string[]) => values.toSorted((a, b) => (a < b ? -1 : 1));

/** Reading commands answer with what the organization file says. */
export const lookInside: Scene<World> = {
  title: "looking inside",
  play: async (world, check) => {
    const { aws } = world;

    await check("sts get-caller-identity names the home account", async () => {
      const { Account, Arn } = await aws.ask(CallerIdentity, "sts get-caller-identity");
      assert.match(Account, /^\d{12}$/);
      assert.ok(Arn.startsWith("arn:aws:") && Arn.includes(`:${Account}:`), Arn);
    });

    await check("lists hold everything in the organization file, and nothing else", async () => {
      const { accounts, managementAccountId, identityCenter } = exampleOrganization();
      assert.equal(world.managementAccountId, managementAccountId);
      const store = { "identity-store-id": world.identityStoreId };
      const { Accounts: foundAccounts } = await aws.ask(Accounts, "organizations list-accounts");
      assert.deepEqual(
        sorted(foundAccounts.map(({ Id, Name, State }) => `${Id} ${Name} ${State}`)),
        sorted(accounts.map(({ id, name, state }) => `${id} ${name} ${state}`)),
      );
      const { Users: foundUsers } = await aws.ask(Users, "identitystore list-users", store);
      assert.deepEqual(
        sorted(foundUsers.map(({ UserName }) => UserName)),
        sorted(identityCenter.users.map(({ userName }) => userName)),
      );
      const { Groups: foundGroups } = await aws.ask(Groups, "identitystore list-groups", store);
      assert.deepEqual(
        sorted(foundGroups.map(({ DisplayName }) => DisplayName)),
        sorted(identityCenter.groups.map(({ displayName }) => displayName)),
      );
      const { PermissionSets: foundSets } = await aws.ask(PermissionSets, "sso-admin list-permission-sets", {
        "instance-arn": world.instanceArn,
      });
      assert.deepEqual(
        sorted(foundSets),
        sorted(identityCenter.permissionSets.map(({ name }) => world.permissionSet(name))),
      );
    });

    await check("sso-admin describe-permission-set", async () => {
      const { PermissionSet: found } = await aws.ask(PermissionSet, "sso-admin describe-permission-set", {
        "instance-arn": world.instanceArn,
        "permission-set-arn": world.permissionSet("DatabaseOperator"),
      });
      assert.deepEqual([found.Name, found.SessionDuration], ["DatabaseOperator", "PT2H"]);
    });

    await check("sso-admin list-account-assignments shows standing access", async () => {
      const standing = {
        account: world.account("payments-prod"),
        permissionSet: world.permissionSet("ReadOnly"),
        principalType: "GROUP",
        principalId: world.group("payments-oncall"),
      } as const;
      assert.equal(await isAssigned(world, standing), true);
    });

    await check("identitystore describe-user", async () => {
      const alice = await aws.ask(User, "identitystore describe-user", {
        "identity-store-id": world.identityStoreId,
        "user-id": world.user("alice"),
      });
      assert.deepEqual([alice.DisplayName, alice.Emails[0]?.Value], ["Alice Ng", "alice@example.com"]);
    });

    await check("organizations describe-account shows a suspended account", async () => {
      const described = await aws.ask(DescribedAccount, "organizations describe-account", {
        "account-id": world.account("legacy-checkout"),
      });
      assert.deepEqual(described.Account, {
        Id: "555555555555",
        Name: "legacy-checkout",
        State: "SUSPENDED",
      });
    });

    await check("iam list-users shows the users of the home account", async () => {
      const { Account } = await aws.ask(CallerIdentity, "sts get-caller-identity");
      const { Users: found } = await aws.ask(IamUsers, "iam list-users");
      const home = exampleOrganization().accounts.find(({ id }) => id === Account);
      assert.deepEqual(
        found.map(({ Arn }) => Arn),
        sorted(home?.iam?.users ?? []).map((name) => `arn:aws:iam::${Account}:user/${name}`),
      );
    });

    await check("what does not exist is refused as AWS refuses it", async () => {
      const account = await aws.refused("organizations describe-account", { "account-id": "999999999999" });
      assert.equal(account, "AccountNotFoundException");
      const user = await aws.refused("identitystore describe-user", {
        "identity-store-id": world.identityStoreId,
        "user-id": "00000000-0000-0000-0000-000000000000",
      });
      assert.equal(user, "ResourceNotFoundException");
      const iamUser = await aws.refused("iam get-user", { "user-name": "no-such-user" });
      assert.equal(iamUser, "NoSuchEntity");
      const table = await aws.refused("dynamodb scan", { "table-name": "no-such-table" });
      assert.equal(table, "ResourceNotFoundException");
    });
  },
};
