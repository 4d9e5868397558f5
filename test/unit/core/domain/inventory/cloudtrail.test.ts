import * as iam from "@aws-sdk/client-iam";
import * as identityStore from "@aws-sdk/client-identitystore";
import * as organizations from "@aws-sdk/client-organizations";
import * as ssoAdmin from "@aws-sdk/client-sso-admin";
import { describe, expect, it } from "vitest";
import { looksOf } from "../../../../../lambdas/core/domain/inventory/cloudtrail.ts";
import { identityStoreCalls } from "../../../../../lambdas/core/domain/inventory/looks/directory-calls.ts";
import { iamCalls } from "../../../../../lambdas/core/domain/inventory/looks/iam-calls.ts";
import { identityCenterCalls } from "../../../../../lambdas/core/domain/inventory/looks/identity-center-calls.ts";
import { organizationCalls } from "../../../../../lambdas/core/domain/inventory/looks/organization-calls.ts";

const HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS";
const MANAGEMENT = "111111111111";
const ACCOUNT = "222222222222";
const PERMISSION_SET = "arn:aws:sso:::permissionSet/ssoins-72233af8ea2d1f14/ps-ae5d1fa1f80b684e";
const INSTANCE = "arn:aws:sso:::instance/ssoins-72233af8ea2d1f14";
const USER = "94e80458-9021-70ea-08fa-c3a10a1d8a92";
const GROUP = "34887428-4081-7042-c3c6-928d413009e7";
const UNIT = "ou-a1b2-11111111";
const CALLER = `arn:aws:sts::${MANAGEMENT}:assumed-role/admin/alice`;

type Detail = Readonly<Record<string, unknown>>;

/** The members that every record of a call has; what differs from one call to another is the test's. */
const eventOf = (eventSource: string, eventName: string, detail: Detail = {}) => ({
  version: "0",
  id: "a-new-one-on-each-bus",
  "detail-type": "AWS API Call via CloudTrail",
  source: `aws.${eventSource.split(".")[0] ?? ""}`,
  account: MANAGEMENT,
  time: "2023-04-25T19:24:49Z",
  region: "us-east-1",
  resources: [],
  detail: {
    eventVersion: "1.08",
    userIdentity: { type: "AssumedRole", arn: CALLER, accountId: MANAGEMENT },
    eventTime: "2023-04-25T19:24:49Z",
    eventSource,
    eventName,
    awsRegion: "us-east-1",
    sourceIPAddress: "203.0.113.1",
    userAgent: "AWS Internal",
    requestParameters: null,
    responseElements: null,
    requestID: "f8604aff-1de0-48ba-b228-f65559e504c1",
    eventID: "bea150ce-12b4-4417-9983-7be8c28a7a3a",
    readOnly: false,
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: MANAGEMENT,
    eventCategory: "Management",
    ...detail,
  },
});

const cause = { eventId: "bea150ce-12b4-4417-9983-7be8c28a7a3a", at: "2023-04-25T19:24:49.000Z", by: CALLER };

const found = (source: string, name: string, detail: Detail = {}) =>
  looksOf(eventOf(`${source}.amazonaws.com`, name, detail)).map(
    ({ eventId: _, at: __, by: ___, ...look }) => look,
  );

const requestOf = (requestParameters: Detail): Detail => ({ requestParameters });
const responseOf = (responseElements: Detail): Detail => ({ responseElements });

