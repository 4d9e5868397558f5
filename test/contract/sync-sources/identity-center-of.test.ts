import { describe, expect, it } from "vitest";
import {
  identityCenterOf,
  type WantedIdentityCenter,
} from "../../../lambdas/adapters/identity-center/identity-center-of.ts";
import { EagerClock } from "../../support/fakes/eager-clock.ts";
import { scriptedAws } from "../../support/fakes/scripted-aws.ts";
import { sourcesEnvironments, sourcesOf } from "./environments.ts";
import { syncOrganization } from "./organization.ts";

const [MANAGEMENT, MEMBER] = ["111111111111", "222222222222"];
const ORGANIZATIONS_OWN = "arn:aws:sso:::instance/ssoins-1234567890abcdef";
const MEMBERS_OWN = "arn:aws:sso:::instance/ssoins-fedcba0987654321";

const instance = (InstanceArn: string, OwnerAccountId: string) => ({
  InstanceArn,
  OwnerAccountId,
  IdentityStoreId: `d-${InstanceArn.slice(-10)}`,
  Status: "ACTIVE",
});

/** What is found where AWS lists these instances, one on each page. */
const look = (listed: readonly object[], wanted: Partial<WantedIdentityCenter> = {}) => {
  const { clientsFor } = scriptedAws(({ input }) => {
    const at = Number(input["NextToken"] ?? 0);
    const next = at + 1 < listed.length ? { NextToken: String(at + 1) } : {};
    return { body: { Instances: listed.slice(at, at + 1), ...next } };
  });
  const place = { region: "eu-west-1", instanceArn: "unused", identityStoreId: "unused" };
  const deps = sourcesOf({ clientsFor, clock: new EagerClock(), ...place });
  return identityCenterOf(deps)({ region: "eu-west-1", managementAccountId: MANAGEMENT, ...wanted });
};

describe.each(sourcesEnvironments({}))("the organization's Identity Center on $name", ({ open }) => {
  it("is found in one call", async () => {
    const world = await open();
    const { takeTally, instanceArn, identityStoreId, identityCenterDeps } = world;
    takeTally();
    const found = await identityCenterOf(identityCenterDeps)({
      region: syncOrganization.identityCenter.region,
      managementAccountId: world.managementAccountId,
    });
    expect(found).toEqual({
      instance: { instanceArn, identityStoreId, ownerAccountId: world.managementAccountId },
      problems: [],
    });
    expect(takeTally().calls).toEqual({ "sso:ListInstances": 1 });
  });
});

describe("the organization's Identity Center", () => {
  it("is found beside an account instance, with a warning that names both and the one that is read", async () => {
    const listed = [instance(MEMBERS_OWN, MEMBER), instance(ORGANIZATIONS_OWN, MANAGEMENT)];
    for (const wanted of [{}, { instanceArn: ORGANIZATIONS_OWN }]) {
      const found = await look(listed, wanted);
      expect(found.instance).toMatchObject({ instanceArn: ORGANIZATIONS_OWN });
      expect(found.problems).toMatchObject([
        { code: "two-identity-center-instances", severity: "warning", region: "eu-west-1" },
      ]);
      const message = found.problems[0]?.message;
      expect(message).toContain(`${MEMBERS_OWN} of account ${MEMBER}`);
      expect(message).toContain(`Lockstep reads ${ORGANIZATIONS_OWN}`);
    }
  });

  it("is not guessed where two could be it", async () => {
    const listed = [instance(MEMBERS_OWN, MANAGEMENT), instance(ORGANIZATIONS_OWN, MANAGEMENT)];
    const found = await look(listed);
    expect(found.instance).toBeUndefined();
    expect(found.problems).toMatchObject([{ code: "two-identity-center-instances", severity: "error" }]);
  });

  it("is not an account instance", async () => {
    const found = await look([instance(MEMBERS_OWN, MEMBER)]);
    expect(found.instance).toBeUndefined();
    expect(found.problems).toMatchObject([{ code: "identity-center-not-found", severity: "error" }]);
    expect(found.problems[0]?.message).toContain(`only ${MEMBERS_OWN} of account ${MEMBER}`);
  });

  it("is not there in a region that shows none", async () => {
    const found = await look([]);
    expect(found.instance).toBeUndefined();
    expect(found.problems).toMatchObject([{ code: "identity-center-not-found", region: "eu-west-1" }]);
    expect(found.problems[0]?.message).toBe(
      "IAM Identity Center shows no organization instance in eu-west-1.",
    );
  });

  it("is not another one than the settings name", async () => {
    const found = await look([instance(ORGANIZATIONS_OWN, MANAGEMENT)], { instanceArn: MEMBERS_OWN });
    expect(found.instance).toBeUndefined();
    expect(found.problems).toMatchObject([{ code: "identity-center-not-found" }]);
    expect(found.problems[0]?.message).toContain(
      `no instance ${MEMBERS_OWN} in eu-west-1, only ${ORGANIZATIONS_OWN}`,
    );
  });
});
