import * as z from "zod/mini";
import type { JsonObject } from "../wire/json.ts";
import type { Operation } from "../wire/service.ts";
import {
  defineOperation,
  groupOf,
  inputOf,
  memberId,
  notFound,
  notUnique,
  nowInSeconds,
  paged,
  pageMembers,
  resourceId,
  userOf,
  type Directory,
} from "./directory.ts";
import type { MembershipRecord } from "./records.ts";

/** IsMemberInGroups takes at most 100 groups (API_IsMemberInGroups, "GroupIds"). */
const MOST_GROUPS = 100;

const describe = (directory: Directory, { UserId, ...membership }: MembershipRecord): JsonObject => ({
  IdentityStoreId: directory.identityStoreId,
  ...membership,
  MemberId: { UserId },
});

/** Who belongs to which group. */
export const membershipOperations = (directory: Directory): Record<string, Operation> => {
  const { memberships } = directory.documents;
  const IdentityStoreId = directory.identityStoreId;
  return {
    CreateGroupMembership: defineOperation(
      inputOf({ GroupId: resourceId, MemberId: memberId }),
      ({ GroupId, MemberId: { UserId } }) => {
        groupOf(directory, GroupId);
        userOf(directory, UserId);
        if (memberships.between(GroupId, UserId) !== undefined)
          throw notUnique("Member and Group relationship already exists.");
        const now = nowInSeconds(directory);
        const MembershipId = directory.newId();
        directory.store.atomically(() => {
          memberships.put({ MembershipId, GroupId, UserId, CreatedAt: now, UpdatedAt: now });
        });
        return { IdentityStoreId, MembershipId };
      },
    ),

    DeleteGroupMembership: defineOperation(inputOf({ MembershipId: resourceId }), ({ MembershipId }) => {
      const membership = memberships.get(MembershipId);
      if (membership === undefined) throw notFound("GROUP_MEMBERSHIP");
      directory.store.atomically(() => {
        memberships.delete(membership);
      });
      return {};
    }),

    DescribeGroupMembership: defineOperation(inputOf({ MembershipId: resourceId }), ({ MembershipId }) => {
      const membership = memberships.get(MembershipId);
      if (membership === undefined) throw notFound("GROUP_MEMBERSHIP");
      return describe(directory, membership);
    }),

    GetGroupMembershipId: defineOperation(
      inputOf({ GroupId: resourceId, MemberId: memberId }),
      ({ GroupId, MemberId: { UserId } }) => {
        const membership = memberships.between(GroupId, UserId);
        if (membership === undefined) throw notFound("GROUP_MEMBERSHIP");
        return { IdentityStoreId, MembershipId: membership.MembershipId };
      },
    ),

    ListGroupMemberships: defineOperation(inputOf({ ...pageMembers, GroupId: resourceId }), (input) => {
      groupOf(directory, input.GroupId);
      const { items, next } = paged(memberships.inGroup(input.GroupId), input);
      return { GroupMemberships: items.map((item) => describe(directory, item)), ...next };
    }),

    ListGroupMembershipsForMember: defineOperation(
      inputOf({ ...pageMembers, MemberId: memberId }),
      (input) => {
        const { UserId: userId } = input.MemberId;
        userOf(directory, userId);
        const { items, next } = paged(memberships.ofUser(userId), input);
        return { GroupMemberships: items.map((item) => describe(directory, item)), ...next };
      },
    ),

    IsMemberInGroups: defineOperation(
      inputOf({
        MemberId: memberId,
        GroupIds: z
          .array(resourceId)
          .check(
            z.minLength(1, "Member must have length greater than or equal to 1"),
            z.maxLength(MOST_GROUPS, `Member must have length less than or equal to ${String(MOST_GROUPS)}`),
          ),
      }),
      ({ MemberId: { UserId }, GroupIds }) => {
        userOf(directory, UserId);
        return {
          Results: GroupIds.map((GroupId) => ({
            GroupId: groupOf(directory, GroupId).GroupId,
            MemberId: { UserId },
            MembershipExists: memberships.between(GroupId, UserId) !== undefined,
          })),
        };
      },
    ),
  };
};
