import { describe, expect, it } from "vitest";
import { anAccountId } from "../../support/builders.ts";
import { problemIn } from "./problems.ts";
import { apiUnderTest, root } from "./world.ts";

const as = root;

const organization = {
  kind: "aws-organization",
  managementAccountId: anAccountId(1),
  region: "eu-central-1",
  identityCenterRegion: "us-east-1",
  accessPortalUrl: "https://acquired.awsapps.com/start",
};
const account = { kind: "aws-account", accountId: anAccountId(8), region: "eu-west-1" };
const roleIn = (digit: number) => ({ roleArn: `arn:aws:iam::${anAccountId(digit)}:role/LockstepConnector` });

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
      /ou-1a2b-34567890.*r-1a2b/,
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
      "with a role that is none",
      { ...account, connector: { roleArn: "LockstepConnector" } },
      "/connector/roleArn",
      /ARN/,
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

  it.each(["prod-eu", "a b", "prod.eu", "x".repeat(41), "prôd"])("under the name %s", async (name) => {
    expect(await refusalOf(account, encodeURIComponent(name))).toMatchObject({
      status: 400,
      code: "invalid-integration",
      errors: [{ pointer: "/name" }],
    });
  });

  it("of an organization with a role in a member account, and says why", async () => {
    const problem = await refusalOf({ ...organization, connector: roleIn(6) });
    expect(problem).toMatchObject({
      status: 400,
      code: "wrong-connector-account",
      errors: [{ pointer: "/connector/roleArn" }],
    });
    expect(problem.detail).toMatch(/management account 111111111111, since AWS answers ListAccounts/);
  });

  it("of an account with a role in another one", async () => {
    expect(await refusalOf({ ...account, connector: roleIn(6) })).toMatchObject({
      status: 400,
      code: "wrong-connector-account",
    });
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
    [
      "with a role at a path",
      { ...account, connector: { roleArn: `arn:aws-cn:iam::${anAccountId(8)}:role/a/b/C` } },
    ],
    [
      "without a unit and everything below the root",
      { ...organization, exclude: { organizationalUnits: ["r-1a2b"] } },
    ],
    ["of a portal with a fragment", { ...organization, accessPortalUrl: "https://x.awsapps.com/start/#/" }],
    ["by ten years", { ...account, credentialRotationDays: 3650, userCleanupDays: 1 }],
  ])("%s", async (_what, body) => {
    expect(await accepted(body)).toBe(200);
  });
});
