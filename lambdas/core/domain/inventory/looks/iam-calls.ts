import type { LookedAt } from "./look.ts";
import { accountIn, textIn, type CallTable, type LooksAt, type RecordedCall } from "./recorded-call.ts";

type Kind = "iam-user" | "iam-group" | "iam-role";

const named = (call: RecordedCall, look: Kind, member: string): LookedAt | undefined => {
  const accountId = accountIn(call, "accountId");
  const name = textIn(call.request, member);
  return accountId === undefined || name === undefined ? undefined : { look, accountId, name };
};

const user: LooksAt = (call) => [named(call, "iam-user", "userName")];
const group: LooksAt = (call) => [named(call, "iam-group", "groupName")];

/** Identity Center makes these by the thousand, and nobody asks for them by IAM. */
const OF_IDENTITY_CENTER = /^AWSReservedSSO_/;

const role: LooksAt = (call) =>
  OF_IDENTITY_CENTER.test(textIn(call.request, "roleName") ?? "")
    ? []
    : [named(call, "iam-role", "roleName")];

/** What is looked at, as something that was not there before the call. */
const made =
  (looksAt: LooksAt): LooksAt =>
  (call) =>
    looksAt(call).map((look) => (look === undefined || !("name" in look) ? look : { ...look, isMade: true }));

const everything = (call: RecordedCall): LookedAt | undefined => {
  const accountId = accountIn(call, "accountId");
  return accountId === undefined ? undefined : { look: "iam", accountId };
};

/**
 * `iam.amazonaws.com`, in us-east-1 (https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html): `userName`,
 * `groupName` and `roleName` as in the API. Roles of services and of Identity Center are not in the inventory.
 */
export const iamCalls: CallTable = {
  calls: {
    CreateUser: made(user),
    DeleteUser: user,
    // Under a new name, the user is another member of its groups.
    UpdateUser: (call) =>
      textIn(call.request, "newUserName") === undefined ? user(call) : [everything(call)],
    CreateGroup: made(group),
    DeleteGroup: group,
    UpdateGroup: (call) =>
      textIn(call.request, "newGroupName") === undefined
        ? group(call)
        : [...group(call), named(call, "iam-group", "newGroupName")],
    AddUserToGroup: group,
    RemoveUserFromGroup: group,
    CreateRole: made(role),
    DeleteRole: role,
    UpdateRole: role,
    UpdateRoleDescription: role,
    UpdateAssumeRolePolicy: role,
  },
  /** Policies, credentials, tags, providers, reports and settings. */
  irrelevant:
    /Polic|PermissionsBoundary|AccessKey|MFADevice|LoginProfile|Password|Credential|SSHPublicKey|Certificate|Provider|InstanceProfile|AccountAlias|ServiceLinkedRole|^(?:Tag|Untag|Generate|Simulate)|Organizations|Delegation|Properties|Preferences|Federation|^AcquireRole$/,
  otherwise: everything,
};
