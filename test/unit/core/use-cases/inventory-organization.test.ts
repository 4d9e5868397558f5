import { describe, expect, it } from "vitest";
import type { OrganizationalUnitFact } from "../../../../lambdas/core/domain/inventory/facts.ts";
import type { Organization } from "../../../../lambdas/core/ports/directory.ts";
import { inventoryOrganization } from "../../../../lambdas/core/use-cases/inventory-organization.ts";
import { anAccountId, anOrganizationalUnitId } from "../../../support/builders.ts";
import { FakeOrganization } from "../../../support/fakes/directory.ts";
import { FakeInventory } from "../../../support/fakes/inventory.ts";
import { seen } from "../../../support/facts.ts";

const unit = (name: string, path: string): OrganizationalUnitFact => ({
  kind: "organizational-unit",
  id: anOrganizationalUnitId(name),
  name,
  path,
});

const underTest = async (...units: readonly OrganizationalUnitFact[]) => {
  const inventory = new FakeInventory();
  for (const fact of units) await inventory.record(seen(fact));
  const aws = new FakeOrganization();
  const asked: string[] = [];
  const organization: Organization = {
    account: (id) => aws.account(id),
    ancestorsOf: (id) => aws.ancestorsOf(id),
    organizationalUnitAt: (path) => {
      asked.push(path);
      return aws.organizationalUnitAt(path);
    },
  };
  return { aws, asked, found: inventoryOrganization({ inventory, organization }) };
};

describe("the organization with the inventory's paths", () => {
  it("finds a unit that the inventory knows without asking AWS", async () => {
    const { asked, found } = await underTest(unit("prod", "/Workloads/Prod"), unit("other", "/Workloads"));
    expect(await found.organizationalUnitAt("/Workloads/Prod")).toBe(anOrganizationalUnitId("prod"));
    expect(asked).toEqual([]);
  });

  it("asks AWS for what the inventory does not know", async () => {
    const { aws, asked, found } = await underTest(unit("prod", "/Workloads/Prod"));
    aws.addOrganizationalUnit("/Workloads/New", anOrganizationalUnitId("new"));
    expect(await found.organizationalUnitAt("/Workloads/New")).toBe(anOrganizationalUnitId("new"));
    expect(await found.organizationalUnitAt("/Workloads/None")).toBeUndefined();
    expect(asked).toEqual(["/Workloads/New", "/Workloads/None"]);
  });

  it("takes no part of a path for the whole", async () => {
    const { found } = await underTest(unit("prod", "/Workloads/Prod"));
    expect(await found.organizationalUnitAt("/Workloads")).toBeUndefined();
    expect(await found.organizationalUnitAt("/workloads/prod")).toBeUndefined();
  });

  it("looks through every page of the inventory", async () => {
    const many = Array.from({ length: 1_500 }, (_, index) =>
      unit(`unit ${String(index)}`, `/unit-${String(index)}`),
    );
    const { asked, found } = await underTest(...many);
    for (const { id, path } of many.slice(-2)) expect(await found.organizationalUnitAt(path)).toBe(id);
    expect(asked).toEqual([]);
  });

  it("asks AWS for everything else: grant-time decisions take no word for it", async () => {
    const { aws, found } = await underTest();
    aws.addOrganizationalUnit("/Prod", anOrganizationalUnitId("prod"));
    aws.addAccount({ id: anAccountId(2), name: "payments", ou: "/Prod" });
    expect(await found.account(anAccountId(2))).toMatchObject({ name: "payments", state: "ACTIVE" });
    expect(await found.ancestorsOf(anAccountId(2))).toContain(anOrganizationalUnitId("prod"));
  });
});
