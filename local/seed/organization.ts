import {
  CloseAccountCommand,
  CreateAccountCommand,
  CreateOrganizationalUnitCommand,
  CreateOrganizationCommand,
  DescribeAccountCommand,
  DescribeCreateAccountStatusCommand,
  DescribeOrganizationCommand,
  ListParentsCommand,
  ListRootsCommand,
  MoveAccountCommand,
  paginateListAccounts,
  paginateListOrganizationalUnitsForParent,
  TagResourceCommand,
  type Account,
  type Organization,
  type OrganizationsClient,
} from "@aws-sdk/client-organizations";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import { accountEmail, type OrganizationAccount, type OrganizationFile } from "../organization-file.ts";
import { required, unless, type SeedLog } from "./report.ts";

const POLL_MILLISECONDS = 200;
/** 300 polls of 200 ms: a minute. */
const MOST_POLLS = 300;

export interface OrganizationSeed {
  readonly client: OrganizationsClient;
  readonly clock: Clock;
  readonly file: OrganizationFile;
  readonly log: SeedLog;
}

const organizationAt = async (client: OrganizationsClient): Promise<Organization> => {
  const existing = await unless("AWSOrganizationsNotInUseException", () =>
    client.send(new DescribeOrganizationCommand()),
  );
  const answer = existing ?? (await client.send(new CreateOrganizationCommand({ FeatureSet: "ALL" })));
  return required(answer.Organization, "an organization");
};

const accountsAt = async (client: OrganizationsClient): Promise<Account[]> => {
  const accounts: Account[] = [];
  for await (const page of paginateListAccounts({ client }, {})) accounts.push(...(page.Accounts ?? []));
  return accounts;
};

/** The unit `name` below `parentId`, made if it is missing. */
const unitBelow = async ({ client }: OrganizationSeed, parentId: string, name: string) => {
  for await (const page of paginateListOrganizationalUnitsForParent({ client }, { ParentId: parentId })) {
    const found = page.OrganizationalUnits?.find((unit) => unit.Name === name);
    if (found !== undefined) return { id: required(found.Id, "a unit's id"), created: false };
  }
  const answer = await client.send(new CreateOrganizationalUnitCommand({ ParentId: parentId, Name: name }));
  return { id: required(answer.OrganizationalUnit?.Id, "a unit's id"), created: true };
};

/** Makes the units of the file; answers with the id of each path, `/` included. */
const seedUnits = async (seed: OrganizationSeed): Promise<ReadonlyMap<string, string>> => {
  const { Roots: roots } = await seed.client.send(new ListRootsCommand());
  const ids = new Map([["/", required(roots?.[0]?.Id, "a root")]]);
  for (const { ou } of seed.file.accounts) {
    let path = "/";
    for (const name of ou.split("/").filter((part) => part !== "")) {
      const parentId = required(ids.get(path), path);
      path = path === "/" ? `/${name}` : `${path}/${name}`;
      if (ids.has(path)) continue;
      const { id, created } = await unitBelow(seed, parentId, name);
      ids.set(path, id);
      seed.log.seeded("organizational unit", path, id, created);
    }
  }
  return ids;
};

const createAccount = async (
  { client, clock }: OrganizationSeed,
  account: OrganizationAccount,
): Promise<string> => {
  const started = await client.send(
    new CreateAccountCommand({
      AccountName: account.name,
      Email: accountEmail(account),
      Tags: Object.entries(account.tags).map(([Key, Value]) => ({ Key, Value })),
    }),
  );
  let status = started.CreateAccountStatus;
  for (let poll = 0; status?.State === "IN_PROGRESS" && poll < MOST_POLLS; poll += 1) {
    await clock.sleep(POLL_MILLISECONDS);
    const answer = await client.send(
      new DescribeCreateAccountStatusCommand({ CreateAccountRequestId: required(status.Id, "a request id") }),
    );
    status = answer.CreateAccountStatus;
  }
  return required(
    status?.AccountId,
    `the account ${account.name} (${status?.FailureReason ?? "still in progress"})`,
  );
};

const moveInto = async ({ client }: OrganizationSeed, accountId: string, parentId: string) => {
  const { Parents: parents } = await client.send(new ListParentsCommand({ ChildId: accountId }));
  const current = required(parents?.[0]?.Id, "a parent");
  if (current !== parentId)
    await client.send(
      new MoveAccountCommand({
        AccountId: accountId,
        SourceParentId: current,
        DestinationParentId: parentId,
      }),
    );
};

/** Makes the organization, its units and its accounts; answers with the management account's id at the endpoint. */
export const seedOrganization = async (seed: OrganizationSeed): Promise<string> => {
  const { client, file, log } = seed;
  const organization = await organizationAt(client);
  const managementId = required(organization.MasterAccountId, "a management account");
  const units = await seedUnits(seed);
  const existing = await accountsAt(client);
  for (const account of file.accounts) {
    const isManagement = account.id === file.managementAccountId;
    const found = isManagement ? managementId : existing.find(({ Name }) => Name === account.name)?.Id;
    const id = found ?? (await createAccount(seed, account));
    log.seeded("account", account.name, id, found === undefined);
    if (id !== account.id)
      log.inexpressible(
        "The endpoint chooses account ids: the ids in the file do not exist there, only the names do.",
      );
    if (isManagement && !existing.some(({ Id, Name }) => Id === managementId && Name === account.name))
      log.inexpressible(
        `The management account keeps the name that the endpoint gave it, not "${account.name}".`,
      );
    if (found !== undefined && Object.keys(account.tags).length > 0)
      await client.send(
        new TagResourceCommand({
          ResourceId: id,
          Tags: Object.entries(account.tags).map(([Key, Value]) => ({ Key, Value })),
        }),
      );
    await moveInto(seed, id, required(units.get(account.ou), account.ou));
  }
  return managementId;
};

/** Closes the accounts that the file says are not active: last, because nothing can be assigned in them afterwards. */
export const seedAccountStates = async ({ client, file, log }: OrganizationSeed): Promise<void> => {
  const stateOf = async (AccountId: string) => {
    const { Account: account } = await client.send(new DescribeAccountCommand({ AccountId }));
    return account?.State ?? account?.Status;
  };
  for (const { name, state } of file.accounts.filter((account) => account.state !== "ACTIVE")) {
    const AccountId = log.idOf("account", name);
    if ((await stateOf(AccountId)) === "ACTIVE" && state !== "PENDING_ACTIVATION")
      await client.send(new CloseAccountCommand({ AccountId }));
    const reached = await stateOf(AccountId);
    if (reached !== state)
      log.inexpressible(`The account ${name} is ${reached ?? "without a state"}: no call makes it ${state}.`);
  }
};
