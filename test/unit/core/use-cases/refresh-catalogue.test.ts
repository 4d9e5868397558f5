import { describe, expect, it } from "vitest";
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

/** A known permission set as the catalogue keeps it. */
const kept = (arn: PermissionSetArn, name: string, rest: object = {}) => ({
  arn,
  name,
  sessionDuration: "PT1H",
  inManagementAccount: false,
  ...rest,
});

describe("what a refresh writes", () => {
  it("is all that is known of each permission set, in the order that Identity Center lists them", async () => {
    const { catalogue, refresh } = setUp();
    await refresh({ newOnly: false });
    expect(await catalogue.knownPermissionSets()).toEqual([
      kept(power, "PowerUser"),
      kept(readOnly, "ReadOnly", { inManagementAccount: true }),
    ]);
    expect(await catalogue.account(anAccountId(2))).toEqual({ id: anAccountId(2), name: "payments-prod" });
  });

  it("is what was known before of those that it does not describe, but for where they are used by now", async () => {
    const { catalogue, names, described, refresh } = setUp();
    await catalogue.replacePermissionSets([
      kept(power, "PowerUser", { sessionDuration: "PT12H", inManagementAccount: true }),
      kept(readOnly, "ReadOnly", { sessionDuration: "PT2H" }),
    ]);
    names.set(power, "Changed");
    await refresh({ newOnly: true });
    expect(described).toEqual([]);
    expect(await catalogue.knownPermissionSets()).toEqual([
      kept(power, "PowerUser", { sessionDuration: "PT12H" }),
      kept(readOnly, "ReadOnly", { sessionDuration: "PT2H", inManagementAccount: true }),
    ]);
  });

  it("is the new session duration of those that it describes", async () => {
    const { catalogue, refresh } = setUp();
    await catalogue.replacePermissionSets([kept(power, "PowerUser", { sessionDuration: "PT12H" })]);
    await refresh({ newOnly: false });
    expect(await catalogue.permissionSet(power)).toEqual(kept(power, "PowerUser"));
  });

  it("is nothing where there is nothing", async () => {
    const { catalogue, names, described, refresh } = setUp();
    await refresh({ newOnly: false });
    names.clear();
    described.length = 0;
    await refresh({ newOnly: false });
    expect(described).toEqual([]);
    expect(await catalogue.knownPermissionSets()).toEqual([]);
  });

  it("describes everything after a miss while nothing is known", async () => {
    const { catalogue, described, refresh } = setUp();
    await refresh({ newOnly: true });
    expect(described).toEqual([power, readOnly]);
    expect(await catalogue.knownPermissionSets()).toHaveLength(2);
  });

  it("describes 700 at most after a miss too, and leaves out those that it has not described", async () => {
    const { catalogue, names, described, refresh } = setUp();
    names.clear();
    for (let number = 0; number < 701; number += 1) {
      names.set(aPermissionSetArn(String(number)), String(number));
    }
    await refresh({ newOnly: true });
    expect(described).toHaveLength(700);
    expect(await catalogue.permissionSetsNamed("699")).toHaveLength(1);
    expect(await catalogue.permissionSetsNamed("700")).toEqual([]);
    described.length = 0;
    await refresh({ newOnly: true });
    expect(described).toEqual([aPermissionSetArn("700")]);
  });
});

