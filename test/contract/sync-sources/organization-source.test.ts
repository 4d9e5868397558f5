import { MoveAccountCommand } from "@aws-sdk/client-organizations";
import { beforeEach, describe, expect, it } from "vitest";
import { OrganizationalUnitIdSchema } from "../../../lambdas/core/domain/ids.ts";
import { anAccountId, anOrganizationalUnitId } from "../../support/builders.ts";
import { contractTest } from "../../support/fakes/contract-test.ts";
import { scriptedAws, type ScriptedAnswer, type SentCall } from "../../support/fakes/scripted-aws.ts";
import { EagerClock } from "../../support/fakes/eager-clock.ts";
import {
  collected,
  embeddedWorld,
  sourcesEnvironments,
  sourcesOf,
  type SourcesWorld,
} from "./environments.ts";
import { MANY_ACCOUNTS } from "./organization.ts";

const environments = sourcesEnvironments({});

describe.each(environments)("the accounts and units of an organization on $name", (environment) => {
  const test = contractTest(environment.differences);
  let world: SourcesWorld;
  beforeEach(async () => {
    world = await environment.open();
  });

  const accounts = () => collected(world.sources.organization.accounts());
  const units = () => collected(world.sources.organization.organizationalUnits());

  test("are listed, each account once, however many pages that takes", async () => {
    const listed = await accounts();
    const names = listed.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["sync-prod", "sync-old", "sync-empty", ...MANY_ACCOUNTS]));
    expect(new Set(listed.map(({ id }) => id)).size).toBe(listed.length);
  });

  test("say what is above an account, nearest first, up to the root", async () => {
    const root = (await units()).find(({ path }) => path === "/")?.id;
    const above = [
      world.ids.unit("/Sync/Workloads/Prod"),
      world.ids.unit("/Sync/Workloads"),
      world.ids.unit("/Sync"),
      root,
    ];
    const id = world.ids.account("sync-prod");
    const prod = { kind: "account", id, name: "sync-prod", state: "ACTIVE", organizationalUnits: above };
    expect((await accounts()).find((account) => account.id === id)).toEqual(prod);
    expect(await world.sources.organization.account(id)).toEqual(prod);
  });

  test("tell that an account is suspended", async () => {
    const id = world.ids.account("sync-old");
    expect((await accounts()).find((account) => account.id === id)?.state).toBe("SUSPENDED");
    expect((await world.sources.organization.account(id))?.state).toBe("SUSPENDED");
  });

  test("do not know an account that is not in the organization", async () => {
    expect(await world.sources.organization.account(anAccountId(9))).toBeUndefined();
    expect(await world.sources.organization.tagsOf(anAccountId(9))).toBeUndefined();
  });

  test("show an account's tags, in the order of their keys", async () => {
    const tags = await world.sources.organization.tagsOf(world.ids.account("sync-prod"));
    expect(Object.entries(tags ?? {})).toEqual([
      ["cost", "42"],
      ["team", "ledger"],
    ]);
    expect(await world.sources.organization.tagsOf(world.ids.account("sync-empty"))).toEqual({});
  });

  test("show the tags of a unit and of the root", async () => {
    const { organization } = world.sources;
    const [root] = await units();
    if (root === undefined) throw new Error("The organization has no root");
    expect(await organization.tagsOf(world.ids.unit("/Sync/Workloads"))).toEqual({});
    expect(await organization.tagsOf(root.id)).toEqual({});
    expect(await organization.tagsOf(anOrganizationalUnitId("nothing"))).toBeUndefined();
  });

  test("are a tree of units from the root down, each after the one above it", async () => {
    const listed = await units();
    expect(listed[0]).toMatchObject({ kind: "organizational-unit", name: "Root", path: "/" });
    expect(listed[0]).not.toHaveProperty("parent");
    expect(listed.find(({ path }) => path === "/Sync/Workloads/Prod")).toEqual({
      kind: "organizational-unit",
      id: world.ids.unit("/Sync/Workloads/Prod"),
      name: "Prod",
      parent: world.ids.unit("/Sync/Workloads"),
      path: "/Sync/Workloads/Prod",
    });
    const seen = new Set<string>();
    for (const { id, parent } of listed) {
      if (parent !== undefined) expect(seen).toContain(parent);
      seen.add(id);
    }
    expect(seen.size).toBe(listed.length);
  });

  test("are known one by one, with what they are in", async () => {
    const { organization } = world.sources;
    const [root] = await units();
    const first = (await units()).find(({ parent }) => parent === root?.id);
    if (first === undefined) throw new Error("The organization has no unit");
    const { id, name, parent } = first;
    expect(await organization.organizationalUnit(id)).toEqual({
      kind: "organizational-unit",
      id,
      name,
      parent,
    });
  });

  test("show every unit below another, however many pages that takes", async () => {
    const paths = (await units()).map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(MANY_ACCOUNTS.map((name) => `/Sync/Many/${name}`)));
  });
});

describe("on the embedded AWS, a sync", () => {
  it("reads accounts without a call for each of them, and units with one for each", async () => {
    const { sources, takeTally } = embeddedWorld();
    const accounts = await collected(sources.organization.accounts());
    expect(accounts).toHaveLength(27);
    expect(takeTally().calls).toEqual({ "organizations:ListAccounts": 2 });
    const units = await collected(sources.organization.organizationalUnits());
    // The root, /Sync, /Sync/Workloads, /Sync/Workloads/Prod, /Sync/Many and 23 below it, which are two pages.
    expect(units).toHaveLength(28);
    expect(takeTally().calls).toEqual({
      "organizations:ListRoots": 1,
      "organizations:ListOrganizationalUnitsForParent": 29,
    });
  });

  it("sees where an account was moved to", async () => {
    const { sources, administrator, ids } = embeddedWorld();
    const [from, to] = [ids.unit("/Sync"), ids.unit("/Sync/Workloads")];
    const id = ids.account("sync-empty");
    await administrator.organizations.send(
      new MoveAccountCommand({ AccountId: id, SourceParentId: from, DestinationParentId: to }),
    );
    expect((await sources.organization.account(id))?.organizationalUnits.slice(0, 2)).toEqual([to, from]);
  });
});

