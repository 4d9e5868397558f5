import { describe, expect, it } from "vitest";
import { catalogueSource } from "../../../lambdas/adapters/identity-center/catalogue-source.ts";
import { EagerClock } from "../../support/fakes/eager-clock.ts";
import { FakeAdmission } from "../../support/fakes/provider.ts";
import { scriptedAws } from "../../support/fakes/scripted-aws.ts";
import { motoIdentity } from "../providers/moto-identity.ts";
import { contractOrganization } from "../providers/organization.ts";
import { simulatedIdentity } from "../providers/simulated-identity.ts";

const simulated = () => Promise.resolve(simulatedIdentity(contractOrganization, new EagerClock()));
const motoEndpoint = process.env["MOTO_ENDPOINT"];

describe.each([
  { name: "the embedded AWS", open: simulated },
  ...(motoEndpoint === undefined ? [] : [{ name: "moto", open: () => motoIdentity(motoEndpoint) }]),
])("the catalogue's source on $name", ({ open }) => {
  const source = async () => {
    const { clientsFor, region, instanceArn, managementAccountId: managementAccount } = await open();
    const admission = new FakeAdmission();
    const identityCenter = { region, instanceArn };
    return {
      admission,
      reads: catalogueSource({ clientsFor, admission, identityCenter, managementAccount }),
    };
  };

  it("lists every account, however many pages that takes", async () => {
    const accounts = await (await source()).reads.accounts();
    const names = accounts.map(({ name }) => name);
    // moto's management account keeps a name of its own.
    const expected = contractOrganization.accounts
      .map(({ name }) => name)
      .filter((name) => name !== "management");
    expect(names).toEqual(expect.arrayContaining(expected));
    expect(new Set(names).size).toBe(names.length);
  });

  it("lists and describes the permission sets, each call admitted", async () => {
    const { admission, reads } = await source();
    const arns = await reads.permissionSetArns();
    const described = await Promise.all(arns.map((arn) => reads.describePermissionSet(arn)));
    expect(described).toEqual(
      expect.arrayContaining([
        { name: "ContractRead", sessionDuration: "PT2H" },
        { name: "ContractPower", sessionDuration: "PT2H" },
      ]),
    );
    expect(admission.admitted).toEqual(Array.from({ length: 1 + described.length }, () => "catalogue"));
  });

  it("finds nothing provisioned in a management account without assignments", async () => {
    expect(await (await source()).reads.managementAccountPermissionSets()).toEqual(new Set());
  });
});

describe("a source that cannot be asked", () => {
  it("says so", async () => {
    const { clientsFor } = scriptedAws(() => ({ error: "ThrottlingException" }));
    const source = catalogueSource({
      clientsFor,
      admission: new FakeAdmission(),
      identityCenter: { region: "eu-west-1", instanceArn: "arn:aws:sso:::instance/ssoins-1234567890abcdef" },
      managementAccount: "111111111111",
    });
    const unavailable = { name: "ProviderUnavailable" };
    await expect(source.accounts()).rejects.toMatchObject(unavailable);
    await expect(source.permissionSetArns()).rejects.toMatchObject(unavailable);
    await expect(source.managementAccountPermissionSets()).rejects.toMatchObject(unavailable);
  });
});
