import * as z from "zod/mini";
import type { JsonObject } from "../wire/json.ts";
import type { Operation } from "../wire/service.ts";
import { accountOf, momentOf, uniqueId, type IamAccount, type IamDependencies } from "./account.ts";
import {
  alreadyExists,
  defineOperation,
  limitExceeded,
  name,
  noSuchEntity,
  page,
  pageMembers,
  path,
  QUOTAS,
} from "./errors.ts";
import { iamArn } from "./names.ts";
import type { RoleRecord } from "./roles.ts";
import { parseTrustPolicy } from "./trust-policy-document.ts";

/** "The returned policy is URL-encoded": https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html. */
const describe = (role: RoleRecord): JsonObject => ({
  Path: role.path,
  RoleName: role.name,
  RoleId: role.id,
  Arn: role.arn,
  CreateDate: role.createdAt,
  AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(role.trustPolicy)),
  ...(role.description === undefined ? {} : { Description: role.description }),
  MaxSessionDuration: role.maxSessionSeconds,
});

const roleOf = ({ roles }: IamAccount, roleName: string): RoleRecord => {
  const role = roles.get(roleName);
  if (role === undefined) throw noSuchEntity("role", roleName);
  return role;
};

const HOUR = 3_600;
const sessionDuration = z._default(
  z.coerce.number<string | number>().check(z.minimum(HOUR), z.maximum(12 * HOUR)),
  HOUR,
);

/** The roles of an account. */
export const roleOperations = (dependencies: IamDependencies): Record<string, Operation> => ({
  CreateRole: defineOperation(
    z.object({
      RoleName: name,
      Path: path,
      AssumeRolePolicyDocument: z.string(),
      Description: z.optional(z.string().check(z.maxLength(1_000))),
      MaxSessionDuration: sessionDuration,
    }),
    ({ RoleName, Path, AssumeRolePolicyDocument, Description, MaxSessionDuration }, caller) => {
      const { accountId, roles } = accountOf(dependencies, caller);
      const trustPolicy = parseTrustPolicy(AssumeRolePolicyDocument);
      if (roles.get(RoleName) !== undefined) throw alreadyExists("Role", RoleName);
      if (roles.all().length >= QUOTAS.roles) throw limitExceeded("RolesPerAccount", QUOTAS.roles);
      const role: RoleRecord = {
        arn: iamArn("role", accountId, Path, RoleName),
        id: uniqueId("AROA", dependencies.newId()),
        name: RoleName,
        path: Path,
        ...(Description === undefined ? {} : { description: Description }),
        trustPolicy,
        createdAt: momentOf(dependencies.clock.now()),
        maxSessionSeconds: MaxSessionDuration,
      };
      roles.put(role);
      return { Role: describe(role) };
    },
  ),

  GetRole: defineOperation(z.object({ RoleName: name }), ({ RoleName }, caller) => ({
    Role: describe(roleOf(accountOf(dependencies, caller), RoleName)),
  })),

  ListRoles: defineOperation(z.object({ PathPrefix: path, ...pageMembers }), (input, caller) => {
    const { roles } = accountOf(dependencies, caller);
    const inPath = roles.all().filter((role) => role.path.startsWith(input.PathPrefix));
    const { items, next } = page(inPath, input);
    return { Roles: items.map(describe), ...next };
  }),

  UpdateAssumeRolePolicy: defineOperation(
    z.object({ RoleName: name, PolicyDocument: z.string() }),
    ({ RoleName, PolicyDocument }, caller) => {
      const account = accountOf(dependencies, caller);
      const role = roleOf(account, RoleName);
      account.roles.put({ ...role, trustPolicy: parseTrustPolicy(PolicyDocument) });
      return {};
    },
  ),

  DeleteRole: defineOperation(z.object({ RoleName: name }), ({ RoleName }, caller) => {
    const account = accountOf(dependencies, caller);
    account.roles.delete(roleOf(account, RoleName));
    return {};
  }),
});