const scripted = (answer: (call: SentCall) => ScriptedAnswer) => {
  const { clientsFor, calls } = scriptedAws(answer);
  const place = { region: "eu-west-1", instanceArn: "unused", identityStoreId: "unused" };
  const { sources } = sourcesOf({ clientsFor, clock: new EagerClock(), ...place });
  return { source: sources.organization, operations: () => calls.map(({ operation }) => operation) };
};

const account = (digit: number, more: object = {}) => ({
  Id: anAccountId(digit),
  Name: `a${digit}`,
  ...more,
});

describe("an Organizations that gives no paths", () => {
  const tree: Readonly<Record<string, readonly string[]>> = {
    "r-abcd": ["ou-abcd-11111111"],
    "ou-abcd-11111111": ["ou-abcd-22222222"],
  };
  const accountsIn: Readonly<Record<string, readonly number[]>> = {
    "r-abcd": [1],
    "ou-abcd-22222222": [2, 3],
  };

  const answer = ({ operation, input }: SentCall): ScriptedAnswer => {
    const parent = String(input["ParentId"]);
    switch (operation) {
      case "ListAccounts":
        return { body: { Accounts: [1, 2, 3, 4].map((digit) => account(digit)) } };
      case "ListRoots":
        return { body: { Roots: [{ Id: "r-abcd", Name: "Root" }] } };
      case "ListOrganizationalUnitsForParent":
        return { body: { OrganizationalUnits: (tree[parent] ?? []).map((Id) => ({ Id, Name: Id })) } };
      case "ListAccountsForParent":
        return { body: { Accounts: (accountsIn[parent] ?? []).map((digit) => account(digit)) } };
      case "ListParents":
        return { body: { Parents: [{ Id: "r-abcd", Type: "ROOT" }] } };
      default:
        return { error: "UnknownOperationException" };
    }
  };

  it("is walked once, unit by unit; only an account that joined meanwhile is asked about by itself", async () => {
    const { source, operations } = scripted(answer);
    const places = (await collected(source.accounts())).map(({ organizationalUnits }) => organizationalUnits);
    const deep = ["ou-abcd-22222222", "ou-abcd-11111111", "r-abcd"];
    expect(places).toEqual([["r-abcd"], deep, deep, ["r-abcd"]]);
    const count = (name: string) => operations().filter((operation) => operation === name).length;
    expect(count("ListAccountsForParent")).toBe(3);
    expect(count("ListParents")).toBe(1);
  });
});

describe("the root of an organization", () => {
  it("is found on whatever page it is: a page may be empty, and not be the last", async () => {
    const { source, operations } = scripted(({ operation, input }) => {
      if (operation !== "ListRoots") return { body: { OrganizationalUnits: [] } };
      return input["NextToken"] === undefined
        ? { body: { Roots: [], NextToken: "more" } }
        : { body: { Roots: [{ Id: "r-abcd", Name: "Root" }] } };
    });
    const root = { kind: "organizational-unit", id: "r-abcd", name: "Root", path: "/" };
    expect(await source.root()).toEqual(root);
    expect(operations()).toEqual(["ListRoots", "ListRoots"]);
    expect(await collected(source.organizationalUnits())).toEqual([root]);
  });

  it("is never missing: a tree without one would take all units away", async () => {
    const { source } = scripted(() => ({ body: { Roots: [] } }));
    const missing = { name: "ProviderUnavailable", message: "AWS Organizations shows no root" };
    await expect(source.root()).rejects.toMatchObject(missing);
    await expect(collected(source.organizationalUnits())).rejects.toMatchObject(missing);
  });
});

describe("while a sync reads", () => {
  it("a unit that is deleted has nothing below it", async () => {
    const { source } = scripted(({ operation, input }) => {
      if (operation === "ListRoots") return { body: { Roots: [{ Id: "r-abcd", Name: "Root" }] } };
      return input["ParentId"] === "r-abcd"
        ? { body: { OrganizationalUnits: [{ Id: "ou-abcd-11111111", Name: "Gone" }] } }
        : { error: "ParentNotFoundException" };
    });
    expect((await collected(source.organizationalUnits())).map(({ id }) => id)).toEqual(
      ["r-abcd", "ou-abcd-11111111"].map((id) => OrganizationalUnitIdSchema.parse(id)),
    );
  });

  it.each([
    [{ State: "SUSPENDED", Status: "ACTIVE" }, "SUSPENDED"],
    [{ Status: "ACTIVE" }, "ACTIVE"],
    [{}, "UNKNOWN"],
  ])("the state of %o is %s", async (more, state) => {
    const Paths = [`o-abcdefghij/r-abcd/${anAccountId(2)}/`];
    const { source } = scripted(() => ({ body: { Account: account(2, { Paths, ...more }) } }));
    expect(await source.account(anAccountId(2))).toMatchObject({ state });
  });

  it("an organization that the account does not belong to is a problem in words", async () => {
    const { source } = scripted(() => ({ error: "AWSOrganizationsNotInUseException" }));
    await expect(collected(source.accounts())).rejects.toMatchObject({
      name: "SourceProblem",
      problem: { code: "trusted-access-missing" },
    });
  });
});
