import { describe, expect, it } from "vitest";
import { RetryableError } from "../../../../lambdas/core/domain/errors.ts";
import type { LookUp } from "../../../../lambdas/core/ports/catalogue.ts";
import { resolveNames } from "../../../../lambdas/core/use-cases/resolve-names.ts";
import { aPermissionSetArn, anAccountId } from "../../../support/builders.ts";
import { FakeCatalogue, FakeCatalogueRefresh } from "../../../support/fakes/catalogue.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

/** A catalogue that counts its reads, and remembers how names were looked up. */
class CountingCatalogue extends FakeCatalogue {
  reads = 0;
  readonly lookUps: LookUp[] = [];

  override account(...[id]: Parameters<FakeCatalogue["account"]>) {
    this.reads += 1;
    return super.account(id);
  }

  override accountsNamed(name: string, how?: LookUp) {
    this.reads += 1;
    if (how !== undefined) this.lookUps.push(how);
    return super.accountsNamed(name);
  }

  override permissionSet(...[arn]: Parameters<FakeCatalogue["permissionSet"]>) {
    this.reads += 1;
    return super.permissionSet(arn);
  }

  override permissionSetsNamed(name: string, how?: LookUp) {
    this.reads += 1;
    if (how !== undefined) this.lookUps.push(how);
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

const setUp = (onRefresh?: (catalogue: FakeCatalogue) => Promise<void> | void) => {
  const clock = new VirtualClock();
  const catalogue = new CountingCatalogue();
  catalogue.knowsAccounts([prod, { id: anAccountId(4), name: "twin" }, { id: anAccountId(5), name: "twin" }]);
  catalogue.knowsPermissionSets([powerUser]);
  const refresh = new FakeCatalogueRefresh(() => onRefresh?.(catalogue));
  return { clock, catalogue, refresh, names: resolveNames({ catalogue, refresh, clock }) };
};

describe("what the catalogue knows", () => {
  it.each(["222222222222", "payments-prod"])(
    "finds account %s with one read and no refresh",
    async (text) => {
      const { names, catalogue, refresh } = setUp();
      expect(await names.account(text, "/account")).toEqual(prod);
      expect([catalogue.reads, refresh.refreshes]).toEqual([1, 0]);
    },
  );

  it.each([powerUser.arn, "PowerUser"])(
    "finds permission set %s with one read and no refresh",
    async (text) => {
      const { names, catalogue, refresh } = setUp();
      expect(await names.permissionSet(text, "/permissionSet")).toEqual(powerUser);
      expect([catalogue.reads, refresh.refreshes]).toEqual([1, 0]);
    },
  );

  it("refuses a name of two accounts, with the ids to choose from", async () => {
    const { names, refresh } = setUp();
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
    const { names, refresh } = setUp((catalogue) => {
      catalogue.knowsAccounts([prod, fresh]);
    });
    expect(await names.account("fresh", "/account")).toEqual(fresh);
    expect(await names.account(fresh.id, "/account")).toEqual(fresh);
    expect(refresh.refreshes).toBe(1);
  });

  it.each(["atlantis", "999999999999", "arn:aws:sso:::permissionSet/x"])(
    "is unknown after that: %s",
    async (text) => {
      const { names, refresh } = setUp();
      const refused = { code: "unknown-name", fields: [{ pointer: "/field" }] };
      await expect(names.account(text, "/field")).rejects.toMatchObject(refused);
      await expect(names.permissionSet(text, "/field")).rejects.toMatchObject(refused);
      expect(refresh.refreshes).toBe(1);
    },
  );

  it("does not refresh over and over, and does again after a while", async () => {
    const { names, refresh, clock } = setUp();
    const ask = () => names.account("atlantis", "/account").catch((error: unknown) => error);
    for (let count = 0; count < 5; count += 1) await ask();
    expect(refresh.refreshes).toBe(1);
    await clock.advanceBy(60_000);
    await ask();
    expect(refresh.refreshes).toBe(2);
  });

  it("is refreshed once for those who ask at the same moment", async () => {
    const { names, refresh } = setUp();
    await Promise.allSettled([
      names.account("a", "/0"),
      names.account("b", "/1"),
      names.permissionSet("c", "/2"),
    ]);
    expect(refresh.refreshes).toBe(1);
  });

  it("is not called unknown when the refresh failed, nor moments later", async () => {
    const { names, refresh, clock } = setUp(() =>
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

describe("what a refusal says", () => {
  it.each(["atlantis", "999999999999", 'a "quoted" name'])("of the unknown account %s", async (text) => {
    const { names } = setUp();
    const detail = `There is no account ${JSON.stringify(text)}.`;
    await expect(names.account(text, "/entitlements/0/account")).rejects.toMatchObject({
      name: "DomainError",
      code: "unknown-name",
      message: detail,
      fields: [{ pointer: "/entitlements/0/account", detail }],
    });
  });

  it.each(["NoSuch", aPermissionSetArn("NoSuch")])("of the unknown permission set %s", async (text) => {
    const { names } = setUp();
    const detail = `There is no permission set ${JSON.stringify(text)}.`;
    await expect(names.permissionSet(text, "/entitlements/0/permissionSet")).rejects.toMatchObject({
      name: "DomainError",
      code: "unknown-name",
      message: detail,
      fields: [{ pointer: "/entitlements/0/permissionSet", detail }],
    });
  });

  it("of an account name that several have is each one's id", async () => {
    const { names, catalogue } = setUp();
    const digits = [4, 5, 6];
    catalogue.knowsAccounts(digits.map((digit) => ({ id: anAccountId(digit), name: "triplet" })));
    const detail =
      '"triplet" is the name of 3 accounts: 444444444444, 555555555555, 666666666666. Name one of them by its id.';
    await expect(names.account("triplet", "/account")).rejects.toMatchObject({
      code: "ambiguous-name",
      message: detail,
      fields: [{ pointer: "/account", detail }],
    });
    expect(await names.account(anAccountId(5), "/account")).toEqual({ id: anAccountId(5), name: "triplet" });
  });

  it("of a permission set name that two have is each one's ARN", async () => {
    const { names, catalogue, refresh } = setUp();
    const other = { ...powerUser, arn: aPermissionSetArn("another") };
    catalogue.knowsPermissionSets([powerUser, other]);
    const detail = `"PowerUser" is the name of 2 permission sets: ${powerUser.arn}, ${other.arn}. Name one of them by its id.`;
    await expect(names.permissionSet("PowerUser", "/permissionSet")).rejects.toMatchObject({
      code: "ambiguous-name",
      message: detail,
      fields: [{ pointer: "/permissionSet", detail }],
    });
    expect(refresh.refreshes).toBe(0);
    expect(await names.permissionSet(other.arn, "/permissionSet")).toEqual(other);
  });
});

describe("how a name is looked for", () => {
  it("is by a refresh for an id and an ARN too, if the catalogue does not have them yet", async () => {
    const account = { id: anAccountId(7), name: "fresh" };
    const byId = setUp((written) => {
      written.knowsAccounts([account]);
    });
    expect(await byId.names.account(account.id, "/account")).toEqual(account);
    expect([byId.catalogue.reads, byId.refresh.refreshes]).toEqual([2, 1]);
    const fresh = { ...powerUser, arn: aPermissionSetArn("fresh"), name: "fresh" };
    const byArn = setUp((written) => {
      written.knowsPermissionSets([fresh]);
    });
    expect(await byArn.names.permissionSet(fresh.arn, "/permissionSet")).toEqual(fresh);
    expect([byArn.catalogue.reads, byArn.refresh.refreshes]).toEqual([2, 1]);
  });

  it("is by the index, and after a refresh by what the table says", async () => {
    const fresh = { ...powerUser, arn: aPermissionSetArn("fresh"), name: "fresh" };
    const { names, catalogue } = setUp((written) => {
      written.knowsPermissionSets([powerUser, fresh]);
    });
    expect(await names.account("payments-prod", "/account")).toEqual(prod);
    expect(catalogue.lookUps).toEqual(["indexed"]);
    expect(await names.permissionSet("fresh", "/permissionSet")).toEqual(fresh);
    expect(catalogue.lookUps).toEqual(["indexed", "indexed", "consistent"]);
    expect(await names.account("atlantis", "/account").catch(() => "refused")).toBe("refused");
    expect(catalogue.lookUps.slice(3)).toEqual(["indexed", "consistent"]);
  });

  it("is refused when a refresh has given it to two", async () => {
    const twins = [7, 8].map((digit) => ({ id: anAccountId(digit), name: "fresh" }));
    const { names } = setUp((written) => {
      written.knowsAccounts(twins);
    });
    await expect(names.account("fresh", "/account")).rejects.toMatchObject({
      code: "ambiguous-name",
      message: `"fresh" is the name of 2 accounts: ${anAccountId(7)}, ${anAccountId(8)}. Name one of them by its id.`,
    });
  });

  it("takes twelve digits for an id, and an ARN for an ARN, though something has that name", async () => {
    const { names, catalogue } = setUp();
    const [digits, arn] = [anAccountId(9), aPermissionSetArn("elsewhere")];
    catalogue.knowsAccounts([{ id: anAccountId(2), name: digits }]);
    catalogue.knowsPermissionSets([{ ...powerUser, name: arn }]);
    await expect(names.account(digits, "/account")).rejects.toMatchObject({ code: "unknown-name" });
    await expect(names.permissionSet(arn, "/permissionSet")).rejects.toMatchObject({ code: "unknown-name" });
    expect(catalogue.lookUps).toEqual([]);
  });

  it("refreshes ten seconds after the refresh before, and not a tick sooner", async () => {
    const { names, refresh, clock } = setUp();
    const ask = () => names.account("atlantis", "/account").catch((error: unknown) => error);
    await ask();
    await clock.advanceBy(9_999);
    expect(await ask()).toMatchObject({ code: "unknown-name" });
    expect(refresh.refreshes).toBe(1);
    await clock.advanceBy(1);
    await ask();
    expect(refresh.refreshes).toBe(2);
    // The ten seconds are counted from the newest refresh.
    await clock.advanceBy(9_999);
    await ask();
    expect(refresh.refreshes).toBe(2);
  });

  it("waits for a refresh that is under way, and finds what that finds", async () => {
    const fresh = { id: anAccountId(7), name: "fresh" };
    let finish = (): void => undefined;
    const underWay = new Promise<void>((resolve) => (finish = resolve));
    const { names } = setUp(async (written) => {
      await underWay;
      written.knowsAccounts([fresh]);
    });
    const both = Promise.all([names.account("fresh", "/0"), names.account("fresh", "/1")]);
    finish();
    expect(await both).toEqual([fresh, fresh]);
  });
});
