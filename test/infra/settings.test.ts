import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseSettings, SettingsError } from "../../lib/settings.ts";
import { shippedSettings } from "./support/synthesize.ts";

const problems = (context: unknown, account?: string): readonly string[] => {
  try {
    parseSettings(context, { account });
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.message.split("\n");
    throw error;
  }
};

const { organization: _organization, ...withoutOrganization } = shippedSettings;

describe("settings", () => {
  it("accepts what cdk.json ships", () => {
    expect(problems(shippedSettings)).toEqual([]);
  });

  it.each([
    [
      "no settings at all",
      undefined,
      /"lockstep": found nothing, expected an object with organization, .*\.$/,
    ],
    [
      "a missing setting",
      withoutOrganization,
      /"lockstep.organization": found nothing, expected an object with/,
    ],
    [
      "an unknown setting",
      { ...shippedSettings, protectedAccount: [] },
      /"lockstep.protectedAccount": found a setting that does not exist, expected one of .*protectedAccounts/,
    ],
    [
      "an unknown setting inside of another",
      { ...shippedSettings, organization: { managementAccountId: "111111111111", name: "x" } },
      /"lockstep.organization.name": found a setting that does not exist, expected one of managementAccountId, delegatedAdministratorAccountId, id, connector\.$/,
    ],
    [
      "a number for an account id, which would lose its leading zeros",
      { ...shippedSettings, organization: { managementAccountId: 111111111111 } },
      /"lockstep.organization.managementAccountId": found 111111111111, expected an account id: 12 digits in quotes\.$/,
    ],
    [
      "an issuer without TLS",
      { ...shippedSettings, oidc: { issuer: "http://login.example.com", audience: ["lockstep"] } },
      /"lockstep.oidc.issuer": found "http:\/\/login.example.com", expected the issuer's https URL/,
    ],
    [
      "an issuer whose tokens nobody asked for",
      { ...shippedSettings, oidc: { issuer: "https://login.example.com", audience: [] } },
      /"lockstep.oidc.audience": found \[\], expected at least one client id/,
    ],
    [
      "an unknown way to match people",
      { ...shippedSettings, identity: { claim: "email", match: "displayName" } },
      /"lockstep.identity.match": found "displayName", expected one of "userName", "emails.value", "externalId"\.$/,
    ],
    [
      "external ids without their issuer",
      { ...shippedSettings, identity: { claim: "sub", match: "externalId" } },
      /"lockstep.identity.externalIdIssuer": found nothing, expected the issuer/,
    ],
    [
      "no administrators",
      { ...shippedSettings, administratorGroups: [] },
      /"lockstep.administratorGroups": found \[\], expected at least one/,
    ],
    [
      "auditors who are no list",
      { ...shippedSettings, auditorGroups: "compliance" },
      /"lockstep.auditorGroups": found "compliance", expected a list of groups' display names\.$/,
    ],
    [
      "a policy author's group without a name",
      { ...shippedSettings, policyAuthorGroups: [" "] },
      /"lockstep.policyAuthorGroups.0": found " ", expected a group's display name\.$/,
    ],
    [
      "a second administrator by name",
      { ...shippedSettings, secondAdministrator: "vera" },
      /"lockstep.secondAdministrator": found "vera", expected true or false\.$/,
    ],
    [
      "a second factor that nothing shows",
      { ...shippedSettings, mfa: { claim: "amr", values: [] } },
      /"lockstep.mfa.values": found \[\], expected at least one value of the claim\.$/,
    ],
    [
      "a second factor that no list of values could have",
      { ...shippedSettings, mfa: { claim: "amr", values: ["pwd mfa"] } },
      /"lockstep.mfa.values.0": found "pwd mfa", expected a value without blanks and brackets/,
    ],
    [
      "a second factor of no claim",
      { ...shippedSettings, mfa: { values: ["mfa"] } },
      /"lockstep.mfa.claim": found nothing, expected the name of a claim of the token, such as "amr"\.$/,
    ],
    [
      "a longest duration that is none",
      { ...shippedSettings, guardrails: { maxDuration: "12 hours" } },
      /"lockstep.guardrails.maxDuration": found "12 hours", expected an ISO 8601 duration in whole weeks/,
    ],
    [
      "a longest duration in seconds",
      { ...shippedSettings, guardrails: { maxDuration: 3600 } },
      /"lockstep.guardrails.maxDuration": found 3600, expected an ISO 8601 duration, such as PT12H\.$/,
    ],
    [
      "a longest duration above what Lockstep grants at all",
      { ...shippedSettings, guardrails: { maxDuration: "P181D" } },
      /"lockstep.guardrails.maxDuration": found "P181D", expected 1 second to P180D\.$/,
    ],
    [
      "never granting what is not said",
      { ...shippedSettings, guardrails: { neverGrantable: [{}] } },
      /"lockstep.guardrails.neverGrantable.0": found {}, expected accounts, permissionSets or both/,
    ],
    [
      "never granting in no account",
      { ...shippedSettings, guardrails: { neverGrantable: [{ accounts: [] }] } },
      /"lockstep.guardrails.neverGrantable.0.accounts": found \[\], expected at least one account id\.$/,
    ],
    [
      "never granting in an account by its name, which may change",
      { ...shippedSettings, guardrails: { neverGrantable: [{ accounts: ["payments-prod"] }] } },
      /"lockstep.guardrails.neverGrantable.0.accounts.0": found "payments-prod", expected an account id/,
    ],
    [
      "never granting a permission set that can be none",
      { ...shippedSettings, guardrails: { neverGrantable: [{ permissionSets: ["arn:aws:iam::1:role/x"] }] } },
      /"lockstep.guardrails.neverGrantable.0.permissionSets.0": found "arn:aws:iam::1:role\/x", expected a permission set's ARN or name\.$/,
    ],
    [
      "never granting a user",
      { ...shippedSettings, guardrails: { neverGrantable: [{ accounts: ["222222222222"], users: ["x"] }] } },
      /"lockstep.guardrails.neverGrantable.0.users": found a setting that does not exist, expected one of accounts, permissionSets\.$/,
    ],
    [
      "more of what is never granted than a function can be told",
      {
        ...shippedSettings,
        guardrails: {
          neverGrantable: [
            { accounts: Array.from({ length: 100 }, (_, index) => String(500_000_000_000 + index)) },
          ],
        },
      },
      /"lockstep.guardrails": found 1535 characters of JSON, expected 1400 at most/,
    ],
    [
      "a protected account that is none",
      { ...shippedSettings, protectedAccounts: ["222222222222", "payments-prod"] },
      /"lockstep.protectedAccounts.1": found "payments-prod", expected an account id/,
    ],
    [
      "a retention that CloudWatch does not have",
      { ...shippedSettings, logRetentionDays: 100 },
      /"lockstep.logRetentionDays": found 100, expected one of 1, 3, 5,/,
    ],
    [
      "a lock of an unknown mode",
      { ...shippedSettings, audit: { lock: { mode: "governance", days: 1 } } },
      /"lockstep.audit.lock.mode": found "governance", expected one of "GOVERNANCE", "COMPLIANCE"\.$/,
    ],
    [
      "a lock that ends as it begins",
      { ...shippedSettings, audit: { lock: { mode: "GOVERNANCE", days: 0 } } },
      /"lockstep.audit.lock.days": found 0, expected a whole number of days from 1 to 36500\.$/,
    ],
  ])("names the key, what was found and what is expected: %s", (_case, context, sentence) => {
    expect(problems(context)).toEqual([expect.stringMatching(sentence)]);
  });

  it("are as they were for a cdk.json that was written before there were these settings", () => {
    const later = ["policyAuthorGroups", "auditorGroups", "secondAdministrator", "guardrails"];
    const earlier = Object.fromEntries(
      Object.entries(shippedSettings).filter(([key]) => !later.includes(key)),
    );
    expect(Object.keys(earlier).length).toBe(Object.keys(shippedSettings).length - later.length);
    expect(parseSettings(earlier)).toEqual(parseSettings(shippedSettings));
  });

  it("ship with groups of policy authors and auditors for nobody's directory to have by chance", () => {
    expect(parseSettings(shippedSettings)).toMatchObject({ policyAuthorGroups: [], auditorGroups: [] });
  });

  it("take guardrails: a longest duration, permission sets by ARN or name, accounts, and both", () => {
    const guardrails = {
      maxDuration: "PT12H",
      neverGrantable: [
        {
          permissionSets: [
            "AdministratorAccess",
            "arn:aws:sso:::permissionSet/ssoins-0123456789abcdef/ps-0123456789abcdef",
          ],
        },
        { accounts: ["222222222222"] },
        { accounts: ["333333333333"], permissionSets: ["PowerUser"] },
      ],
    };
    expect(parseSettings({ ...shippedSettings, guardrails }).guardrails).toEqual(guardrails);
    expect(parseSettings({ ...shippedSettings, guardrails: { maxDuration: "P180D" } }).guardrails).toEqual({
      maxDuration: "P180D",
      neverGrantable: [],
    });
  });

  it("are all in docs/settings.md", () => {
    const documented = readFileSync(new URL("../../docs/settings.md", import.meta.url), "utf8");
    const [sentence = ""] = problems({ ...shippedSettings, unknown: 1 });
    const keys = sentence.replace(/^.*expected one of (.*)\.$/, "$1").split(", ");
    expect(keys).toContain("guardrails");
    for (const key of keys) expect(documented, key).toMatch(new RegExp(String.raw`^\| \`${key}[\`.]`, "m"));
  });

  it("lists every problem at once", () => {
    const context = { ...withoutOrganization, allowOwnAccount: "no", foo: 1 };
    expect(problems(context)).toHaveLength(3);
  });

  it("refuses grants into the management account from another account, with the reason", () => {
    const context = { ...shippedSettings, allowManagementAccount: true };
    expect(problems(context, "111111111111")).toEqual([]);
    expect(problems(context, "222222222222")).toEqual([
      expect.stringMatching(
        /"lockstep.allowManagementAccount": found true, expected false .*222222222222.* cannot be managed\.$/,
      ),
    ]);
  });
});
