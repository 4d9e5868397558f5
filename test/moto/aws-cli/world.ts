import assert from "node:assert/strict";
import { apiClient } from "../../e2e/support/api-client.ts";
import type { Answer, CallOptions } from "../../e2e/support/api-client.ts";
import { tokenFrom } from "../../e2e/support/child.ts";
import { until } from "../../e2e/support/until.ts";
import { Accounts, Assignments, Groups, Instances, PermissionSet, PermissionSets, Users } from "./answers.ts";
import { awsCli } from "./cli.ts";
import type { AwsCli } from "./cli.ts";

/** An assignment as the CLI's options name it. */
export interface Assignment {
  readonly account: string;
  readonly permissionSet: string;
  readonly principalType: "USER" | "GROUP";
  readonly principalId: string;
}

/** A running environment as the AWS CLI and an HTTP client see it; everything is found by the shipped organization's names. */
export interface World {
  readonly aws: AwsCli;
  readonly instanceArn: string;
  readonly identityStoreId: string;
  readonly managementAccountId: string;
  readonly account: (name: string) => string;
  readonly permissionSet: (name: string) => string;
  readonly user: (userName: string) => string;
  readonly group: (displayName: string) => string;
  /** Calls the API as the person whose email is `<user name>@example.com`, with a token from `npm run token`. */
  readonly as: (userName: string, line: string, options?: Omit<CallOptions, "token">) => Promise<Answer>;
}

/** Commands take about a second each, so this is a few dozen looks. */
const PATIENCE_MILLISECONDS = 60_000;

/** Looks again and again until there is an answer, or fails with what was waited for. */
export const eventually = <T>(what: string, look: () => Promise<T | undefined>): Promise<T> =>
  until(what, look, PATIENCE_MILLISECONDS);

const finder =
  (kind: string, idsByName: ReadonlyMap<string, string>) =>
  (name: string): string => {
    const id = idsByName.get(name);
    assert.ok(id !== undefined, `The CLI lists no ${kind} ${name}`);
    return id;
  };

const permissionSetsOf = async (aws: AwsCli, instanceArn: string) => {
  const instance = { "instance-arn": instanceArn };
  const { PermissionSets: arns } = await aws.ask(PermissionSets, "sso-admin list-permission-sets", instance);
  const entries: [string, string][] = [];
  for (const arn of arns) {
    const described = await aws.ask(PermissionSet, "sso-admin describe-permission-set", {
      ...instance,
      "permission-set-arn": arn,
    });
    entries.push([described.PermissionSet.Name, arn]);
  }
  return new Map(entries);
};

/** Where the environment is. */
export interface Addresses {
  readonly api: string;
  readonly aws: string;
}

/** Finds its way around through the CLI alone. */
export const exploreWorld = async ({ api, aws: endpoint }: Addresses): Promise<World> => {
  const aws = awsCli(endpoint, "eu-west-1");
  const [instance] = (await aws.ask(Instances, "sso-admin list-instances")).Instances;
  assert.ok(instance !== undefined, "The CLI lists no Identity Center instance");
  const { InstanceArn: instanceArn, IdentityStoreId: identityStoreId } = instance;
  const store = { "identity-store-id": identityStoreId };
  const { Users: users } = await aws.ask(Users, "identitystore list-users", store);
  const { Groups: groups } = await aws.ask(Groups, "identitystore list-groups", store);
  const { Accounts: accounts } = await aws.ask(Accounts, "organizations list-accounts");
  const tokens = new Map<string, string>();
  const tokenOf = async (userName: string) => {
    const token = tokens.get(userName) ?? (await tokenFrom(api, `${userName}@example.com`));
    tokens.set(userName, token);
    return token;
  };
  const call = apiClient(api);
  return {
    aws,
    instanceArn,
    identityStoreId,
    managementAccountId: instance.OwnerAccountId,
    account: finder("account", new Map(accounts.map(({ Name, Id }) => [Name, Id]))),
    permissionSet: finder("permission set", await permissionSetsOf(aws, instanceArn)),
    user: finder("user", new Map(users.map(({ UserName, UserId }) => [UserName, UserId]))),
    group: finder("group", new Map(groups.map(({ DisplayName, GroupId }) => [DisplayName, GroupId]))),
    as: async (userName, line, options = {}) => call(line, { ...options, token: await tokenOf(userName) }),
  };
};

/** An assignment in the options of `create-` and `delete-account-assignment`. */
export const optionsOf = ({ instanceArn }: World, assignment: Assignment) => ({
  "instance-arn": instanceArn,
  "target-type": "AWS_ACCOUNT",
  "target-id": assignment.account,
  "permission-set-arn": assignment.permissionSet,
  "principal-type": assignment.principalType,
  "principal-id": assignment.principalId,
});

/** Whether `aws sso-admin list-account-assignments` shows the assignment. */
export const isAssigned = async ({ aws, instanceArn }: World, assignment: Assignment): Promise<boolean> => {
  const { AccountAssignments: found } = await aws.ask(Assignments, "sso-admin list-account-assignments", {
    "instance-arn": instanceArn,
    "account-id": assignment.account,
    "permission-set-arn": assignment.permissionSet,
  });
  return found.some(
    ({ PrincipalType, PrincipalId }) =>
      PrincipalType === assignment.principalType && PrincipalId === assignment.principalId,
  );
};

/** Waits until the CLI shows the assignment, or does not show it any more. */
export const untilAssigned = (world: World, assignment: Assignment, wished: boolean): Promise<true> =>
  eventually(`the assignment is ${wished ? "listed" : "gone"}`, async () =>
    (await isAssigned(world, assignment)) === wished ? true : undefined,
  );
