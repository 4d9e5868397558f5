import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { AUDIT_TABLE_NAME, auditRootsBucketName } from "../../../../lambdas/core/contracts/audit-storage.ts";
import { EnvironmentVariables } from "../../../../lambdas/core/contracts/environment.ts";

/* What a function refuses to start with: a setting that is wrong is told at the first invocation, and not in the middle of one. */

const identityCenter = {
  region: "eu-west-1",
  instanceArn: "arn:aws:sso:::instance/ssoins-1234567890abcdef",
  identityStoreId: "d-1234567890",
  accessPortalUrl: "https://d-1234567890.awsapps.com/start",
};
const fits = (name: keyof typeof EnvironmentVariables, text: string): boolean =>
  z.safeParse(EnvironmentVariables[name], text).success;

describe("a function's settings", () => {
  it("are texts that are not empty", () => {
    for (const name of ["ACCESS_TABLE", "EVENT_BUS", "REVOKE_FUNCTION"] as const) {
      expect([fits(name, "x"), fits(name, "")]).toEqual([true, false]);
    }
  });

  it("name accounts by twelve digits", () => {
    for (const name of ["HOME_ACCOUNT", "MANAGEMENT_ACCOUNT"] as const) {
      expect(fits(name, "123456789012")).toBe(true);
      for (const wrong of ["12345678901", "1234567890123", "12345678901x", "x123456789012", ""])
        expect(fits(name, wrong)).toBe(false);
    }
  });

  it("hold structures as JSON, each with every field and none more", () => {
    expect(EnvironmentVariables.IDENTITY_CENTER.parse(JSON.stringify(identityCenter))).toEqual(
      identityCenter,
    );
    for (const field of Object.keys(identityCenter)) {
      expect(fits("IDENTITY_CENTER", JSON.stringify({ ...identityCenter, [field]: "" }))).toBe(false);
      expect(fits("IDENTITY_CENTER", JSON.stringify({ ...identityCenter, [field]: undefined }))).toBe(false);
    }
    expect(fits("IDENTITY_CENTER", JSON.stringify({ ...identityCenter, more: 1 }))).toBe(false);
  });

  it("say what is no JSON", () => {
    const { error } = z.safeParse(EnvironmentVariables.IDENTITY_CENTER, "{");
    expect(error?.issues).toMatchObject([{ code: "custom", message: "expected JSON" }]);
    expect(fits("IDENTITY_CENTER", "")).toBe(false);
  });

  it("say by which claim a token names a person, and what that claim matches", () => {
    for (const identity of [
      { claim: "sub", match: "userName" },
      { claim: "email", match: "emails.value" },
      { claim: "oid", match: "externalId", externalIdIssuer: "https://issuer.example" },
    ])
      expect(EnvironmentVariables.IDENTITY.parse(JSON.stringify(identity))).toEqual(identity);
    for (const wrong of [
      { claim: "sub", match: "displayName" },
      { claim: "", match: "userName" },
      { match: "emails.value" },
      { claim: "oid", match: "externalId" },
      { claim: "sub", match: "userName", externalIdIssuer: "https://issuer.example" },
    ])
      expect(fits("IDENTITY", JSON.stringify(wrong))).toBe(false);
  });

  it("say what is never granted, and the longest duration in seconds", () => {
    const neverGrantable = [
      { accounts: ["123456789012"] },
      { permissionSets: ["PowerUser"] },
      { accounts: ["123456789012"], permissionSets: ["PowerUser"] },
    ];
    expect(EnvironmentVariables.GUARDRAILS.parse(JSON.stringify({ neverGrantable }))).toEqual({
      neverGrantable,
    });
    expect(
      EnvironmentVariables.GUARDRAILS.parse(JSON.stringify({ maxDuration: "PT2H", neverGrantable: [] })),
    ).toEqual({ maxDurationSeconds: 7200, neverGrantable: [] });
    for (const wrong of [
      { neverGrantable: [{}] },
      { neverGrantable: [{ accounts: [] }] },
      { neverGrantable: [{ accounts: ["1"] }] },
      { neverGrantable: [{ permissionSets: [] }] },
      { neverGrantable: [{ accounts: ["123456789012"], more: 1 }] },
      { maxDuration: "2 hours", neverGrantable: [] },
      {},
    ])
      expect(fits("GUARDRAILS", JSON.stringify(wrong))).toBe(false);
  });

  it("say what shows a second factor, if anything does", () => {
    const mfa = { claim: "amr", values: ["mfa"] };
    expect(EnvironmentVariables.MFA.parse(JSON.stringify(mfa))).toEqual(mfa);
    expect(EnvironmentVariables.MFA.parse(undefined)).toBeUndefined();
    for (const wrong of [{ claim: "", values: ["mfa"] }, { claim: "amr", values: [] }, { claim: "amr" }])
      expect(fits("MFA", JSON.stringify(wrong))).toBe(false);
  });

  it("list administrators' groups, and accounts that are protected and why", () => {
    expect(EnvironmentVariables.ADMINISTRATOR_GROUPS.parse('["admins"]')).toEqual(["admins"]);
    expect(fits("ADMINISTRATOR_GROUPS", '[""]')).toBe(false);
    const accounts = ["management", "lockstep", "listed"].map((reason) => ({ id: "123456789012", reason }));
    expect(EnvironmentVariables.PROTECTED_ACCOUNTS.parse(JSON.stringify(accounts))).toEqual(accounts);
    for (const wrong of [
      { id: "123456789012", reason: "other" },
      { id: "1", reason: "listed" },
      { id: "123456789012" },
    ])
      expect(fits("PROTECTED_ACCOUNTS", JSON.stringify([wrong]))).toBe(false);
  });
});

describe("where the audit trail is kept", () => {
  it("has a table's name, and a bucket's that no other account has", () => {
    expect(AUDIT_TABLE_NAME).toBe("lockstep-audit");
    expect(auditRootsBucketName({ account: "123456789012", region: "eu-west-1" })).toBe(
      "lockstep-audit-roots-123456789012-eu-west-1",
    );
  });
});
