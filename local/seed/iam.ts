import {
  AddUserToGroupCommand,
  CreateGroupCommand,
  CreateRoleCommand,
  CreateUserCommand,
  GetGroupCommand,
  GetRoleCommand,
  GetUserCommand,
  type IAMClient,
} from "@aws-sdk/client-iam";
import type { AccountIam } from "../iam/account-file.ts";
import { trustPolicyOf } from "../iam/trust-policy-document.ts";
import type { OrganizationAccount, OrganizationFile } from "../organization-file.ts";
import { reasonOf, required, unless, type SeedLog } from "./report.ts";

/** A client of IAM in an account of the endpoint. */
export type IamIn = (accountId: string) => Promise<IAMClient>;

export interface IamSeed {
  readonly iamIn: IamIn;
  readonly file: Pick<OrganizationFile, "accounts">;
  readonly log: SeedLog;
}

const ABSENT = "NoSuchEntityException";

/** One account's IAM while it is filled. */
interface Place {
  readonly client: IAMClient;
  readonly log: SeedLog;
  readonly accountName: string;
}

const seedUser = async ({ client, log, accountName }: Place, UserName: string): Promise<void> => {
  const found = await unless(ABSENT, () => client.send(new GetUserCommand({ UserName })));
  const { User } = found ?? (await client.send(new CreateUserCommand({ UserName })));
  log.seeded(
    "IAM user",
    `${accountName}/${UserName}`,
    required(User?.Arn, "a user's ARN"),
    found === undefined,
  );
};

const seedGroup = async (
  { client, log, accountName }: Place,
  { name: GroupName, members }: AccountIam["groups"][number],
): Promise<void> => {
  const found = await unless(ABSENT, () => client.send(new GetGroupCommand({ GroupName })));
  const { Group } = found ?? (await client.send(new CreateGroupCommand({ GroupName })));
  const arn = required(Group?.Arn, "a group's ARN");
  log.seeded("IAM group", `${accountName}/${GroupName}`, arn, found === undefined);
  // Adding a member again changes nothing.
  for (const UserName of members) await client.send(new AddUserToGroupCommand({ GroupName, UserName }));
};

/** An ARN of one of the file's accounts, as the endpoint has it: it chooses the ids of accounts. */
const translated = (principal: string, { file, log }: IamSeed): string => {
  const account = file.accounts.find(({ id }) => principal === id || principal.includes(`::${id}:`));
  return account === undefined ? principal : principal.replace(account.id, log.idOf("account", account.name));
};

const seedRole = async (
  seed: IamSeed,
  { client, log, accountName }: Place,
  { name: RoleName, path: Path, description, trust, externalId }: AccountIam["roles"][number],
): Promise<void> => {
  const found = await unless(ABSENT, () => client.send(new GetRoleCommand({ RoleName })));
  const trustPolicy = trustPolicyOf(
    trust.map((principal) => translated(principal, seed)),
    { externalId },
  );
  const { Role } =
    found ??
    (await client.send(
      new CreateRoleCommand({
        RoleName,
        Path,
        AssumeRolePolicyDocument: JSON.stringify(trustPolicy),
        ...(description === undefined ? {} : { Description: description }),
      }),
    ));
  log.seeded(
    "IAM role",
    `${accountName}/${RoleName}`,
    required(Role?.Arn, "a role's ARN"),
    found === undefined,
  );
};

const clientIn = async (
  { iamIn, log }: IamSeed,
  { name }: OrganizationAccount,
): Promise<IAMClient | undefined> => {
  try {
    return await iamIn(log.idOf("account", name));
  } catch (error) {
    log.inexpressible(`The IAM of ${name} cannot be reached: ${reasonOf(error)}.`);
    return undefined;
  }
};

const seedAccount = async (seed: IamSeed, account: OrganizationAccount, iam: AccountIam): Promise<void> => {
  const client = await clientIn(seed, account);
  if (client === undefined) return;
  const place = { client, log: seed.log, accountName: account.name };
  for (const user of iam.users) await seedUser(place, user);
  for (const group of iam.groups) await seedGroup(place, group);
  for (const role of iam.roles) await seedRole(seed, place, role);
};

/** Makes the IAM users, groups and roles of the file's accounts that are missing. */
export const seedIam = async (seed: IamSeed): Promise<void> => {
  for (const account of seed.file.accounts)
    if (account.iam !== undefined) await seedAccount(seed, account, account.iam);
};
