import * as z from "zod/mini";
import type { JsonObject } from "../wire/json.ts";
import type { Operation } from "../wire/service.ts";
import { accountOf, momentOf, uniqueId, type IamAccount, type IamDependencies } from "./account.ts";
import {
  alreadyExists,
  defineOperation,
  limitExceeded,
  mustLeaveGroupsFirst,
  name,
  noSuchEntity,
  page,
  pageMembers,
  path,
  QUOTAS,
} from "./errors.ts";
import { iamArn } from "./names.ts";
import type { UserRecord } from "./records.ts";

/** How IAM shows a user. */
export const describeUser = (user: UserRecord): JsonObject => ({
  Path: user.path,
  UserName: user.name,
  UserId: user.id,
  Arn: user.arn,
  CreateDate: user.createdAt,
});

export const userOf = ({ users }: IamAccount, userName: string): UserRecord => {
  const user = users.get(userName);
  if (user === undefined) throw noSuchEntity("user", userName);
  return user;
};

/** The IAM users of an account. */
export const userOperations = (dependencies: IamDependencies): Record<string, Operation> => ({
  CreateUser: defineOperation(z.object({ UserName: name, Path: path }), ({ UserName, Path }, caller) => {
    const { accountId, users } = accountOf(dependencies, caller);
    if (users.get(UserName) !== undefined) throw alreadyExists("User", UserName);
    if (users.all().length >= QUOTAS.users) throw limitExceeded("UsersPerAccount", QUOTAS.users);
    const user: UserRecord = {
      arn: iamArn("user", accountId, Path, UserName),
      id: uniqueId("AIDA", dependencies.newId()),
      name: UserName,
      path: Path,
      createdAt: momentOf(dependencies.clock.now()),
    };
    users.put(user);
    return { User: describeUser(user) };
  }),

  GetUser: defineOperation(z.object({ UserName: name }), ({ UserName }, caller) => ({
    User: describeUser(userOf(accountOf(dependencies, caller), UserName)),
  })),

  ListUsers: defineOperation(z.object({ PathPrefix: path, ...pageMembers }), (input, caller) => {
    const { users } = accountOf(dependencies, caller);
    const inPath = users.all().filter((user) => user.path.startsWith(input.PathPrefix));
    const { items, next } = page(inPath, input);
    return { Users: items.map(describeUser), ...next };
  }),

  DeleteUser: defineOperation(z.object({ UserName: name }), ({ UserName }, caller) => {
    const account = accountOf(dependencies, caller);
    const user = userOf(account, UserName);
    if (account.groups.all().some(({ members }) => members.includes(user.name))) throw mustLeaveGroupsFirst();
    account.users.delete(user);
    return {};
  }),
});
