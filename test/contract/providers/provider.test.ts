import { beforeEach, describe, expect } from "vitest";
import type { Entitlement } from "../../../lambdas/core/domain/entitlement.ts";
import { aUserId, anAccountId } from "../../support/builders.ts";
import { contractTest } from "../../support/fakes/contract-test.ts";
import { providerEnvironments } from "./environments.ts";
import type { ProviderWorld } from "./world.ts";

/** Any time is early enough. */
const noDeadline = new Date("9999-01-01T00:00:00.000Z");

/** Longer than any provider waits in one call. */
const VERY_LONG = 10 * 60 * 1000;

describe.each(providerEnvironments)("account assignments on $name", (environment) => {
  const test = contractTest(environment.differences);
  let world: ProviderWorld;
  let user: Entitlement;

  beforeEach(async () => {
    world = await environment.open();
    ({ user } = world.entitlements);
  });

  const observed = (entitlement: Entitlement) => world.provider.observe(entitlement);

  test("comes, is there, and goes", async () => {
    expect(await observed(user)).toBe("absent");
    expect(await world.provider.apply(user)).toEqual({ outcome: "done" });
    expect(await observed(user)).toBe("present");
    expect(await world.exists(user)).toBe(true);
    expect(await world.provider.remove(user, noDeadline)).toEqual({ outcome: "done" });
    expect(await observed(user)).toBe("absent");
    expect(await world.exists(user)).toBe(false);
  });

  test("keeps a user's and a group's apart", async () => {
    const { group } = world.entitlements;
    expect(await world.provider.apply(group)).toEqual({ outcome: "done" });
    expect(await observed(user)).toBe("absent");
    expect(await world.provider.apply(user)).toEqual({ outcome: "done" });
    expect(await world.provider.remove(group, noDeadline)).toEqual({ outcome: "done" });
    expect(await observed(user)).toBe("present");
    expect(await world.exists(group)).toBe(false);
    await world.provider.remove(user, noDeadline);
  });

  test("sees many at once as it sees each", async () => {
    const { group } = world.entitlements;
    await world.provider.apply(user);
    const elsewhere = { ...user, accountId: anAccountId(9) };
    const all = [group, user, elsewhere];
    const observed = await world.provider.observeAll(all);
    expect(all.map((entitlement) => observed.get(entitlement))).toEqual(["absent", "present", "absent"]);
    expect((await world.provider.observeAll([])).size).toBe(0);
    await world.provider.remove(user, noDeadline);
  });

  test("grants twice without a second assignment", async () => {
    await world.provider.apply(user);
    expect(await world.provider.apply(user)).toEqual({ outcome: "done" });
    expect(await world.provider.remove(user, noDeadline)).toEqual({ outcome: "done" });
    expect(await world.exists(user)).toBe(false);
  });

  test("removes twice", async () => {
    await world.provider.apply(user);
    expect(await world.provider.remove(user, noDeadline)).toEqual({ outcome: "done" });
    expect(await world.provider.remove(user, noDeadline)).toEqual({ outcome: "done" });
  });

  test("removes what was never there", async () => {
    expect(await world.provider.remove(user, noDeadline)).toEqual({ outcome: "done" });
  });

  test("says why AWS did not grant", async () => {
    world.operationsFail("the role could not be made");
    expect(await world.provider.apply(user)).toEqual({
      outcome: "refused",
      reason: "the role could not be made",
    });
    expect(await observed(user)).toBe("absent");
  });

  test("refuses to grant to a user who does not exist", async () => {
    const stranger = { ...user, principalId: aUserId("nobody") };
    await world.deletePrincipal(stranger).catch(() => undefined);
    expect(await world.provider.apply(stranger)).toMatchObject({ outcome: "refused" });
    expect(await world.exists(stranger)).toBe(false);
  });

  test("leaves a grant unfinished that takes very long, and finds it later", async () => {
    world.operationsTake(VERY_LONG);
    expect(await world.provider.apply(user)).toMatchObject({ outcome: "unfinished" });
    expect(await observed(user)).toBe("absent");
    await world.clock.sleep(VERY_LONG);
    expect(await observed(user)).toBe("present");
  });

  test("leaves a removal unfinished that takes very long, and finds it gone later", async () => {
    await world.provider.apply(user);
    world.operationsTake(VERY_LONG);
    expect(await world.provider.remove(user, noDeadline)).toMatchObject({ outcome: "unfinished" });
    expect(await observed(user)).toBe("present");
    await world.clock.sleep(VERY_LONG);
    expect(await world.provider.remove(user, noDeadline)).toEqual({ outcome: "done" });
  });

  test("does not touch what another operation is still changing", async () => {
    world.operationsTake(VERY_LONG);
    await world.provider.apply(user);
    expect(await world.provider.apply(user)).toMatchObject({ outcome: "unfinished" });
    expect(await world.provider.remove(user, noDeadline)).toMatchObject({ outcome: "unfinished" });
    world.operationsTake(0);
    await world.clock.sleep(VERY_LONG);
    expect(await world.provider.remove(user, noDeadline)).toEqual({ outcome: "done" });
    expect(await world.exists(user)).toBe(false);
  });

  test("leaves a throttled grant to the next attempt", async () => {
    world.nextChange("throttled");
    expect(await world.provider.apply(user)).toMatchObject({ outcome: "unfinished" });
    expect(await observed(user)).toBe("absent");
    expect(await world.provider.apply(user)).toEqual({ outcome: "done" });
  });

  test("leaves a throttled removal to the next attempt", async () => {
    await world.provider.apply(user);
    world.nextChange("throttled");
    expect(await world.provider.remove(user, noDeadline)).toMatchObject({ outcome: "unfinished" });
    expect(await observed(user)).toBe("present");
    expect(await world.provider.remove(user, noDeadline)).toEqual({ outcome: "done" });
  });

  test("finds what a grant did whose answer was lost", async () => {
    world.nextChange("answer-lost");
    expect(await world.provider.apply(user)).toMatchObject({ outcome: "unfinished" });
    await world.clock.sleep(VERY_LONG);
    expect(await observed(user)).toBe("present");
    expect(await world.provider.apply(user)).toEqual({ outcome: "done" });
  });

  test("finds what a removal did whose answer was lost", async () => {
    await world.provider.apply(user);
    world.nextChange("answer-lost");
    expect(await world.provider.remove(user, noDeadline)).toMatchObject({ outcome: "unfinished" });
    await world.clock.sleep(VERY_LONG);
    expect(await world.provider.remove(user, noDeadline)).toEqual({ outcome: "done" });
    expect(await world.exists(user)).toBe(false);
  });

  test("reports as dangling what AWS does not delete because its user was deleted", async () => {
    await world.provider.apply(user);
    await world.deletePrincipal(user);
    expect(await world.provider.remove(user, noDeadline)).toMatchObject({ outcome: "dangling" });
    expect(await observed(user)).toBe("present");
  });

  test("reports as dangling what AWS does not delete because its group was deleted", async () => {
    const { group } = world.entitlements;
    await world.provider.apply(group);
    await world.deletePrincipal(group);
    expect(await world.provider.remove(group, noDeadline)).toMatchObject({ outcome: "dangling" });
  });

  test("goes on trying when AWS does not delete for another reason", async () => {
    await world.provider.apply(user);
    world.operationsFail("the account is suspended");
    expect(await world.provider.remove(user, noDeadline)).toEqual({
      outcome: "unfinished",
      reason: "the account is suspended",
    });
    world.operationsFail(undefined);
    expect(await world.provider.remove(user, noDeadline)).toEqual({ outcome: "done" });
  });
});