describe("what an event of CloudTrail's leads to", () => {
  it("is a look with who made the call, when, and by which event it is known", () => {
    const event = eventOf("identitystore.amazonaws.com", "DeleteUser", requestOf({ userId: USER }));
    expect(looksOf(event)).toEqual([{ look: "user", id: USER, ...cause }]);
  });

  it("tells nobody where the caller has no ARN", () => {
    const userIdentity = { type: "WebIdentityUser", accountId: MANAGEMENT, accessKeyId: "xxxx" };
    const detail = { ...requestOf({ tenantId: "xxxx", id: USER }), userIdentity };
    const [look] = looksOf(eventOf("identitystore-scim.amazonaws.com", "DeleteUser", detail));
    expect(look).not.toHaveProperty("by");
    expect(look).toMatchObject({ look: "user", id: USER });
  });

  it.each([
    ["failed", { errorCode: "ConflictException", readOnly: false }],
    ["only read", { readOnly: true }],
  ])("is nothing after a call that %s", (_, detail) => {
    expect(
      found("sso", "DeletePermissionSet", { ...requestOf({ permissionSetArn: PERMISSION_SET }), ...detail }),
    ).toEqual([]);
  });

  it("is nothing after a read of an older record, which does not say so", () => {
    expect(found("organizations", "DescribeAccount", { readOnly: undefined })).toEqual([]);
    expect(found("organizations", "ListAccounts", { readOnly: undefined })).toEqual([]);
    expect(
      found("organizations", "CloseAccount", { readOnly: undefined, ...requestOf({ accountId: ACCOUNT }) }),
    ).toEqual([{ look: "account", id: ACCOUNT }]);
  });

  it("is nothing of a service that the inventory holds nothing of", () => {
    expect(found("ec2", "RunInstances")).toEqual([]);
    expect(looksOf(eventOf("constructor", "RunInstances"))).toEqual([]);
    expect(found("sso", "constructor")).toEqual([{ look: "permission-sets" }]);
  });

  it("throws for what is no event of CloudTrail's", () => {
    expect(() => looksOf({ "detail-type": "Scheduled Event", detail: {} })).toThrow("eventName");
  });
});

describe("Identity Center", () => {
  const pair = { look: "pair", accountId: ACCOUNT, permissionSetArn: PERMISSION_SET };
  const principal = { principalType: "GROUP", principalId: GROUP };
  const assigned = {
    targetId: ACCOUNT,
    targetType: "AWS_ACCOUNT",
    permissionSetArn: PERMISSION_SET,
    principalType: "GROUP",
    principalId: GROUP,
  };
  const status = { status: "IN_PROGRESS", requestId: "f8604aff-1de0-48ba-b228-f65559e504c1", ...assigned };

  it.each([
    ["CreateAccountAssignment", "accountAssignmentCreationStatus", "creation"],
    ["DeleteAccountAssignment", "accountAssignmentDeletionStatus", "deletion"],
  ])("is looked at where somebody was assigned, once the operation has ended: %s", (name, member, kind) => {
    const looks = found("sso", name, {
      ...requestOf({ instanceArn: INSTANCE, ...assigned }),
      ...responseOf({ [member]: status }),
    });
    expect(looks).toEqual([{ ...pair, principal, operation: { kind, requestId: status.requestId } }]);
  });

  it("is looked at where somebody was assigned even if the answer is missing", () => {
    expect(found("sso", "CreateAccountAssignment", requestOf(assigned))).toEqual([{ ...pair, principal }]);
  });

  it("is looked at where a permission set may be provisioned for the first time", () => {
    const permissionSetArn = PERMISSION_SET;
    expect(
      found("sso", "ProvisionPermissionSet", {
        ...requestOf({ permissionSetArn, targetType: "AWS_ACCOUNT", targetId: ACCOUNT }),
      }),
    ).toEqual([pair]);
    const everywhere = requestOf({ permissionSetArn, targetType: "ALL_PROVISIONED_ACCOUNTS" });
    expect(found("sso", "ProvisionPermissionSet", everywhere)).toEqual([]);
  });

  it("is looked at for a new permission set by the ARN of the answer", () => {
    const permissionSet = { name: "Admin", permissionSetArn: PERMISSION_SET, sessionDuration: "PT12H" };
    expect(
      found("sso", "CreatePermissionSet", {
        ...requestOf({ name: "Admin", instanceArn: INSTANCE }),
        ...responseOf({ permissionSet }),
      }),
    ).toEqual([{ look: "permission-set", arn: PERMISSION_SET }]);
  });

  it.each([
    "UpdatePermissionSet",
    "DeletePermissionSet",
    "AttachManagedPolicyToPermissionSet",
    "DetachManagedPolicyFromPermissionSet",
    "AttachCustomerManagedPolicyReferenceToPermissionSet",
    "DetachCustomerManagedPolicyReferenceFromPermissionSet",
    "PutInlinePolicyToPermissionSet",
    "DeleteInlinePolicyFromPermissionSet",
  ])("is looked at for the permission set of %s", (name) => {
    expect(
      found("sso", name, requestOf({ instanceArn: INSTANCE, permissionSetArn: PERMISSION_SET })),
    ).toEqual([{ look: "permission-set", arn: PERMISSION_SET }]);
  });

  it("is looked at for the tags of permission sets only", () => {
    const tagged = (resourceArn: string) =>
      found("sso", "TagResource", requestOf({ instanceArn: INSTANCE, resourceArn }));
    expect(tagged(PERMISSION_SET)).toEqual([{ look: "permission-set", arn: PERMISSION_SET }]);
    expect(tagged(INSTANCE)).toEqual([]);
  });

  it("has other users and groups with another identity source", () => {
    expect(found("sso", "DisassociateDirectory")).toEqual([{ look: "directory" }]);
  });

  it.each([
    "Authenticate",
    "CreateToken",
    "CreateApplicationAssignment",
    "AssociateProfile",
    "PutPermissionsBoundaryToPermissionSet",
  ])("is not looked at for %s", (name) => {
    expect(found("sso", name)).toEqual([]);
  });
});

