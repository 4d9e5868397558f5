import { expect, it } from "vitest";
import type { PermissionSetArn } from "../../../../lambdas/core/domain/ids.ts";
import { refreshCatalogue } from "../../../../lambdas/core/use-cases/refresh-catalogue.ts";
import { aPermissionSetArn, anAccountId } from "../../../support/builders.ts";
import { FakeCatalogue } from "../../../support/fakes/catalogue.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

const power = aPermissionSetArn("PowerUser");
const readOnly = aPermissionSetArn("ReadOnly");

const setUp = () => {
  const catalogue = new FakeCatalogue();
  const names = new Map([
    [power, "PowerUser"],
    [readOnly, "ReadOnly"],
  ]);
  const described: PermissionSetArn[] = [];
  const source = {
    accounts: () => Promise.resolve([{ id: anAccountId(2), name: "payments-prod" }]),
    permissionSetArns: () => Promise.resolve([...names.keys()]),
    managementAccountPermissionSets: () => Promise.resolve(new Set([readOnly])),
    describePermissionSet: (arn: PermissionSetArn) => {
      described.push(arn);
      return Promise.resolve({ name: names.get(arn) ?? "", sessionDuration: "PT1H" });
    },
  };
  const clock = new VirtualClock();
  return { catalogue, clock, names, described, refresh: refreshCatalogue({ source, catalogue, clock }) };
};

it("makes names known, and which permission sets the management account uses", async () => {
  const { catalogue, refresh } = setUp();
  await refresh({ newOnly: false });
  expect(await catalogue.accountsNamed("payments-prod")).toEqual([
    { id: anAccountId(2), name: "payments-prod" },
  ]);
  expect(await catalogue.permissionSet(power)).toMatchObject({
    name: "PowerUser",
    inManagementAccount: false,
  });
  expect(await catalogue.permissionSet(readOnly)).toMatchObject({ inManagementAccount: true });
});

it("forgets what is gone", async () => {
  const { catalogue, names, refresh } = setUp();
  await refresh({ newOnly: false });
  names.delete(power);
  await refresh({ newOnly: false });
  expect(await catalogue.permissionSet(power)).toBeUndefined();
});

it("describes only what it never saw after a miss: sso-admin's 20 requests a second are shared", async () => {
  const { catalogue, names, described, refresh } = setUp();
  await refresh({ newOnly: false });
  described.length = 0;
  const added = aPermissionSetArn("Added");
  names.set(added, "Added");
  await refresh({ newOnly: true });
  expect(described).toEqual([added]);
  expect(await catalogue.permissionSetsNamed("Added")).toHaveLength(1);
  expect(await catalogue.permissionSetsNamed("PowerUser")).toHaveLength(1);
});

it("describes what it knows again in a scheduled refresh, and notices what was changed", async () => {
  const { catalogue, names, described, refresh } = setUp();
  await refresh({ newOnly: false });
  names.set(power, "Changed");
  described.length = 0;
  await refresh({ newOnly: false });
  expect(described.toSorted()).toEqual([power, readOnly].toSorted());
  expect(await catalogue.permissionSet(power)).toMatchObject({ name: "Changed" });
});

it("describes 700 permission sets at a time, new ones first, and comes round to each within hours", async () => {
  const { catalogue, clock, names, described, refresh } = setUp();
  for (let number = 0; number < 1_998; number += 1)
    names.set(aPermissionSetArn(String(number)), String(number));
  for (const known of [700, 1_400, 2_000]) {
    described.length = 0;
    await refresh({ newOnly: false });
    expect(described).toHaveLength(700);
    expect(await catalogue.knownPermissionSets()).toHaveLength(known);
    await clock.advanceBy(3_600_000);
  }
  const again = new Set<string>();
  for (let hour = 0; hour < 3; hour += 1) {
    described.length = 0;
    await refresh({ newOnly: false });
    for (const arn of described) again.add(arn);
    await clock.advanceBy(3_600_000);
  }
  expect(again.size).toBe(2_000);
  const added = aPermissionSetArn("Added");
  names.set(added, "Added");
  described.length = 0;
  await refresh({ newOnly: false });
  expect(described[0]).toBe(added);
  expect(described).toHaveLength(700);
});
