import {
  CloseAccountCommand,
  CreateAccountCommand,
  CreateOrganizationalUnitCommand,
  DeleteOrganizationalUnitCommand,
  DescribeAccountCommand,
  DescribeCreateAccountStatusCommand,
  DescribeOrganizationalUnitCommand,
  DescribeOrganizationCommand,
  ListAccountsCommand,
  ListAccountsForParentCommand,
  ListChildrenCommand,
  ListOrganizationalUnitsForParentCommand,
  ListParentsCommand,
  ListRootsCommand,
  ListTagsForResourceCommand,
  MoveAccountCommand,
  paginateListAccountsForParent,
  paginateListOrganizationalUnitsForParent,
  RemoveAccountFromOrganizationCommand,
  UpdateOrganizationalUnitCommand,
} from "@aws-sdk/client-organizations";
import { expect } from "vitest";
import type { Contract } from "./contract.ts";
import { accountId, aName, present } from "./cast.ts";
import type { World } from "./world.ts";

const newAccount = async ({ organizations }: World): Promise<string> => {
  const name = aName("account");
  const started = await organizations.send(
    new CreateAccountCommand({ AccountName: name, Email: `${name}@example.com` }),
  );
  const answer = await organizations.send(
    new DescribeCreateAccountStatusCommand({
      CreateAccountRequestId: present(started.CreateAccountStatus?.Id),
    }),
  );
  return present(answer.CreateAccountStatus?.AccountId);
};

const rootId = async ({ organizations }: World): Promise<string> => {
  const { Roots: roots } = await organizations.send(new ListRootsCommand());
  return present(roots?.[0]?.Id);
};

const parentOf = async ({ organizations }: World, childId: string): Promise<string> => {
  const { Parents: parents } = await organizations.send(new ListParentsCommand({ ChildId: childId }));
  return present(parents?.[0]?.Id);
};

