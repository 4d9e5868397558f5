import { describe, expect, it } from "vitest";
import type { OrganizationIntegration } from "../../lambdas/core/domain/integration.ts";
import { refusal } from "./aws-under-test.ts";
import { AccountIdSchema } from "../../lambdas/core/domain/ids.ts";
import { aResourceFact } from "../support/facts.ts";
import { anAccountIntegration } from "../support/integrations.ts";
import { account, anOrganization, permissionSet, user } from "./organizations.ts";
import { syncUnderTest, type SyncUnderTest } from "./sync-under-test.ts";

const PROD = "200000000001";
const DEV = "200000000002";
const READ = { permissionSet: "Read", user: "ada" } as const;

const twoAccounts = () =>
  anOrganization({
    accounts: [{ ...account(PROD, "prod", "/Secret"), tags: { team: "payments" } }, account(DEV, "dev", "/")],
    users: [user("ada"), user("bela")],
    permissionSets: [permissionSet("Read")],
    assignments: [
      { account: "prod", ...READ },
      { account: "dev", ...READ },
    ],
  });

const saved = async (under: SyncUnderTest, ...excluded: readonly string[]) => {
  const current = (await under.integrations.get(under.integration.name)) as OrganizationIntegration;
  await under.integrations.put({
    ...current,
    version: current.version + 1,
    exclude: { organizationalUnits: [], accounts: excluded.map((name) => under.aws.ids.account(name)) },
  });
};

/** What the next pass announces, by type. */
const announcedBy = async (under: SyncUnderTest): Promise<readonly string[]> => {
  const before = under.inventory.announced.length;
  expect(await under.nextHour()).toMatchObject({ status: "finished" });
  return under.inventory.announced.slice(before).map(({ type }) => type);
};

/** The organization lists the account no more. */
const withoutAccount = (under: SyncUnderTest, gone: string): void => {
  under.world.around = (sources) => ({
    ...sources,
    organization: {
      ...sources.organization,
      async *accounts() {
        for await (const page of sources.organization.accounts()) yield page.filter(({ id }) => id !== gone);
      },
    },
  });
};

const accountsWithAccess = (under: SyncUnderTest) =>
  under.facts("assignment").map(({ accountId }) => accountId);

describe.each([true, false])("an account that is excluded (asking by principal: %s)", (mayAskByPrincipal) => {
  const started = async () => {
    const under = await syncUnderTest({ organization: twoAccounts(), mayAskByPrincipal });
    await under.pass();
    expect(under.inventory.announced).toEqual([]);
    return under;
  };

  it("leaves with everything in it, and nobody is told; so it comes back", async () => {
    const under = await started();
    await saved(under, "prod");
    expect(await announcedBy(under)).toEqual([]);
    expect(accountsWithAccess(under)).toEqual([DEV]);
    expect(under.facts("excluded-account")).toEqual([
      { kind: "excluded-account", accountId: PROD, name: "prod" },
    ]);
    await saved(under);
    expect(await announcedBy(under)).toEqual([]);
    expect(accountsWithAccess(under)).toEqual([PROD, DEV]);
    expect(under.facts("excluded-account")).toEqual([]);
  });

  it("is like any other as soon as the sync is through that brought it back", async () => {
    const under = await started();
    await saved(under, "prod");
    await under.nextHour();
    await saved(under);
    await under.nextHour();
    await under.aws.administrator.assign({ account: "prod", permissionSet: "Read", user: "bela" });
    expect(await announcedBy(under)).toEqual(["AssignmentAppeared"]);
  });

  it("is told of when it leaves the organization instead", async () => {
    const under = await started();
    withoutAccount(under, PROD);
    expect(new Set(await announcedBy(under))).toEqual(
      new Set(["AssignmentVanished", "ProvisioningVanished", "AccountVanished"]),
    );
  });

  it("writes nothing while it stays excluded", async () => {
    const under = await started();
    await saved(under, "prod");
    await under.nextHour();
    const before = under.inventory.writes;
    await under.nextHour();
    expect(under.inventory.writes).toBe(before);
  });
});

