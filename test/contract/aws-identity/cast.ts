import {
  CreateGroupCommand,
  CreateUserCommand,
  GetGroupIdCommand,
  GetUserIdCommand,
} from "@aws-sdk/client-identitystore";
import { paginateListAccounts } from "@aws-sdk/client-organizations";
import { DescribePermissionSetCommand, paginateListPermissionSets } from "@aws-sdk/client-sso-admin";
import { randomUUID } from "node:crypto";
import type { World } from "./world.ts";

/** A name that no earlier run on the same server used. */
export const aName = (prefix: string): string => `${prefix}-${randomUUID().slice(0, 8)}`;

/** Something that an answer must contain. */
export const present = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error("The answer lacks a member");
  return value;
};

export const userId = async (
  { identityStore, identityStoreId }: World,
  userName: string,
): Promise<string> => {
  const answer = await identityStore.send(
    new GetUserIdCommand({
      IdentityStoreId: identityStoreId,
      AlternateIdentifier: { UniqueAttribute: { AttributePath: "userName", AttributeValue: userName } },
    }),
  );
  return present(answer.UserId);
};

export const groupId = async (
  { identityStore, identityStoreId }: World,
  displayName: string,
): Promise<string> => {
  const answer = await identityStore.send(
    new GetGroupIdCommand({
      IdentityStoreId: identityStoreId,
      AlternateIdentifier: { UniqueAttribute: { AttributePath: "displayName", AttributeValue: displayName } },
    }),
  );
  return present(answer.GroupId);
};

export const newUser = async ({ identityStore, identityStoreId }: World, userName = aName("user")) => {
  const answer = await identityStore.send(
    new CreateUserCommand({
      IdentityStoreId: identityStoreId,
      UserName: userName,
      DisplayName: "Test Person",
      Name: { GivenName: "Test", FamilyName: "Person" },
      Emails: [{ Value: `${userName}@example.com`, Type: "work", Primary: true }],
    }),
  );
  return present(answer.UserId);
};

export const newGroup = async ({ identityStore, identityStoreId }: World, displayName = aName("group")) => {
  const answer = await identityStore.send(
    new CreateGroupCommand({ IdentityStoreId: identityStoreId, DisplayName: displayName }),
  );
  return present(answer.GroupId);
};

export const accountId = async ({ organizations }: World, name: string): Promise<string> => {
  for await (const page of paginateListAccounts({ client: organizations }, {})) {
    const found = page.Accounts?.find((account) => account.Name === name);
    if (found !== undefined) return present(found.Id);
  }
  throw new Error(`No account ${name}`);
};

export const permissionSetArn = async (
  { identityCenter, instanceArn }: World,
  name: string,
): Promise<string> => {
  for await (const page of paginateListPermissionSets(
    { client: identityCenter },
    { InstanceArn: instanceArn },
  ))
    for (const arn of page.PermissionSets ?? []) {
      const answer = await identityCenter.send(
        new DescribePermissionSetCommand({ InstanceArn: instanceArn, PermissionSetArn: arn }),
      );
      if (answer.PermissionSet?.Name === name) return arn;
    }
  throw new Error(`No permission set ${name}`);
};
