import * as z from "zod/mini";
import type { JsonObject } from "../wire/json.ts";
import type { Operation } from "../wire/service.ts";
import { accountOf, momentOf, uniqueId, type IamAccount, type IamDependencies } from "./account.ts";
import {
  alreadyExists,
  defineOperation,
  groupName,
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
import type { GroupRecord } from "./records.ts";
import { describeUser, userOf } from "./users.ts";

const describe = (group: GroupRecord): JsonObject => ({
  Path: group.path,
  GroupName: group.name,
  GroupId: group.id,
  Arn: group.arn,
  CreateDate: group.createdAt,
});

const groupOf = ({ groups }: IamAccount, name: string): GroupRecord => {
  const group = groups.get(name);
  if (group === undefined) throw noSuchEntity("group", name);
  return group;
};

/** The IAM groups of an account, and who is in them. */
export const groupOperations = (dependencies: IamDependencies): Record<string, Operation> => ({
  CreateGroup: defineOperation(
    z.object({ GroupName: groupName, Path: path }),
    ({ GroupName, Path }, caller) => {
      const { accountId, groups } = accountOf(dependencies, caller);
      if (groups.get(GroupName) !== undefined) throw alreadyExists("Group", GroupName);
      if (groups.all().length >= QUOTAS.groups) throw limitExceeded("GroupsPerAccount", QUOTAS.groups);
      const group: GroupRecord = {
        arn: iamArn("group", accountId, Path, GroupName),
        id: uniqueId("AGPA", dependencies.newId()),
        name: GroupName,
        path: Path,
        createdAt: momentOf(dependencies.clock.now()),
        members: [],
      };
      groups.put(group);
      return { Group: describe(group) };
    },
  ),

  GetGroup: defineOperation(z.object({ GroupName: groupName, ...pageMembers }), (input, caller) => {
    const account = accountOf(dependencies, caller);
    const group = groupOf(account, input.GroupName);
    const { items, next } = page(
      group.members.map((member) => userOf(account, member)),
      input,
    );
    return { Group: describe(group), Users: items.map(describeUser), ...next };
  }),

  ListGroups: defineOperation(z.object({ PathPrefix: path, ...pageMembers }), (input, caller) => {
    const { groups } = accountOf(dependencies, caller);
    const inPath = groups.all().filter((group) => group.path.startsWith(input.PathPrefix));
    const { items, next } = page(inPath, input);
    return { Groups: items.map(describe), ...next };
  }),

  ListGroupsForUser: defineOperation(z.object({ UserName: name, ...pageMembers }), (input, caller) => {
    const account = accountOf(dependencies, caller);
    const user = userOf(account, input.UserName);
    const { items, next } = page(
      account.groups.all().filter(({ members }) => members.includes(user.name)),
      input,
    );
    return { Groups: items.map(describe), ...next };
  }),

  DeleteGroup: defineOperation(z.object({ GroupName: groupName }), ({ GroupName }, caller) => {
    const account = accountOf(dependencies, caller);
    const group = groupOf(account, GroupName);
    if (group.members.length > 0) throw mustLeaveGroupsFirst();
    account.groups.delete(group);
    return {};
  }),

  /** Adding a member again is no error (https://github.com/getmoto/moto/pull/5899, checked against AWS). */
  AddUserToGroup: defineOperation(
    z.object({ GroupName: groupName, UserName: name }),
    ({ GroupName, UserName }, caller) => {
      const account = accountOf(dependencies, caller);
      const group = groupOf(account, GroupName);
      const user = userOf(account, UserName);
      if (group.members.includes(user.name)) return {};
      const others = account.groups.all().filter(({ members }) => members.includes(user.name));
      if (others.length >= QUOTAS.groupsOfUser) throw limitExceeded("GroupsPerUser", QUOTAS.groupsOfUser);
      account.groups.put({ ...group, members: [...group.members, user.name].sort() });
      return {};
    },
  ),

  /** Nor is removing who is no member (https://github.com/cloud-custodian/cloud-custodian/pull/4730, tried on AWS). */
  RemoveUserFromGroup: defineOperation(
    z.object({ GroupName: groupName, UserName: name }),
    ({ GroupName, UserName }, caller) => {
      const account = accountOf(dependencies, caller);
      const group = groupOf(account, GroupName);
      const user = userOf(account, UserName);
      account.groups.put({ ...group, members: group.members.filter((member) => member !== user.name) });
      return {};
    },
  ),
});