describe("the mark of an excluded account", () => {
  it("stays when the account is back and AWS refuses to say who is assigned what there", async () => {
    const under = await syncUnderTest({ organization: twoAccounts(), mayAskByPrincipal: false });
    await under.pass();
    await saved(under, "prod");
    await under.nextHour();
    await saved(under);
    under.aws.plan.insteadOf = ({ operation, input }) =>
      operation === "ListAccountAssignments" && input["AccountId"] === PROD
        ? refusal("AccessDeniedException")
        : undefined;
    expect((await under.nextHour()).problems).toHaveLength(1);
    expect(under.facts("excluded-account")).toHaveLength(1);
    under.aws.plan.insteadOf = undefined;
    expect(await announcedBy(under)).toEqual([]);
    expect(accountsWithAccess(under)).toEqual([PROD, DEV]);
    expect(under.facts("excluded-account")).toEqual([]);
  });

  it("goes with the account when that leaves the organization", async () => {
    const under = await syncUnderTest({ organization: twoAccounts() });
    await saved(under, "prod");
    await under.pass();
    expect(under.facts("excluded-account")).toHaveLength(1);
    withoutAccount(under, PROD);
    await under.nextHour();
    expect(under.facts("excluded-account")).toEqual([]);
  });
});

describe.each([true, false])(
  "an account with an integration of its own (asking by principal: %s)",
  (mayAskByPrincipal) => {
    const id = AccountIdSchema.parse(PROD);
    const iamUser = (name: string) => ({
      kind: "iam-user" as const,
      accountId: id,
      arn: `arn:aws:iam::${id}:user/${name}`,
      name,
    });
    const started = async () => {
      const under = await syncUnderTest({ organization: twoAccounts(), mayAskByPrincipal });
      await under.pass();
      await under.integrations.put(
        anAccountIntegration({
          accountId: id,
          connector: { roleArn: `arn:aws:iam::${id}:role/lockstep/lockstep-member` },
        }),
      );
      under.accounts.of(id).iamUsers = [[iamUser("ada")]];
      under.accounts.of(id).resources = [aResourceFact(1, "s3-bucket", "bucket", { accountId: id })];
      await under.nextHour();
      expect(insideOf(under)).toEqual(["iam-user", "resource"]);
      return under;
    };
    const insideOf = (under: SyncUnderTest) =>
      [...under.facts("iam-user"), ...under.facts("resource")].map(({ kind }) => kind);
    const inOrganizationOf = (under: SyncUnderTest) =>
      under.facts("account").find((fact) => fact.id === id)?.organizationalUnits.length;

    it("keeps what is in it when the organization's integration leaves it out, and when that takes it in again", async () => {
      const under = await started();
      await saved(under, "prod");
      expect(await announcedBy(under)).toEqual([]);
      expect(insideOf(under)).toEqual(["iam-user", "resource"]);
      expect(inOrganizationOf(under)).toBe(0);
      expect(accountsWithAccess(under)).toEqual([DEV]);
      expect(under.facts("provisioning").map(({ accountId }) => accountId)).toEqual([DEV]);
      await saved(under);
      expect(await announcedBy(under)).toEqual([]);
      expect(inOrganizationOf(under)).toBeGreaterThan(0);
      expect(accountsWithAccess(under)).toEqual([PROD, DEV]);
      expect(under.facts("excluded-account")).toEqual([]);
    });

    it("keeps what is in it when it leaves the organization, and nobody is told that it vanished", async () => {
      const under = await started();
      withoutAccount(under, PROD);
      expect(new Set(await announcedBy(under))).toEqual(
        new Set(["AssignmentVanished", "ProvisioningVanished", "AccountChanged"]),
      );
      expect(insideOf(under)).toEqual(["iam-user", "resource"]);
      expect(inOrganizationOf(under)).toBe(0);
    });

    it("keeps its mark, and writes nothing, while its unit stays excluded", async () => {
      const under = await started();
      const current = (await under.integrations.get(under.integration.name)) as OrganizationIntegration;
      const exclude = { organizationalUnits: [under.aws.ids.unit("/Secret")], accounts: [] };
      await under.integrations.put({ ...current, version: current.version + 1, exclude });
      await under.nextHour();
      const before = under.inventory.writes;
      await under.nextHour();
      expect(under.inventory.writes).toBe(before);
      expect(under.facts("excluded-account")).toHaveLength(1);
    });

    it("has changes of its own, which are told while it is excluded", async () => {
      const under = await started();
      await saved(under, "prod");
      await under.nextHour();
      under.accounts.of(id).iamUsers = [[iamUser("ada"), iamUser("bela")]];
      const before = under.inventory.announced.length;
      for (let hour = 0; hour < 6; hour += 1) await under.nextHour();
      expect(under.inventory.announced.slice(before).map(({ type }) => type)).toEqual(["IamUserAppeared"]);
    });
  },
);
