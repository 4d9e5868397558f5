import type { Json, JsonObject } from "../wire/json.ts";
import type { Operation, ServiceDefinition } from "../wire/service.ts";
import { notFound, type Directory } from "./directory.ts";
import { groupOperations } from "./groups.ts";
import { membershipOperations } from "./memberships.ts";
import { userOperations } from "./users.ts";

const memberIn = (value: Json | undefined, member: string): Json | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as JsonObject)[member]
    : undefined;

const all = (kind: string) => [`arn:aws:identitystore:::${kind}/*`];
const each = (kind: string, ids: readonly (Json | undefined)[]) => {
  const known = ids.filter((id) => typeof id === "string");
  return known.length === 0 ? all(kind) : known.map((id) => `arn:aws:identitystore:::${kind}/${id}`);
};

/** Every group, user and membership that the call's input names; all of a kind where the kind is needed but not named. */
const resourcesIn = (identityStoreArn: string, operation: string, input: JsonObject): readonly string[] => {
  const users = () => each("user", [input["UserId"] ?? memberIn(input["MemberId"], "UserId")]);
  const groups = () => {
    const many = input["GroupIds"];
    return each("group", Array.isArray(many) ? (many as readonly Json[]) : [input["GroupId"]]);
  };
  const membership = () => each("membership", [input["MembershipId"]]);
  const byOperation: Readonly<Record<string, () => readonly string[]>> = {
    CreateGroupMembership: () => [...groups(), ...users()],
    DeleteGroup: groups,
    DeleteGroupMembership: () => [...membership(), ...groups(), ...users()],
    DeleteUser: users,
    DescribeGroup: groups,
    DescribeGroupMembership: () => [...membership(), ...groups(), ...users()],
    DescribeUser: users,
    GetGroupId: () => all("group"),
    GetGroupMembershipId: () => [...all("membership"), ...groups(), ...users()],
    GetUserId: () => all("user"),
    IsMemberInGroups: () => [...all("membership"), ...groups(), ...users()],
    ListGroupMemberships: () => [...all("membership"), ...groups()],
    ListGroupMembershipsForMember: () => [...all("membership"), ...users()],
    ListGroups: () => all("group"),
    ListUsers: () => all("user"),
    UpdateGroup: groups,
    UpdateUser: users,
  };
  return [identityStoreArn, ...(byOperation[operation]?.() ?? [])];
};

/** Every operation names the store, by its id or its ARN (API_UpdateUser, "IdentityStoreId"); there is but one. */
const inThisStore =
  (directory: Directory, operation: Operation): Operation =>
  (input, caller) => {
    const named = input["IdentityStoreId"];
    if (typeof named === "string" && named.slice(named.lastIndexOf("/") + 1) !== directory.identityStoreId)
      throw notFound("IDENTITY_STORE");
    return operation(input, caller);
  };

/**
 * The Identity Store API. IAM's resources are those of
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentitystore.html.
 */
export const identityStoreService = (directory: Directory): ServiceDefinition => {
  const operations = {
    ...userOperations(directory),
    ...groupOperations(directory),
    ...membershipOperations(directory),
  };
  return {
    signingName: "identitystore",
    protocol: "json-1.1",
    targetPrefix: "AWSIdentityStore",
    iamPrefix: "identitystore",
    operations: Object.fromEntries(
      Object.entries(operations).map(([name, operation]) => [name, inThisStore(directory, operation)]),
    ),
    resourcesOf: (operation, input) => resourcesIn(directory.identityStoreArn, operation, input),
  };
};
