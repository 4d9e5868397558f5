import { describe, expect, it } from "vitest";
import type { OrganizationalUnitFact } from "../../lambdas/core/domain/inventory/facts.ts";
import { timestamp } from "../../lambdas/core/domain/ids.ts";
import { anOrganizationalUnitId } from "../support/builders.ts";
import { refusal } from "./aws-under-test.ts";
import { account, anOrganization, numbered, permissionSet, user } from "./organizations.ts";
import { syncUnderTest, type SyncUnderTest } from "./sync-under-test.ts";

const PATHS = ["/A/B/C", "/A/D", "/E", "/E/F"];

const nested = () =>
  anOrganization({
    accounts: PATHS.map((path, index) => account(String(300_000_000_000 + index), `in${path}`, path)),
  });

const pathsSeen = (under: SyncUnderTest): readonly string[] =>
  under
    .facts("organizational-unit")
    .map(({ path }) => path)
    .sort();

const ALL = ["/", "/A", "/A/B", "/A/B/C", "/A/D", "/E", "/E/F"];

/** The unit is emptied and deleted, with all that is below it. */
const remove = async ({ aws }: SyncUnderTest, ...paths: readonly string[]): Promise<void> => {
  const { administrator, ids } = aws;
  for (const path of paths) {
    const id = ids.unit(path);
    const { Accounts } = await administrator.organizations("ListAccountsForParent", { ParentId: id });
    for (const { Id } of Accounts as readonly { readonly Id: string }[])
      await administrator.organizations("MoveAccount", {
        AccountId: Id,
        SourceParentId: id,
        DestinationParentId: ids.unit("/E"),
      });
    await administrator.organizations("DeleteOrganizationalUnit", { OrganizationalUnitId: id });
  }
};

/** The pass breaks at the call of this number of an operation. */
const breakAt = (under: SyncUnderTest, operation: string, number: number): void => {
  let calls = 0;
  under.aws.plan.insteadOf = (call) => {
    if (call.operation !== operation) return undefined;
    calls += 1;
    return calls >= number ? refusal("ExpiredTokenException") : undefined;
  };
};