describe("the directory", () => {
  const user = { look: "user", id: USER };
  const group = { look: "group", id: GROUP };
  const member = { look: "members", groupId: GROUP, userId: USER };
  const store = { identityStoreId: "d-906791299c" };

  it.each([
    ["identitystore", "CreateUser", responseOf({ ...store, userId: USER }), [user]],
    ["identitystore", "UpdateUser", requestOf({ ...store, userId: USER, operations: HIDDEN }), [user]],
    ["identitystore", "CreateGroup", responseOf({ ...store, groupId: GROUP }), [group]],
    ["identitystore", "UpdateGroup", requestOf({ ...store, groupId: GROUP }), [group]],
    ["identitystore", "DeleteGroup", requestOf({ ...store, groupId: GROUP }), [group]],
    [
      "identitystore",
      "CreateGroupMembership",
      requestOf({ ...store, groupId: GROUP, memberId: { userId: USER } }),
      [member],
    ],
    [
      "identitystore",
      "DeleteGroupMembership",
      requestOf({ ...store, membershipId: "84e8f4f8-0001-7000-8000-000000000001" }),
      [{ look: "membership", id: "84e8f4f8-0001-7000-8000-000000000001" }],
    ],
    ["sso-directory", "CreateUser", responseOf({ user: { userId: USER, userName: HIDDEN } }), [user]],
    ["sso-directory", "DisableUser", requestOf({ ...store, userId: USER }), [user]],
    ["sso-directory", "EnableUser", requestOf({ ...store, userId: USER }), [user]],
    ["sso-directory", "UpdateUser", requestOf({ ...store, userId: USER }), [user]],
    ["sso-directory", "DeleteUser", requestOf({ ...store, userId: USER }), [user]],
    ["sso-directory", "CreateGroup", responseOf({ group: { groupId: GROUP, displayName: HIDDEN } }), [group]],
    ["sso-directory", "UpdateGroup", requestOf({ ...store, groupId: GROUP }), [group]],
    ["sso-directory", "DeleteGroup", requestOf({ ...store, groupId: GROUP }), [group]],
    [
      "sso-directory",
      "AddMemberToGroup",
      requestOf({ ...store, groupId: GROUP, member: { memberId: USER } }),
      [member],
    ],
    [
      "sso-directory",
      "RemoveMemberFromGroup",
      requestOf({ ...store, groupId: GROUP, member: { memberId: USER } }),
      [member],
    ],
    [
      "sso-directory",
      "RemoveMemberFromGroup",
      requestOf({ ...store, groupId: GROUP, member: HIDDEN }),
      [{ look: "members", groupId: GROUP }],
    ],
    ["identitystore-scim", "CreateUser", responseOf({ active: true, id: USER, userName: HIDDEN }), [user]],
    ["identitystore-scim", "PatchUser", requestOf({ httpBody: {}, tenantId: "t", id: USER }), [user]],
    ["identitystore-scim", "PutUser", requestOf({ httpBody: {}, tenantId: "t", id: USER }), [user]],
    ["identitystore-scim", "DeleteUser", requestOf({ tenantId: "t", id: USER }), [user]],
    [
      "identitystore-scim",
      "CreateGroup",
      responseOf({ id: GROUP, displayName: HIDDEN }),
      [group, { look: "members", groupId: GROUP }],
    ],
    [
      "identitystore-scim",
      "PatchGroup",
      requestOf({ httpBody: { operations: [{ op: "ADD", value: HIDDEN }] }, tenantId: "t", id: GROUP }),
      [group, { look: "members", groupId: GROUP }],
    ],
    ["identitystore-scim", "DeleteGroup", requestOf({ tenantId: "t", id: GROUP }), [group]],
  ])("is looked at after %s %s %j", (source, name, detail, looks) => {
    expect(found(source, name, detail)).toEqual(looks);
  });

  it.each([
    ["sso-directory", "StartVirtualMfaDeviceRegistration"],
    ["sso-directory", "UpdatePassword"],
    ["sso-directory", "CreateBearerToken"],
    ["sso-directory", "EnableExternalIdPConfigurationForDirectory"],
  ])("is not looked at after %s %s", (source, name) => {
    expect(found(source, name)).toEqual([]);
  });

  it.each([
    ["sso-directory", "MergeUsers", {}],
    ["identitystore", "MergeUsers", {}],
    ["identitystore-scim", "MergeUsers", {}],
    ["identitystore", "CreateUser", responseOf({ userId: HIDDEN })],
    ["identitystore-scim", "PatchGroup", requestOf({ id: HIDDEN })],
  ])("is listed anew, but for memberships, where %s %s tells no more: %j", (source, name, detail) => {
    expect(found(source, name, detail)).toEqual([{ look: "directory" }]);
  });
});

