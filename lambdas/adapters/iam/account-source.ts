import {
  GetGroupCommand,
  IAMClient,
  ListGroupsCommand,
  ListRolesCommand,
  ListUsersCommand,
  type Role,
  type User,
} from "@aws-sdk/client-iam";
import type { AccountId } from "../../core/domain/ids.ts";
import type { IamGroupFact, IamRoleFact, IamUserFact } from "../../core/domain/inventory/facts.ts";
import { assumableBy, TrustPolicySchema } from "../../core/domain/inventory/trust-policy.ts";
import type { AccountSource } from "../../core/ports/sync.ts";
import type { ClientsFor } from "../aws-clients.ts";
import { isNamed } from "../aws-errors.ts";
import { allOf, pagesOf } from "../sync/pages.ts";
import type { PatientCall } from "../sync/patient-calls.ts";

/** The largest page that IAM gives; without it, a page has 100 (https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html). */
const PAGE = 1_000;

/**
 * Roles that are left out. Those that AWS made for a service, only that service can assume, and nobody can change that
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html). Those that Identity Center made
 * for a permission set are let in by its own sign-in alone, and the inventory holds them already, as provisionings and
 * assignments; they would come and go with the first and the last assignment in the account.
 */
const NOT_TO_ASK_FOR = ["/aws-service-role/", "/aws-reserved/sso.amazonaws.com/"];

export interface AccountSourceDependencies {
  readonly call: PatientCall;
  readonly clientsFor: ClientsFor;
  readonly account: AccountId;
}

/** IAM within one account: one call a page, and for groups one more for each group. */
export const accountSource = ({ call, clientsFor, account }: AccountSourceDependencies): AccountSource => {
  const client = clientsFor(account, "sync").client(IAMClient);

  const userFact = (user: User): IamUserFact => ({
    kind: "iam-user",
    accountId: account,
    arn: present(user.Arn, "a user's ARN"),
    name: present(user.UserName, "a user's name"),
  });

  /** Undefined when there is no such group. */
  const groupNamed = async (name: string): Promise<IamGroupFact | undefined> => {
    const pages = listed((Marker) =>
      call("iam:GetGroup", () =>
        client.send(new GetGroupCommand({ GroupName: name, MaxItems: PAGE, Marker })),
      ),
    );
    const answers = await unlessGone(() => allOf(pages, (answer) => [answer]));
    if (answers === undefined) return undefined;
    const group = present(answers[0]?.Group, "a group");
    const members = answers.flatMap(({ Users }) => Users ?? []);
    return {
      kind: "iam-group",
      accountId: account,
      arn: present(group.Arn, "a group's ARN"),
      name: present(group.GroupName, "a group's name"),
      members: members.map(({ UserName }) => present(UserName, "a member's name")).sort(),
    };
  };

  const roleFact = (role: Role): IamRoleFact => ({
    kind: "iam-role",
    accountId: account,
    arn: present(role.Arn, "a role's ARN"),
    name: present(role.RoleName, "a role's name"),
    ...(role.Description ? { description: role.Description } : {}),
    assumableBy: [...assumableBy(trustPolicyOf(role))],
  });

  async function* iamUsers(): AsyncGenerator<readonly IamUserFact[]> {
    const pages = listed((Marker) =>
      call("iam:ListUsers", () => client.send(new ListUsersCommand({ MaxItems: PAGE, Marker }))),
    );
    for await (const { Users } of pages) yield (Users ?? []).map(userFact);
  }

  async function* iamGroups(): AsyncGenerator<readonly IamGroupFact[]> {
    const pages = listed((Marker) =>
      call("iam:ListGroups", () => client.send(new ListGroupsCommand({ MaxItems: PAGE, Marker }))),
    );
    for await (const { Groups } of pages) {
      const facts: IamGroupFact[] = [];
      // One after the other: AWS publishes no rate for IAM, and says that it cannot be raised
      // (https://repost.aws/es/knowledge-center/iam-sts-throttling-error).
      for (const { GroupName } of Groups ?? []) {
        const fact = await groupNamed(present(GroupName, "a group's name"));
        if (fact !== undefined) facts.push(fact);
      }
      yield facts;
    }
  }

  async function* iamRoles(): AsyncGenerator<readonly IamRoleFact[]> {
    const pages = listed((Marker) =>
      call("iam:ListRoles", () => client.send(new ListRolesCommand({ MaxItems: PAGE, Marker }))),
    );
    for await (const { Roles } of pages) yield (Roles ?? []).filter(canBeAskedFor).map(roleFact);
  }

  return {
    iamUsers,
    iamGroups,
    iamRoles,
    // Listed, not got: GetUser and GetRole would be two more permissions in every account, to save nothing in most.
    iamUser: (name) => named(name, iamUsers()),
    iamGroup: groupNamed,
    iamRole: (name) => named(name, iamRoles()),
  };
};

const unlessGone = async <T>(look: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await look();
  } catch (error) {
    if (isNamed(error, "NoSuchEntityException", "NoSuchEntity")) return undefined;
    throw error;
  }
};

/** "Names are not distinguished by case" (https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html). */
const named = async <F extends { readonly name: string }>(
  name: string,
  pages: AsyncIterable<readonly F[]>,
): Promise<F | undefined> => {
  for await (const page of pages) {
    const found = page.find((fact) => fact.name.toLowerCase() === name.toLowerCase());
    if (found !== undefined) return found;
  }
  return undefined;
};

interface Listing {
  readonly IsTruncated?: boolean | undefined;
  readonly Marker?: string | undefined;
}

/** IAM calls its token a marker, and may cut a page short: only `IsTruncated` says that there is no more. */
const listed = <Answer extends Listing>(page: (marker: string | undefined) => Promise<Answer>) =>
  pagesOf(async (marker) => {
    const answer = await page(marker);
    return { ...answer, NextToken: answer.IsTruncated === true ? answer.Marker : undefined };
  });

const canBeAskedFor = ({ Path = "/" }: Role): boolean =>
  !NOT_TO_ASK_FOR.some((reserved) => Path.startsWith(reserved));

/** IAM gives the policy percent-encoded (https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html). */
const trustPolicyOf = ({ AssumeRolePolicyDocument: encoded }: Role) =>
  TrustPolicySchema.parse(JSON.parse(decodeURIComponent(present(encoded, "a role's trust policy"))));

const present = <T>(value: T | undefined, what: string): T => {
  if (value === undefined) throw new Error(`IAM answered without ${what}`);
  return value;
};