describe("the tree of organizational units", () => {
  it("loses what was deleted, with all that was below it", async () => {
    const under = await syncUnderTest({ organization: nested() });
    await under.pass();
    expect(pathsSeen(under)).toEqual(ALL);
    await remove(under, "/A/B/C", "/A/B", "/A/D", "/A");
    const sync = await under.nextHour();
    expect(sync).toMatchObject({ status: "finished", counts: { "organizational-unit": 3 } });
    expect(pathsSeen(under)).toEqual(["/", "/E", "/E/F"]);
    expect(under.everything()).toEqual(await under.aws.everything());
  });

  it("has the units' tags, each asked for once in a pass; only those that change are told of", async () => {
    const under = await syncUnderTest({ organization: nested() });
    const tag = (path: string, team: string) =>
      under.aws.administrator.organizations("TagResource", {
        ResourceId: under.aws.ids.unit(path),
        Tags: [{ Key: "team", Value: team }],
      });
    const tagsOf = (path: string) =>
      under.facts("organizational-unit").find((unit) => unit.path === path)?.tags;
    const unitTagCalls = () =>
      under.aws.calls.filter(
        ({ operation, input }) =>
          operation === "ListTagsForResource" && /^(?:ou|r)-/.test(String(input["ResourceId"])),
      ).length;
    await tag("/A", "payments");
    await under.pass();
    expect([tagsOf("/A"), tagsOf("/A/B"), tagsOf("/")]).toEqual([{ team: "payments" }, {}, {}]);
    expect(unitTagCalls()).toBe(ALL.length);
    await tag("/A/B", "ledger");
    await under.aws.administrator.organizations("UpdateOrganizationalUnit", {
      OrganizationalUnitId: under.aws.ids.unit("/E"),
      Name: "Z",
    });
    const before = under.inventory.announced.length;
    // The tag, the name of one unit, and the path of the one below it.
    expect(await under.nextHour()).toMatchObject({ changes: { changed: 3, appeared: 0, vanished: 0 } });
    expect(under.inventory.announced.slice(before)).toHaveLength(3);
    expect([tagsOf("/A"), tagsOf("/A/B")]).toEqual([{ team: "payments" }, { team: "ledger" }]);
    expect(unitTagCalls()).toBe(2 * ALL.length);
    expect(under.everything()).toEqual(await under.aws.everything());
  });

  it("learns the tags of units that it knew before tags were asked for, and tells nobody", async () => {
    const under = await syncUnderTest({ organization: nested() });
    await under.pass();
    for (const { tags: _, ...withoutTags } of under.facts("organizational-unit"))
      await record(under, withoutTags);
    const before = under.inventory.announced.length;
    expect(await under.nextHour()).toMatchObject({ changes: { changed: 0, appeared: 0, vanished: 0 } });
    expect(under.inventory.announced.slice(before)).toEqual([]);
    expect(under.everything()).toEqual(await under.aws.everything());
  });

  it("says the new path of all that is below a unit with a new name", async () => {
    const under = await syncUnderTest({ organization: nested() });
    await under.pass();
    await under.aws.administrator.organizations("UpdateOrganizationalUnit", {
      OrganizationalUnitId: under.aws.ids.unit("/A"),
      Name: "Z",
    });
    expect(await under.nextHour()).toMatchObject({ changes: { changed: 4, appeared: 0, vanished: 0 } });
    expect(pathsSeen(under)).toEqual(["/", "/E", "/E/F", "/Z", "/Z/B", "/Z/B/C", "/Z/D"]);
  });

  it.each([1, 2, 3, 4, 5, 6, 7])(
    "is read on from where a pass broke, and ends as if it had not: at the call for unit %i",
    async (number) => {
      const under = await syncUnderTest({ organization: nested() });
      await under.pass();
      breakAt(under, "ListOrganizationalUnitsForParent", number);
      const failed = await under.nextHour();
      expect(failed).toMatchObject({ status: "failed", changes: { vanished: 0 } });
      under.aws.plan.insteadOf = undefined;
      await remove(under, "/A/B/C", "/A/B");
      await under.aws.administrator.organizations("CreateOrganizationalUnit", {
        ParentId: under.aws.ids.unit("/E/F"),
        Name: "New",
      });
      const calls = under.callsOf("ListOrganizationalUnitsForParent");
      expect(await under.nextHour()).toMatchObject({ id: failed.id, status: "finished" });
      const asked = under.callsOf("ListOrganizationalUnitsForParent") - calls;
      // Nobody who was asked is asked again, and neither is who is known to be gone.
      expect(asked).toBeLessThanOrEqual(7 - number + 2);
      await under.nextHour();
      expect(under.everything()).toEqual(await under.aws.everything());
    },
  );

  const unit = (name: string, parent: OrganizationalUnitFact["parent"]): OrganizationalUnitFact => ({
    kind: "organizational-unit",
    id: anOrganizationalUnitId(name),
    name,
    path: `/${name}`,
    parent,
  });

  const record = async (under: SyncUnderTest, fact: OrganizationalUnitFact) => {
    const observedAt = timestamp(under.clock.now());
    await under.inventory.record({ fact, since: observedAt, observedAt });
  };

  it("loses what hangs on nothing: its parent is gone, and nobody told of itself", async () => {
    const under = await syncUnderTest({ organization: nested() });
    await under.pass();
    const above = unit("Above", anOrganizationalUnitId("Gone"));
    await record(under, unit("Deeper", above.id));
    await record(under, above);
    expect(await under.nextHour()).toMatchObject({ status: "finished", changes: { vanished: 2 } });
    expect(pathsSeen(under)).toEqual(ALL);
  });

  it("keeps what an event told of while it was read, below a unit that an event told of as well", async () => {
    const under = await syncUnderTest({ organization: nested() });
    await under.pass();
    const parent = unit("Parent", under.aws.ids.unit("/A"));
    const child = unit("Child", parent.id);
    await record(under, child);
    let told = false;
    under.world.around = (sources) => ({
      ...sources,
      organization: {
        ...sources.organization,
        unitsBelow: async function* (one) {
          yield* sources.organization.unitsBelow(one);
          // After its parent was asked.
          if (one.path === "/A/B" && !told) {
            told = true;
            await record(under, parent);
          }
        },
      },
    });
    expect(await under.nextHour()).toMatchObject({ status: "finished", changes: { vanished: 0 } });
    expect(told).toBe(true);
    expect(pathsSeen(under)).toEqual([...ALL, "/Child", "/Parent"].sort());
    // AWS knows neither of them: the next pass sees that.
    await under.nextHour();
    expect(pathsSeen(under)).toEqual(ALL);
  });

  it("is of the one root that there is: another one goes, with what is below it", async () => {
    const under = await syncUnderTest({ organization: nested() });
    await under.pass();
    const { parent: _parent, ...root } = unit("OldRoot", undefined);
    await record(under, root);
    await record(under, unit("BelowIt", root.id));
    await under.nextHour();
    expect(pathsSeen(under)).toEqual(ALL);
  });
});

describe("the permission sets", () => {
  const SETS = numbered(6, "Set");

  it.each([1, 2, 4, 6])(
    "are read on from where a pass broke, and end as if it had not: at permission set %i",
    async (number) => {
      const under = await syncUnderTest({
        organization: anOrganization({
          accounts: [account("300000000000", "prod", "/")],
          users: [user("ada")],
          permissionSets: SETS.map(permissionSet),
          assignments: SETS.map((name) => ({ account: "prod", permissionSet: name, user: "ada" })),
        }),
        mayAskByPrincipal: false,
      });
      await under.pass();
      breakAt(under, "DescribePermissionSet", number);
      const failed = await under.nextHour();
      expect(failed).toMatchObject({
        status: "failed",
        checkpoint: { phase: "permission-sets" },
        changes: { vanished: 0 },
      });
      under.aws.plan.insteadOf = undefined;
      const { administrator } = under.aws;
      for (const name of ["Set-000", "Set-005"]) {
        await administrator.unassign({ account: "prod", permissionSet: name, user: "ada" });
        await administrator.identityCenter("DeletePermissionSet", {
          PermissionSetArn: under.aws.ids.permissionSet(name),
        });
      }
      const calls = under.callsOf("DescribePermissionSet");
      expect(await under.nextHour()).toMatchObject({
        id: failed.id,
        status: "finished",
        counts: { "permission-set": 4 },
      });
      expect(under.callsOf("DescribePermissionSet") - calls).toBeLessThanOrEqual(6 - number + 1);
      expect(
        under
          .facts("permission-set")
          .map(({ name }) => name)
          .sort(),
      ).toEqual(SETS.slice(1, 5));
      expect(under.everything()).toEqual(await under.aws.everything());
    },
  );
});
