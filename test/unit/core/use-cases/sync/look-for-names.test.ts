import { describe, expect, it } from "vitest";
import type { OrganizationIntegration } from "../../../../../lambdas/core/domain/integration.ts";
import type { OrganizationalUnitFact } from "../../../../../lambdas/core/domain/inventory/facts.ts";
import { AccountIdSchema } from "../../../../../lambdas/core/domain/ids.ts";
import type { AccountListing, IdentitySources } from "../../../../../lambdas/core/ports/sync.ts";
import { lookForNames } from "../../../../../lambdas/core/use-cases/sync/look-for-names.ts";
import { aPermissionSetArn, anAccountId, anOrganizationalUnitId } from "../../../../support/builders.ts";
import { FakeInventory } from "../../../../support/fakes/inventory.ts";
import { FakeSyncStore } from "../../../../support/fakes/sync-store.ts";
import { aPermissionSetFact, afterMinutes, anAccountFact, seen } from "../../../../support/facts.ts";
import {
  aFailedSync,
  aFinishedSync,
  aRunningSync,
  anOrganizationIntegration,
  deployment,
  home,
} from "../../../../support/integrations.ts";
import { VirtualClock } from "../../../../support/virtual-clock.ts";

const unit = (name: string): OrganizationalUnitFact => ({
  kind: "organizational-unit",
  id: anOrganizationalUnitId(name),
  name,
  path: `/${name}`,
});

const account = (digit: number, overrides: Partial<AccountListing> = {}): AccountListing => {
  const { tags: _tags, ...listing } = anAccountFact(digit, overrides);
  return listing;
};

interface Organization {
  readonly accounts?: readonly AccountListing[];
  readonly units?: readonly OrganizationalUnitFact[];
  readonly permissionSets?: readonly string[];
  /** None, unless a test says otherwise; undefined: the account is gone. */
  readonly tags?: (id: string) => Readonly<Record<string, string>> | undefined;
}

const pageSize = 20;

async function* pagesOf<T>(all: readonly T[]): AsyncGenerator<readonly T[]> {
  for (let from = 0; from < all.length; from += pageSize)
    yield await Promise.resolve(all.slice(from, from + pageSize));
}

const unexpected = () => {
  throw new Error("Nobody has to ask for this");
};

const underTest = (
  { accounts = [], units = [], permissionSets = [], tags = () => ({}) }: Organization,
  integrations: readonly OrganizationIntegration[] = [home],
) => {
  const inventory = new FakeInventory();
  const syncs = new FakeSyncStore();
  const clock = new VirtualClock(new Date("2026-01-01T13:00:00.000Z"));
  const calls: string[] = [];
  const called = <T>(name: string, answer: T): T => {
    calls.push(name);
    return answer;
  };
  const sources: IdentitySources = {
    organization: {
      accounts: () => called("accounts", pagesOf(accounts)),
      organizationalUnits: () => called("units", pagesOf(units)),
      organizationalUnit: unexpected,
      root: unexpected,
      unitsBelow: unexpected,
      account: unexpected,
      tagsOf: (id) => called(`tags of ${id}`, Promise.resolve(tags(id))),
    },
    directory: {
      users: unexpected,
      user: unexpected,
      groups: unexpected,
      group: unexpected,
      members: unexpected,
    } as never,
    permissionSets: {
      arns: () => called("permission sets", pagesOf(permissionSets.map(aPermissionSetArn))),
      describe: (arn) => {
        calls.push(`describe ${arn}`);
        const name = permissionSets.find((one) => aPermissionSetArn(one) === arn);
        return Promise.resolve(name === undefined ? undefined : { arn, name, sessionDuration: "PT8H" });
      },
      contents: () => Promise.resolve({ managedPolicies: [], customerManagedPolicies: [], tags: {} }),
    },
    assignments: {
      accountsOf: unexpected,
      permissionSetsIn: unexpected,
      assignmentsOf: unexpected,
      isInProgress: unexpected,
    },
    identityCenterProblems: unexpected,
  };
  const connectedTo: string[] = [];
  const look = lookForNames({
    integrations: { list: () => Promise.resolve(integrations) },
    syncs,
    inventory,
    deployment,
    connectTo: ({ name }) => {
      connectedTo.push(name);
      return { sources, takeTally: () => ({ calls: {}, throttles: 0 }) };
    },
    clock,
  });
  return { inventory, syncs, calls, connectedTo, look };
};

