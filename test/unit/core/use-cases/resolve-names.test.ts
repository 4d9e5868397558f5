import { describe, expect, it } from "vitest";
import { RetryableError } from "../../../../lambdas/core/domain/errors.ts";
import { resolveNames } from "../../../../lambdas/core/use-cases/resolve-names.ts";
import { aPermissionSetArn, anAccountId } from "../../../support/builders.ts";
import { FakeCatalogue, FakeCatalogueRefresh } from "../../../support/fakes/catalogue.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

/** A catalogue that counts its reads. */
class CountingCatalogue extends FakeCatalogue {
  reads = 0;

  override account(...[id]: Parameters<FakeCatalogue["account"]>) {
    this.reads += 1;
    return super.account(id);
  }

  override accountsNamed(name: string) {
    this.reads += 1;
    return super.accountsNamed(name);
  }

  override permissionSet(...[arn]: Parameters<FakeCatalogue["permissionSet"]>) {
    this.reads += 1;
    return super.permissionSet(arn);
  }

  override permissionSetsNamed(name: string) {
    this.reads += 1;
    return super.permissionSetsNamed(name);
  }
}

const prod = { id: anAccountId(2), name: "payments-prod" };
const powerUser = {
  arn: aPermissionSetArn("PowerUser"),
  name: "PowerUser",
  sessionDuration: "PT1H",
  inManagementAccount: false,
};

const setUp = async (onRefresh?: (catalogue: FakeCatalogue) => Promise<void>) => {
  const clock = new VirtualClock();
  const catalogue = new CountingCatalogue();
  await catalogue.replaceAccounts([
    prod,
    { id: anAccountId(4), name: "twin" },
    { id: anAccountId(5), name: "twin" },
  ]);
  await catalogue.replacePermissionSets([powerUser]);
  const refresh = new FakeCatalogueRefresh(() => onRefresh?.(catalogue));
  return { clock, catalogue, refresh, names: resolveNames({ catalogue, refresh, clock }) };
};

describe("what the catalogue knows", () => {
  it.each(["222222222222", "payments-prod"])(
    "finds account %s with one read and no refresh",
    async (text) => {
      const { names, catalogue, refresh } = await setUp();
      expect(await names.account(text, "/account")).toEqual(prod);
      expect([catalogue.reads, refresh.refreshes]).toEqual([1, 0]);
    },
  );

  it.each([powerUser.arn, "PowerUser"])(
    "finds permission set %s with one read and no refresh",
    async (text) => {
      const { names, catalogue, refresh } = await setUp();
      expect(await names.permissionSet(text, "/permissionSet")).toEqual(powerUser);
      expect([catalogue.reads, refresh.refreshes]).toEqual([1, 0]);
    },
  );

  it("refuses a name of two accounts, with the ids to choose from", async () => {
    const { names, refresh } = await setUp();
    await expect(names.account("twin", "/account")).rejects.toMatchObject({
      code: "ambiguous-name",
      message: expect.stringContaining("444444444444, 555555555555") as unknown,
      fields: [{ pointer: "/account" }],
    });
    expect(refresh.refreshes).toBe(0);
  });
});

describe("what it does not know", () => {
  it("is looked for once more after a refresh", async () => {
    const fresh = { id: anAccountId(7), name: "fresh" };
    const { names, refresh } = await setUp((catalogue) => catalogue.replaceAccounts([prod, fresh]));
    expect(await names.account("fresh", "/account")).toEqual(fresh);
    expect(await names.account(fresh.id, "/account")).toEqual(fresh);
    expect(refresh.refreshes).toBe(1);
  });

  it.each(["atlantis", "999999999999", "arn:aws:sso:::permissionSet/x"])(
    "is unknown after that: %s",
    async (text) => {
      const { names, refresh } = await setUp();
      const refused = { code: "unknown-name", fields: [{ pointer: "/field" }] };
      await expect(names.account(text, "/field")).rejects.toMatchObject(refused);
      await expect(names.permissionSet(text, "/field")).rejects.toMatchObject(refused);
      expect(refresh.refreshes).toBe(1);
    },
  );

  it("does not refresh over and over, and does again after a while", async () => {
    const { names, refresh, clock } = await setUp();
    const ask = () => names.account("atlantis", "/account").catch((error: unknown) => error);
    for (let count = 0; count < 5; count += 1) await ask();
    expect(refresh.refreshes).toBe(1);
    await clock.advanceBy(60_000);
    await ask();
    expect(refresh.refreshes).toBe(2);
  });

  it("is refreshed once for those who ask at the same moment", async () => {
    const { names, refresh } = await setUp();
    await Promise.allSettled([
      names.account("a", "/0"),
      names.account("b", "/1"),
      names.permissionSet("c", "/2"),
    ]);
    expect(refresh.refreshes).toBe(1);
  });

  it("is not called unknown when the refresh failed, nor moments later", async () => {
    const { names, refresh, clock } = await setUp(() =>
      Promise.reject(new RetryableError("CatalogueUnavailable", "throttled")),
    );
    for (let count = 0; count < 2; count += 1) {
      await expect(names.account("fresh", "/account")).rejects.toMatchObject({
        name: "CatalogueUnavailable",
      });
    }
    expect(refresh.refreshes).toBe(1);
    await clock.advanceBy(60_000);
    await expect(names.account("fresh", "/account")).rejects.toMatchObject({ name: "CatalogueUnavailable" });
    expect(refresh.refreshes).toBe(2);
  });
});
