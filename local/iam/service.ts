import type { JsonObject } from "../wire/json.ts";
import type { Caller, ServiceDefinition } from "../wire/service.ts";
import type { IamDependencies } from "./account.ts";
import { groupOperations } from "./groups.ts";
import { iamArn } from "./names.ts";
import { iamDocuments } from "./records.ts";
import { roleOperations } from "./role-operations.ts";
import { userOperations } from "./users.ts";

/** Which member of an input names what a call is about. */
const NAMED_BY = [
  { member: "GroupName", kind: "group", collection: "groups" },
  { member: "RoleName", kind: "role", collection: "roles" },
  { member: "UserName", kind: "user", collection: "users" },
] as const;

/**
 * What IAM checks a call against: the group, role or user that it names, under the path that it has or is to have.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
 */
const resourceOf = (
  { store }: Pick<IamDependencies, "store">,
  input: JsonObject,
  { accountId }: Caller,
): string | undefined => {
  for (const { member, kind, collection } of NAMED_BY) {
    const name = input[member];
    if (typeof name !== "string") continue;
    const known = iamDocuments(store, accountId)[collection].get(name);
    return (
      known?.arn ?? iamArn(kind, accountId, typeof input["Path"] === "string" ? input["Path"] : "/", name)
    );
  }
  return undefined;
};

/** IAM: the users, groups and roles of every account. A call is for the account of whoever makes it. */
export const iamService = (dependencies: IamDependencies): ServiceDefinition => ({
  signingName: "iam",
  protocol: "query",
  xmlNamespace: "https://iam.amazonaws.com/doc/2010-05-08/",
  iamPrefix: "iam",
  operations: {
    ...userOperations(dependencies),
    ...groupOperations(dependencies),
    ...roleOperations(dependencies),
  },
  resourcesOf: (_operation, input, caller) => [resourceOf(dependencies, input, caller) ?? "*"],
});