describe("the organization", () => {
  const account = [{ look: "account", id: ACCOUNT }];
  const serviceEvent = (serviceEventDetails: Detail): Detail => ({
    serviceEventDetails,
    eventType: "AwsServiceEvent",
    userIdentity: { accountId: MANAGEMENT, invokedBy: "AWS Internal" },
  });
  const creation = { id: "car-3fbd74c0f2fa11ed8b6e0a41b5dcf48f", accountName: "****" };

  it.each([
    [
      "CreateAccountResult",
      serviceEvent({ createAccountStatus: { ...creation, state: "SUCCEEDED", accountId: ACCOUNT } }),
      account,
    ],
    [
      "CreateAccountResult",
      serviceEvent({
        createAccountStatus: { ...creation, state: "FAILED", failureReason: "EMAIL_ALREADY_EXISTS" },
      }),
      [],
    ],
    ["CloseAccount", requestOf({ accountId: ACCOUNT }), account],
    [
      "CloseAccountResult",
      serviceEvent({ closeAccountStatus: { accountId: ACCOUNT, state: "SUCCEEDED" } }),
      account,
    ],
    [
      "MoveAccount",
      requestOf({ accountId: ACCOUNT, sourceParentId: UNIT, destinationParentId: "r-a1b2" }),
      account,
    ],
    ["RemoveAccountFromOrganization", requestOf({ accountId: ACCOUNT }), account],
    ["LeaveOrganization", { recipientAccountId: ACCOUNT }, account],
    [
      "AcceptHandshake",
      responseOf({
        handshake: {
          parties: [
            { type: "ORGANIZATION", id: "o-aa111bb222" },
            { type: "ACCOUNT", id: ACCOUNT },
          ],
        },
      }),
      account,
    ],
    ["AcceptHandshake", {}, [{ look: "accounts" }]],
    ["TagResource", requestOf({ resourceId: ACCOUNT, tags: [] }), account],
    [
      "UntagResource",
      requestOf({ resourceId: UNIT, tagKeys: [] }),
      [{ look: "organizational-unit", id: UNIT }],
    ],
    [
      "TagResource",
      requestOf({ resourceId: "r-a1b2", tags: [] }),
      [{ look: "organizational-unit", id: "r-a1b2" }],
    ],
    ["TagResource", requestOf({ resourceId: "p-a1b2c3d4", tags: [] }), []],
    ["TagResource", requestOf({ resourceId: "rp-a1b2", tags: [] }), []],
    [
      "CreateOrganizationalUnit",
      {
        ...requestOf({ name: "Prod", parentId: "r-a1b2" }),
        ...responseOf({ organizationalUnit: { id: UNIT } }),
      },
      [{ look: "organizational-unit", id: UNIT }],
    ],
    [
      "DeleteOrganizationalUnit",
      requestOf({ organizationalUnitId: UNIT }),
      [{ look: "organizational-unit", id: UNIT }],
    ],
    [
      "UpdateOrganizationalUnit",
      requestOf({ organizationalUnitId: UNIT, name: "Production" }),
      [{ look: "organizational-unit", id: UNIT }],
    ],
    ["CreateAccount", responseOf({ createAccountStatus: { ...creation, state: "IN_PROGRESS" } }), []],
    ["AttachPolicy", requestOf({ targetId: ACCOUNT, policyId: "p-bvdv3rx3" }), []],
    ["MergeAccounts", {}, [{ look: "accounts" }]],
  ])("is looked at after %s %j", (name, detail, looks) => {
    expect(found("organizations", name, detail)).toEqual(looks);
  });
});

