import type { LookedAt } from "./look.ts";
import { groupIn, textIn, userIn, type CallTable, type LooksAt } from "./recorded-call.ts";

const user = (id: ReturnType<typeof userIn>): LookedAt | undefined =>
  id === undefined ? undefined : { look: "user", id };

const group = (id: ReturnType<typeof groupIn>): LookedAt | undefined =>
  id === undefined ? undefined : { look: "group", id };

const members = (
  groupId: ReturnType<typeof groupIn>,
  userId?: ReturnType<typeof userIn>,
): LookedAt | undefined =>
  groupId === undefined ? undefined : { look: "members", groupId, ...(userId && { userId }) };

const namedUser: LooksAt = ({ request }) => [user(userIn(request, "userId"))];
const namedGroup: LooksAt = ({ request }) => [group(groupIn(request, "groupId"))];

/** Users, groups and memberships: everything else that a directory has is nothing that the inventory holds. */
const SIGNING_IN =
  /Mfa|WebAuthn|Password|BearerToken|ProvisioningTenant|ExternalIdP|Alias|Email|Certificate|Configuration/;

const otherwise = (): LookedAt => ({ look: "directory" });

/**
 * `identitystore.amazonaws.com`, the public API
 * (https://docs.aws.amazon.com/singlesignon/latest/userguide/sso-info-in-cloudtrail.html): members are the API's in lower
 * camel case, such as `memberId.userId`
 * (https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_CreateGroupMembership.html).
 */
export const identityStoreCalls: CallTable = {
  calls: {
    CreateUser: ({ response }) => [user(userIn(response, "userId"))],
    UpdateUser: namedUser,
    DeleteUser: namedUser,
    CreateGroup: ({ response }) => [group(groupIn(response, "groupId"))],
    UpdateGroup: namedGroup,
    DeleteGroup: namedGroup,
    CreateGroupMembership: ({ request }) => [
      members(groupIn(request, "groupId"), userIn(request, "memberId", "userId")),
    ],
    // The request has nothing else: https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_DeleteGroupMembership.html
    DeleteGroupMembership: ({ request }) => {
      const id = textIn(request, "membershipId");
      return [id === undefined ? undefined : { look: "membership", id }];
    },
  },
  irrelevant: SIGNING_IN,
  otherwise,
};

const changedMember: LooksAt = ({ request }) => [
  members(groupIn(request, "groupId"), userIn(request, "member", "memberId")),
];

/**
 * `sso-directory.amazonaws.com`, what the console calls. Names:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsiamidentitycenterdirectory.html. An answer holds
 * `group.groupId` (https://aws.amazon.com/blogs/security/modifications-to-aws-cloudtrail-event-data-of-iam-identity-center/),
 * and a membership `groupId` and `member.memberId`, as public recordings show; `user.userId` is taken to be alike.
 */
export const consoleDirectoryCalls: CallTable = {
  calls: {
    CreateUser: ({ response }) => [user(userIn(response, "user", "userId"))],
    UpdateUser: namedUser,
    UpdateUserName: namedUser,
    EnableUser: namedUser,
    DisableUser: namedUser,
    DeleteUser: namedUser,
    CreateGroup: ({ response }) => [group(groupIn(response, "group", "groupId"))],
    UpdateGroup: namedGroup,
    UpdateGroupDisplayName: namedGroup,
    DeleteGroup: namedGroup,
    AddMemberToGroup: changedMember,
    RemoveMemberFromGroup: changedMember,
  },
  irrelevant: SIGNING_IN,
  otherwise,
};

const userOfRequest: LooksAt = ({ request }) => [user(userIn(request, "id"))];

/** Whether the name or the members were changed, the event hides: both are looked at. */
const groupWithMembers = (id: ReturnType<typeof groupIn>) =>
  id === undefined ? [undefined] : [group(id), members(id)];

/**
 * `identitystore-scim.amazonaws.com`, what an identity provider sends: its subject is `requestParameters.id`, or
 * `responseElements.id` when it is new (https://docs.aws.amazon.com/singlesignon/latest/userguide/scim-logging-using-cloudtrail.html).
 */
export const scimCalls: CallTable = {
  calls: {
    CreateUser: ({ response }) => [user(userIn(response, "id"))],
    PatchUser: userOfRequest,
    PutUser: userOfRequest,
    DeleteUser: userOfRequest,
    CreateGroup: ({ response }) => groupWithMembers(groupIn(response, "id")),
    PatchGroup: ({ request }) => groupWithMembers(groupIn(request, "id")),
    PutGroup: ({ request }) => groupWithMembers(groupIn(request, "id")),
    DeleteGroup: ({ request }) => [group(groupIn(request, "id"))],
  },
  irrelevant: /^ServiceProviderConfig$/,
  otherwise,
};
