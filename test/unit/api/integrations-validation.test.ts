import { describe, expect, it } from "vitest";
import { anAccountId, identityCenter } from "../../support/builders.ts";
import { problemIn } from "./problems.ts";
import { apiUnderTest, root } from "./world.ts";

const as = root;

const organization = {
  kind: "aws-organization",
  managementAccountId: anAccountId(1),
  region: "eu-central-1",
  identityCenterRegion: identityCenter.region,
  accessPortalUrl: "https://acquired.awsapps.com/start",
};
const account = { kind: "aws-account", accountId: anAccountId(8), region: "eu-west-1" };
const role = (digit: number, name: string, partition = "aws") => ({
  roleArn: `arn:${partition}:iam::${anAccountId(digit)}:role/${name}`,
});

const refusalOf = async (body: unknown, name = "organization") => {
  const { call, integrations } = await apiUnderTest();
  const problem = problemIn(await call(`PUT /integrations/${name}`, { as, body }));
  expect(await integrations.list()).toEqual([]);
  return problem;
};

const accepted = async (body: { readonly kind: string }) => {
  const { call } = await apiUnderTest();
  const name = body.kind === "aws-account" ? "sandbox" : "organization";
  return (await call(`PUT /integrations/${name}`, { as, body })).status;
};

const excluding = (...accounts: readonly string[]) => ({ ...organization, exclude: { accounts } });