export const organizationsSuite = ({ shows, unlikeMoto, notOnMoto }: Contract): void => {
  shows("names the management account", async ({ organizations }) => {
    const { Organization: organization } = await organizations.send(new DescribeOrganizationCommand());
    expect(organization?.Id).toMatch(/^o-[a-z0-9]{10,32}$/);
    expect(organization?.FeatureSet).toBe("ALL");
    const { Account: account } = await organizations.send(
      new DescribeAccountCommand({ AccountId: present(organization?.MasterAccountId) }),
    );
    expect(account?.State).toBe("ACTIVE");
  });

  shows("pages through all accounts, each once", async ({ organizations }) => {
    const seen: (string | undefined)[] = [];
    let token: string | undefined;
    do {
      const page = await organizations.send(new ListAccountsCommand({ MaxResults: 5, NextToken: token }));
      expect(page.Accounts?.length).toBeLessThanOrEqual(5);
      seen.push(...(page.Accounts ?? []).map(({ Id }) => Id));
      token = page.NextToken;
    } while (token !== undefined);
    expect(seen.length).toBeGreaterThanOrEqual(13);
    expect(new Set(seen).size).toBe(seen.length);
  });

  unlikeMoto("pages by 20 at most", "its pages hold as many as one asks for", async ({ organizations }) => {
    await expect(organizations.send(new ListAccountsCommand({ MaxResults: 21 }))).rejects.toMatchObject({
      name: "InvalidInputException",
    });
  });

  shows("refuses a page token that it did not give", async ({ organizations }) => {
    await expect(organizations.send(new ListAccountsCommand({ NextToken: "nonsense" }))).rejects.toThrow();
  });

  shows("tells an account's state and tags", async (world) => {
    const id = await accountId(world, "payments-prod");
    const { Account: account } = await world.organizations.send(
      new DescribeAccountCommand({ AccountId: id }),
    );
    expect(account).toMatchObject({ Name: "payments-prod", Status: "ACTIVE", State: "ACTIVE" });
    const { Tags: tags } = await world.organizations.send(new ListTagsForResourceCommand({ ResourceId: id }));
    expect(tags).toContainEqual({ Key: "owner", Value: "payments" });
  });

  unlikeMoto("tells an account's path", "its accounts have no Paths", async (world) => {
    const id = await accountId(world, "payments-prod");
    const { Account: account } = await world.organizations.send(
      new DescribeAccountCommand({ AccountId: id }),
    );
    expect(account?.Paths).toHaveLength(1);
    expect(account?.Paths?.[0]).toMatch(new RegExp(`^o-\\w+/r-\\w+/ou-[\\w-]+/ou-[\\w-]+/${id}$`));
  });

  shows("does not know an account that is not in the organization", async ({ organizations }) => {
    await expect(
      organizations.send(new DescribeAccountCommand({ AccountId: "999999999999" })),
    ).rejects.toMatchObject({ name: "AccountNotFoundException" });
  });

  shows("walks from an account up to the root, and down again", async (world) => {
    const id = await accountId(world, "payments-prod");
    const prod = await parentOf(world, id);
    const { OrganizationalUnit: unit } = await world.organizations.send(
      new DescribeOrganizationalUnitCommand({ OrganizationalUnitId: prod }),
    );
    expect(unit?.Name).toBe("Prod");
    const workloads = await parentOf(world, prod);
    expect(await parentOf(world, workloads)).toBe(await rootId(world));

    const units = await world.organizations.send(
      new ListOrganizationalUnitsForParentCommand({ ParentId: workloads }),
    );
    expect(units.OrganizationalUnits?.map(({ Name }) => Name).toSorted()).toEqual(["NonProd", "Prod"]);
    const accounts = await world.organizations.send(new ListAccountsForParentCommand({ ParentId: prod }));
    expect(accounts.Accounts?.map(({ Name }) => Name)).toContain("ledger-prod");
    const children = await world.organizations.send(
      new ListChildrenCommand({ ParentId: prod, ChildType: "ACCOUNT" }),
    );
    expect(children.Children).toContainEqual({ Id: id, Type: "ACCOUNT" });
  });

  shows("closes an account, which is then no longer active", async (world) => {
    const id = await newAccount(world);
    await world.organizations.send(new CloseAccountCommand({ AccountId: id }));
    await world.pass(5_000);
    const { Account: account } = await world.organizations.send(
      new DescribeAccountCommand({ AccountId: id }),
    );
    expect(account?.Status).toBe("SUSPENDED");
    expect(account?.State).not.toBe("ACTIVE");
    await expect(world.organizations.send(new CloseAccountCommand({ AccountId: id }))).rejects.toMatchObject({
      name: "AccountAlreadyClosedException",
    });
  });

  unlikeMoto("closes an account by way of PENDING_CLOSURE", "it is SUSPENDED at once", async (world) => {
    const id = await newAccount(world);
    await world.organizations.send(new CloseAccountCommand({ AccountId: id }));
    const pending = await world.organizations.send(new DescribeAccountCommand({ AccountId: id }));
    expect(pending.Account).toMatchObject({ Status: "PENDING_CLOSURE", State: "PENDING_CLOSURE" });
    await world.pass(5_000);
    const closed = await world.organizations.send(new DescribeAccountCommand({ AccountId: id }));
    expect(closed.Account).toMatchObject({ Status: "SUSPENDED", State: "CLOSED" });
  });

  notOnMoto("never closes the management account", "it closes it", async ({ organizations }) => {
    const { Organization: organization } = await organizations.send(new DescribeOrganizationCommand());
    await expect(
      organizations.send(new CloseAccountCommand({ AccountId: organization?.MasterAccountId })),
    ).rejects.toMatchObject({ name: "ConstraintViolationException" });
  });

  unlikeMoto("deletes a unit only when it is empty", "it deletes it anyway", async (world) => {
    const { organizations } = world;
    const created = await organizations.send(
      new CreateOrganizationalUnitCommand({ ParentId: await rootId(world), Name: aName("unit") }),
    );
    const unitId = present(created.OrganizationalUnit?.Id);
    await organizations.send(new CreateOrganizationalUnitCommand({ ParentId: unitId, Name: aName("unit") }));
    await expect(
      organizations.send(new DeleteOrganizationalUnitCommand({ OrganizationalUnitId: unitId })),
    ).rejects.toMatchObject({ name: "OrganizationalUnitNotEmptyException" });
  });

  shows("renames a unit, and deletes it", async (world) => {
    const { organizations } = world;
    const parentId = await rootId(world);
    const name = aName("unit");
    const created = await organizations.send(
      new CreateOrganizationalUnitCommand({ ParentId: parentId, Name: name }),
    );
    const unitId = present(created.OrganizationalUnit?.Id);
    await organizations.send(
      new UpdateOrganizationalUnitCommand({ OrganizationalUnitId: unitId, Name: `${name}-renamed` }),
    );
    const namesUnderRoot = async () => {
      const names: (string | undefined)[] = [];
      for await (const page of paginateListOrganizationalUnitsForParent(
        { client: organizations },
        { ParentId: parentId },
      ))
        names.push(...(page.OrganizationalUnits ?? []).map(({ Name }) => Name));
      return names;
    };
    expect(await namesUnderRoot()).toContain(`${name}-renamed`);
    await organizations.send(new DeleteOrganizationalUnitCommand({ OrganizationalUnitId: unitId }));
    expect(await namesUnderRoot()).not.toContain(`${name}-renamed`);
  });

  shows("lets an account leave", async (world) => {
    const id = await newAccount(world);
    await world.organizations.send(new RemoveAccountFromOrganizationCommand({ AccountId: id }));
    await expect(
      world.organizations.send(new DescribeAccountCommand({ AccountId: id })),
    ).rejects.toMatchObject({ name: "AccountNotFoundException" });
    const listed = await world.organizations.send(
      new ListAccountsForParentCommand({ ParentId: await rootId(world) }),
    );
    expect(listed.Accounts?.map(({ Id }) => Id)).not.toContain(id);
  });

  shows("moves an account into a new unit", async (world) => {
    const id = await newAccount(world);
    const root = await rootId(world);
    const unit = await world.organizations.send(
      new CreateOrganizationalUnitCommand({ ParentId: root, Name: aName("unit") }),
    );
    const unitId = present(unit.OrganizationalUnit?.Id);
    await world.organizations.send(
      new MoveAccountCommand({ AccountId: id, SourceParentId: root, DestinationParentId: unitId }),
    );
    expect(await parentOf(world, id)).toBe(unitId);
    const accountsUnder = async (parentId: string) => {
      const ids: (string | undefined)[] = [];
      for await (const page of paginateListAccountsForParent(
        { client: world.organizations },
        { ParentId: parentId },
      ))
        ids.push(...(page.Accounts ?? []).map((account) => account.Id));
      return ids;
    };
    expect(await accountsUnder(unitId)).toEqual([id]);
    expect(await accountsUnder(root)).not.toContain(id);
  });
};