describe("IAM in an account", () => {
  const member = (detail: Detail) => ({ ...detail, recipientAccountId: ACCOUNT });
  const one = (look: string, name: string) => ({ look, accountId: ACCOUNT, name });
  const made = (look: string, name: string) => ({ ...one(look, name), isMade: true });

  it.each([
    ["CreateUser", { userName: "alice" }, [made("iam-user", "alice")]],
    ["CreateGroup", { groupName: "admins" }, [made("iam-group", "admins")]],
    ["DeleteUser", { userName: "alice" }, [one("iam-user", "alice")]],
    ["UpdateUser", { userName: "alice", newPath: "/x/" }, [one("iam-user", "alice")]],
    ["UpdateUser", { userName: "alice", newUserName: "eve" }, [{ look: "iam", accountId: ACCOUNT }]],
    ["AddUserToGroup", { userName: "alice", groupName: "admins" }, [one("iam-group", "admins")]],
    ["RemoveUserFromGroup", { userName: "alice", groupName: "admins" }, [one("iam-group", "admins")]],
    [
      "UpdateGroup",
      { groupName: "admins", newGroupName: "root" },
      [one("iam-group", "admins"), one("iam-group", "root")],
    ],
    ["UpdateGroup", { groupName: "admins" }, [one("iam-group", "admins")]],
    ["CreateRole", { roleName: "deploy" }, [made("iam-role", "deploy")]],
    ["DeleteRole", { roleName: "deploy" }, [one("iam-role", "deploy")]],
    ["UpdateAssumeRolePolicy", { roleName: "deploy", policyDocument: "{}" }, [one("iam-role", "deploy")]],
    [
      "CreateRole",
      {
        path: "/aws-reserved/sso.amazonaws.com/",
        roleName: "AWSReservedSSO_AdministratorAccess_c194f596bcea55cc",
      },
      [],
    ],
    ["CreateServiceLinkedRole", { aWSServiceName: "sso.amazonaws.com" }, []],
    [
      "AttachRolePolicy",
      { roleName: "deploy", policyArn: "arn:aws:iam::aws:policy/AdministratorAccess" },
      [],
    ],
    ["CreateAccessKey", { userName: "alice" }, []],
    ["MergeRoles", {}, [{ look: "iam", accountId: ACCOUNT }]],
    ["CreateRole", {}, [{ look: "iam", accountId: ACCOUNT }]],
  ])("is looked at after %s %j", (name, request, looks) => {
    expect(found("iam", name, member(requestOf(request)))).toEqual(looks);
  });

  it("is that of the event's account where the record does not say", () => {
    expect(
      found("iam", "DeleteRole", { ...requestOf({ roleName: "r" }), recipientAccountId: undefined }),
    ).toEqual([{ look: "iam-role", accountId: MANAGEMENT, name: "r" }]);
  });
});

describe("every call of today's APIs that changes something", () => {
  const namesIn = (client: object) =>
    Object.keys(client)
      .filter((name) => /^[A-Z]\w+Command$/.test(name))
      .map((name) => name.slice(0, -"Command".length))
      .filter((name) => !/^(?:Get|List|Describe|Is)/.test(name));

  it.each([
    ["sso-admin", ssoAdmin, identityCenterCalls],
    ["identitystore", identityStore, identityStoreCalls],
    ["organizations", organizations, organizationCalls],
    ["iam", iam, iamCalls],
  ])("is known by name: %s", (_, client, table) => {
    const names = namesIn(client);
    expect(names.length).toBeGreaterThan(5);
    const known = (name: string) => Object.hasOwn(table.calls, name) || table.irrelevant.test(name);
    expect(names.filter((name) => !known(name))).toEqual([]);
  });
});