describe("an integration is refused", () => {
  it.each([
    ["of no kind", { region: "eu-west-1" }, "/kind", /"aws-organization" or "aws-account"/],
    ["of another kind", { ...account, kind: "azure" }, "/kind", /"aws-organization" or "aws-account"/],
    ["of no account", { ...account, accountId: undefined }, "/accountId", /found nothing/],
    ["of an account that is none", { ...account, accountId: "8888" }, "/accountId", /12 digits.*has 4;/],
    ["of a region that is none", { ...account, region: "Frankfurt" }, "/region", /eu-west-1/],
    ["of a region in capitals", { ...account, region: "EU-WEST-1" }, "/region", /eu-west-1/],
    [
      "of an Identity Center region that is none",
      { ...organization, identityCenterRegion: "eu-west" },
      "/identityCenterRegion",
      /eu-west-1/,
    ],
    [
      "with a portal over http",
      { ...organization, accessPortalUrl: "http://x.awsapps.com" },
      "/accessPortalUrl",
      /https/,
    ],
    [
      "with a portal that is no URL",
      { ...organization, accessPortalUrl: "https://" },
      "/accessPortalUrl",
      /https/,
    ],
    [
      "with a portal that has a password in it",
      { ...organization, accessPortalUrl: "https://a:b@x.awsapps.com" },
      "/accessPortalUrl",
      /https/,
    ],
    [
      "for resource types that nobody knows",
      { ...account, resourceTypes: ["s3-bucket", "mainframe"] },
      "/resourceTypes/1",
      /"mainframe".*"s3-bucket" or .*"dynamodb-table"/,
    ],
    [
      "excluding a unit by its name",
      { ...organization, exclude: { organizationalUnits: ["Sandbox"] } },
      "/exclude/organizationalUnits/0",
      /expected the id of an organizational unit, such as ou-1a2b-34567890/,
    ],
    // The sources' own example of excluded accounts has ids of 13 and 15 digits, and one of units ids of four characters.
    [
      "excluding an account id of 13 digits",
      excluding("7665544332211"),
      "/exclude/accounts/0",
      /12 digits.*has 13;.*13 or 15/,
    ],
    [
      "excluding an account id of 15 digits",
      excluding(anAccountId(4), "766554433333333"),
      "/exclude/accounts/1",
      /has 15;/,
    ],
    [
      "excluding an account by its name",
      excluding("sandbox"),
      "/exclude/accounts/0",
      /12 digits, such as 111122223333$/,
    ],
    [
      "excluding the root, and so everything",
      { ...organization, exclude: { organizationalUnits: ["ou-1a2b-34567890", "r-1a2b"] } },
      "/exclude/organizationalUnits/1",
      /found "r-1a2b"; expected .*below the root.*nothing would be left.*DELETE/,
    ],
    [
      "excluding a unit of too few characters",
      { ...organization, exclude: { organizationalUnits: ["ou-aaa1-1111"] } },
      "/exclude/organizationalUnits/0",
      /ou-1a2b-34567890/,
    ],
    [
      "with 401 characters of access details",
      { ...account, customAccessDetails: "x".repeat(401) },
      "/customAccessDetails",
      /1 to 400 characters; this one has 401/,
    ],
    [
      "with blank access details",
      { ...account, customAccessDetails: " " },
      "/customAccessDetails",
      /this one has 1$/,
    ],
    ["with an owner that is nobody", { ...account, owner: {} }, "/owner", /at least one/],
    [
      "with a resource owner alone",
      { ...account, resourceOwner: { tagKey: "owner", attribute: "email" } },
      "/owner",
      /found nothing.*resourceOwner/,
    ],
    [
      "with a resource owner by an attribute that nobody has",
      { ...account, owner: { users: ["bob"] }, resourceOwner: { tagKey: "owner", attribute: "shoeSize" } },
      "/resourceOwner/attribute",
      /"userName" or "email" or "displayName"/,
    ],
    [
      "with rotation after no days",
      { ...account, credentialRotationDays: 0 },
      "/credentialRotationDays",
      /at least 1/,
    ],
    [
      "with clean-up after half a day",
      { ...account, userCleanupDays: 0.5 },
      "/userCleanupDays",
      /whole number/,
    ],
    [
      "with clean-up after eleven years",
      { ...account, userCleanupDays: 3651 },
      "/userCleanupDays",
      /at most 3650/,
    ],
    [
      "of an organization with a role that is none",
      { ...organization, connector: { roleArn: "LockstepConnector" } },
      "/connector/roleArn",
      /the ARN of an IAM role, such as arn:aws:iam::111122223333:role\/lockstep-connector$/,
    ],
    [
      "of an account with a role that is none",
      { ...account, connector: { roleArn: "LockstepMember" } },
      "/connector/roleArn",
      /the ARN of an IAM role, such as arn:aws:iam::111122223333:role\/lockstep\/lockstep-member$/,
    ],
    // Lockstep's functions may assume no other: lib/permissions/assume-connector.ts.
    [
      "of an organization with a role of another name",
      { ...organization, connector: role(1, "OrganizationAccountAccessRole") },
      "/connector/roleArn",
      /arn:aws:iam::111111111111:role\/lockstep-connector, which the stack LockstepConnector makes: .*name and path only/,
    ],
    [
      "of an organization with a role of that name at a path",
      { ...organization, connector: role(1, "lockstep/lockstep-connector") },
      "/connector/roleArn",
      /arn:aws:iam::111111111111:role\/lockstep-connector, which/,
    ],
    [
      "of an organization with a member role",
      { ...organization, connector: role(1, "lockstep/lockstep-member") },
      "/connector/roleArn",
      /arn:aws:iam::111111111111:role\/lockstep-connector, which/,
    ],
    [
      "of an account with the role of an organization",
      { ...account, connector: role(8, "lockstep-connector", "aws-us-gov") },
      "/connector/roleArn",
      /arn:aws-us-gov:iam::888888888888:role\/lockstep\/lockstep-member, which the stack LockstepMember makes/,
    ],
    [
      "of an account with the member role's probe",
      { ...account, connector: role(8, "lockstep/lockstep-member-probe") },
      "/connector/roleArn",
      /role\/lockstep\/lockstep-member, which/,
    ],
    [
      "with an interval of what an account does not have",
      { ...account, syncEvery: { identity: "PT1H", resources: "PT1H" } },
      "/syncEvery/identity",
      /found "PT1H"; expected nothing: .*no directory/,
    ],
    [
      "of another region of Identity Center than the settings'",
      { ...organization, identityCenterRegion: "us-east-1" },
      "/identityCenterRegion",
      /"eu-west-1", as this deployment's settings have it/,
    ],
    ["under another name than the path's", { ...account, name: "other" }, "/name", /organization/],
  ])("%s", async (_what, body, pointer, words) => {
    const problem = await refusalOf(body);
    expect(problem).toMatchObject({ status: 400, code: "invalid-integration", errors: [{ pointer }] });
    expect(problem.errors?.[0]?.detail).toMatch(words);
  });

  it.each([
    ["an ExternalId", "/externalId", { externalId: "mine" }],
    ["a status", "/status", { status: "active" }],
    ["a version", "/version", { version: 7 }],
    ["an origin", "/origin", { origin: "settings" }],
    ["what only an organization has", "/exclude", { exclude: { accounts: [] } }],
  ])("when it brings %s with it", async (_what, pointer, more) => {
    expect(await refusalOf({ ...account, ...more })).toMatchObject({
      status: 400,
      code: "unknown-field",
      errors: [{ pointer }],
    });
  });

  it("says in one sentence that what GET shows of Lockstep's own is to be left out", async () => {
    const { call } = await apiUnderTest();
    await call("PUT /integrations/sandbox", { as, body: account });
    const shown = (await call("GET /integrations/sandbox", { as })).body as object;
    const again = await refusalOf(shown, "sandbox");
    expect(again).toMatchObject({ status: 400, code: "unknown-field" });
    expect(again.detail).toBe(
      "/origin, /version, /updatedAt, /externalId, /unconfirmedEditors, /status, /reasons, /moreReasons, /lastSyncs: found a field that does not belong here; expected a body without origin, version, updatedAt, externalId, unconfirmedEditors, status, reasons, moreReasons, lastSyncs, which GET shows and Lockstep itself keeps: leave them out",
    );
    expect(again.errors?.slice(1).map(({ detail }) => detail)).toEqual(
      Array.from({ length: 8 }, () => "found a field that does not belong here either"),
    );
  });

  it("tells of other unknown fields besides, and of what does not fit, under a title of all of it", async () => {
    const problem = await refusalOf({ ...account, version: 7, colour: "red", region: "Frankfurt" });
    expect(problem).toMatchObject({ code: "invalid-integration" });
    expect(problem.errors?.map(({ pointer }) => pointer)).toEqual(["/region", "/version", "/colour"]);
    expect(problem.detail).toMatch(
      /without version, .*: leave it out, and instead of colour one of .*region/,
    );
  });

  it.each(["prod-eu", "a b", "prod.eu", "x".repeat(41), "prôd"])("under the name %s", async (name) => {
    expect(await refusalOf(account, encodeURIComponent(name))).toMatchObject({
      status: 400,
      code: "invalid-integration",
      errors: [{ pointer: "/name" }],
    });
  });

  it.each(["lockstep-connector", "lockstep/lockstep-member", "Anything"])(
    "of an organization with a role in a member account, whatever its name, and says why: %s",
    async (name) => {
      const problem = await refusalOf({ ...organization, connector: role(6, name) });
      expect(problem).toMatchObject({
        status: 400,
        code: "wrong-connector-account",
        errors: [{ pointer: "/connector/roleArn" }],
      });
      expect(problem.detail).toMatch(/management account 111111111111, since AWS answers ListAccounts/);
    },
  );

  it("of an account with a role in another one", async () => {
    const problem = await refusalOf({ ...account, connector: role(6, "lockstep/lockstep-member") });
    expect(problem).toMatchObject({ status: 400, code: "wrong-connector-account" });
    expect(problem.detail).toMatch(/account 888888888888, since a role reaches no account but its own/);
  });
});

describe("an integration is taken", () => {
  it.each([
    [
      "with 400 characters of access details, as people count them",
      { ...account, customAccessDetails: "😀".repeat(400) },
    ],
    ["in GovCloud", { ...account, region: "us-gov-west-1" }],
    ["in a sovereign region", { ...account, region: "eusc-de-east-1" }],
    ["without any resource type", { ...account, resourceTypes: [] }],
    ["with the connector's role", { ...organization, connector: role(1, "lockstep-connector") }],
    [
      "with the member role, of another partition",
      { ...account, connector: role(8, "lockstep/lockstep-member", "aws-cn") },
    ],
    ["without a unit", { ...organization, exclude: { organizationalUnits: ["ou-1a2b-34567890"] } }],
    ["without the management account", excluding(anAccountId(1))],
    ["of a portal with a fragment", { ...organization, accessPortalUrl: "https://x.awsapps.com/start/#/" }],
    ["by ten years", { ...account, credentialRotationDays: 3650, userCleanupDays: 1 }],
  ])("%s", async (_what, body) => {
    expect(await accepted(body)).toBe(200);
  });
});