describe("looking for names", () => {
  it("finds accounts, units and permission sets before any sync is through", async () => {
    const { inventory, look } = underTest({
      accounts: [account(2), account(3)],
      units: [unit("Workloads")],
      permissionSets: ["Reader"],
    });
    await look();
    expect(inventory.all.map(({ fact }) => fact)).toEqual([
      anAccountFact(2),
      anAccountFact(3),
      unit("Workloads"),
      aPermissionSetFact("Reader"),
    ]);
  });

  it.each([
    ["before any sync was begun", [], true],
    ["while the first sync runs", [aRunningSync({}, { baseline: true })], true],
    ["after the first sync failed", [aFailedSync({}, undefined, { baseline: true })], true],
    ["after the first sync", [aFinishedSync({}, { baseline: true })], undefined],
    ["while a later sync runs", [aRunningSync({}, { baseline: false })], undefined],
    [
      "after the first sync within accounts only",
      [aFinishedSync({ scope: "resources" }, { baseline: true })],
      true,
    ],
  ] as const)(
    "tells nobody of what was there before, until the first sync is through: %s",
    async (_when, passes, baseline) => {
      const { inventory, syncs, look } = underTest({
        accounts: [account(2)],
        units: [unit("Workloads")],
        permissionSets: ["Reader"],
      });
      for (const sync of passes) await syncs.put(sync);
      await look();
      expect(inventory.all.map((observed) => observed.baseline)).toEqual([baseline, baseline, baseline]);
    },
  );

  it("adds what is new, and neither changes nor takes away what is known", async () => {
    const { inventory, look } = underTest({
      accounts: [account(2, { name: "renamed" }), account(3)],
      units: [unit("New")],
      permissionSets: ["Reader", "Operator"],
    });
    const known = [
      seen(anAccountFact(2, { tags: { team: "payments" } })),
      seen(anAccountFact(4)),
      seen(unit("Old")),
      seen(aPermissionSetFact("Reader")),
    ];
    for (const observed of known) await inventory.record(observed);
    await look();
    expect(inventory.all).toEqual(expect.arrayContaining(known));
    const added = inventory.all.filter(({ observedAt }) => observedAt > afterMinutes(0));
    expect(added.map(({ fact }) => fact)).toEqual([anAccountFact(3), aPermissionSetFact("Operator")]);
  });

  it("asks for the tags of what is new: whoever asked for access to it is judged by them", async () => {
    const { inventory, calls, look } = underTest({
      accounts: [account(2), account(3)],
      tags: () => ({ env: "prod" }),
    });
    await inventory.record(seen(anAccountFact(2)));
    await look();
    expect(await inventory.get("account", anAccountId(3))).toMatchObject({
      fact: { tags: { env: "prod" } },
      tagsSeenAt: "2026-01-01T13:00:00.000Z",
    });
    expect(calls.filter((call) => call.startsWith("tags"))).toEqual([`tags of ${anAccountId(3)}`]);
  });

  it("leaves out an account that was closed while it was listed", async () => {
    const { inventory, look } = underTest({ accounts: [account(2)], tags: () => undefined });
    await look();
    expect(inventory.all).toEqual([]);
  });

  it("asks for the tags of 20 accounts; those of more that are new at once are not known until the sync asks", async () => {
    const many = Array.from({ length: 50 }, (_, index) =>
      account(3, { id: AccountIdSchema.parse(String(300_000_000_000 + index)) }),
    );
    const { inventory, calls, look } = underTest({ accounts: many });
    await look();
    expect(inventory.all).toHaveLength(50);
    expect(calls.filter((call) => call.startsWith("tags"))).toHaveLength(20);
    const asked = inventory.all.filter(({ tagsSeenAt }) => tagsSeenAt !== undefined);
    const told = inventory.all.filter(({ fact }) => fact.kind === "account" && fact.tags !== undefined);
    expect(told).toHaveLength(20);
    expect(asked).toEqual(told);
  });

  it("describes no permission set that is known, and walks no tree of which a unit is", async () => {
    const { inventory, calls, look } = underTest({ units: [unit("Old")], permissionSets: ["Reader"] });
    await inventory.record(seen(unit("Old")));
    await inventory.record(seen(aPermissionSetFact("Reader")));
    await look();
    expect(calls).toEqual(["accounts", "permission sets"]);
  });

  it("leaves out what the integration excludes", async () => {
    const excluded = anOrganizationalUnitId("Sandbox");
    const { inventory, look } = underTest(
      { accounts: [account(2, { organizationalUnits: [excluded] }), account(3), account(4)] },
      [{ ...home, exclude: { organizationalUnits: [excluded], accounts: [anAccountId(3)] } }],
    );
    await look();
    expect(inventory.all.map(({ fact }) => fact)).toEqual([anAccountFact(4)]);
  });

  it("tells nobody of an account that was excluded, and is no longer", async () => {
    const { inventory, syncs, look } = underTest({ accounts: [account(3), account(4)] });
    await syncs.put(aFinishedSync());
    await inventory.record(seen({ kind: "excluded-account", accountId: anAccountId(3), name: "back" }));
    await look();
    expect(inventory.announced.map(({ type, detail }) => [type, detail["accountId"]])).toEqual([
      ["AccountAppeared", anAccountId(4)],
    ]);
    expect(await inventory.get("account", anAccountId(3))).toBeDefined();
  });

  it("lists no large organization: somebody waits for it", async () => {
    const many = Array.from({ length: 1_000 }, (_, index) =>
      account(3, { id: AccountIdSchema.parse(String(300_000_000_000 + index)) }),
    );
    const { inventory, calls, look } = underTest({ accounts: many });
    await look();
    expect(inventory.all).toHaveLength(400);
    await inventory.record(seen(anAccountFact(9)));
    await look();
    expect(calls.filter((call) => call === "accounts")).toHaveLength(1);
  });

  it("counts what is there, and not what vanished lately, to tell how large an organization is", async () => {
    const { inventory, look } = underTest({
      accounts: [account(2)],
      units: [unit("Workloads"), unit("New")],
    });
    const gone = Array.from({ length: 1_000 }, (_, index) => String(100_000_000_000 + index));
    for (const id of gone) await inventory.forget({ kind: "account", id }, { observedAt: afterMinutes(0) });
    for (let left = 0; left < 1_000; left += 1) {
      const id = `ou-0000-${String(left).padStart(8, "0")}`;
      await inventory.forget({ kind: "organizational-unit", id }, { observedAt: afterMinutes(0) });
    }
    await inventory.record(seen(unit("Workloads")));
    await look();
    expect(inventory.all.map(({ fact }) => fact)).toEqual([anAccountFact(2), unit("Workloads")]);
  });

  it("reads no foreign organization with Lockstep's own permissions", async () => {
    const { connector: _connector, ...foreign } = anOrganizationIntegration();
    const { connectedTo, look } = underTest({}, [foreign, anOrganizationIntegration(), home]);
    await look();
    expect(connectedTo).toEqual(["acquired", "organization"]);
  });
});