describe("the permission sets that a scheduled refresh describes again", () => {
  const HOUR = 3_600_000;
  const many = async (count: number) => {
    const world = setUp();
    const arns = Array.from({ length: count }, (_, number) => aPermissionSetArn(String(number)));
    world.names.clear();
    for (const [number, arn] of arns.entries()) world.names.set(arn, String(number));
    await world.catalogue.replacePermissionSets(arns.map((arn, number) => kept(arn, String(number))));
    const numbersOf = async () => {
      world.described.length = 0;
      await world.refresh({ newOnly: false });
      return world.described.map((arn) => arns.indexOf(arn));
    };
    return { ...world, arns, numbersOf };
  };

  it("go on where the hour before ended, and round from the last to the first", async () => {
    const { clock, numbersOf } = await many(1000);
    let before = await numbersOf();
    for (let hour = 0; hour < 5; hour += 1) {
      await clock.advanceBy(HOUR);
      const next = await numbersOf();
      const begin = ((before.at(-1) ?? 0) + 1) % 1000;
      expect(next).toEqual(Array.from({ length: 700 }, (_, index) => (begin + index) % 1000));
      before = next;
    }
  });

  it("are the same ones throughout an hour, to the tick", async () => {
    const { clock, numbersOf } = await many(1000);
    const atTheHour = await numbersOf();
    await clock.advanceBy(HOUR - 1);
    expect(await numbersOf()).toEqual(atTheHour);
    await clock.advanceBy(1);
    expect((await numbersOf())[0]).toBe(((atTheHour.at(-1) ?? 0) + 1) % 1000);
  });

  it("are each described once where they are few", async () => {
    const { clock, numbersOf } = await many(3);
    for (let hour = 0; hour < 3; hour += 1) {
      expect((await numbersOf()).toSorted()).toEqual([0, 1, 2]);
      await clock.advanceBy(HOUR);
    }
  });

  it("come after those that it never saw, which are described once", async () => {
    const { catalogue, arns, numbersOf } = await many(5);
    await catalogue.replacePermissionSets(arns.slice(0, 2).map((arn, number) => kept(arn, String(number))));
    const numbers = await numbersOf();
    expect(numbers.slice(0, 3)).toEqual([2, 3, 4]);
    expect(numbers.slice(3).toSorted()).toEqual([0, 1]);
  });

  it("come after those that it never saw, however many these are", async () => {
    const { catalogue, arns, numbersOf } = await many(800);
    await catalogue.replacePermissionSets(arns.slice(0, 200).map((arn, number) => kept(arn, String(number))));
    const numbers = await numbersOf();
    expect(numbers.slice(0, 600)).toEqual(Array.from({ length: 600 }, (_, index) => 200 + index));
    expect(numbers.slice(600).every((number) => number < 200)).toBe(true);
    expect(numbers).toHaveLength(700);
  });
});

describe("the calls that a refresh makes", () => {
  const sourceWith = (
    describe: (arn: PermissionSetArn) => Promise<{ name: string; sessionDuration: string }>,
  ) => ({
    accounts: () => Promise.resolve([{ id: anAccountId(3), name: "payments-test" }]),
    permissionSetArns: () => Promise.resolve([power, readOnly]),
    managementAccountPermissionSets: () => Promise.resolve(new Set<PermissionSetArn>()),
    describePermissionSet: describe,
  });

  it("come one after the other: grants and revokes share sso-admin's quota with them", async () => {
    const catalogue = new FakeCatalogue();
    let [inFlight, mostInFlight] = [0, 0];
    const source = sourceWith(async (arn) => {
      inFlight += 1;
      mostInFlight = Math.max(mostInFlight, inFlight);
      await Promise.resolve();
      inFlight -= 1;
      return { name: arn, sessionDuration: "PT1H" };
    });
    await refreshCatalogue({ source, catalogue, clock: new VirtualClock() })({ newOnly: false });
    expect(mostInFlight).toBe(1);
  });

  it("change nothing of the permission sets when one fails; the accounts are written by then", async () => {
    const catalogue = new FakeCatalogue();
    await catalogue.replacePermissionSets([kept(power, "PowerUser")]);
    const throttled = new Error("throttled");
    const source = sourceWith(() => Promise.reject(throttled));
    const refresh = refreshCatalogue({ source, catalogue, clock: new VirtualClock() });
    await expect(refresh({ newOnly: false })).rejects.toBe(throttled);
    expect(await catalogue.knownPermissionSets()).toEqual([kept(power, "PowerUser")]);
    expect(await catalogue.accountsNamed("payments-test")).toHaveLength(1);
  });
});
