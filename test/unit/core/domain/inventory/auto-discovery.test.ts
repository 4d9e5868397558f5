import { describe, expect, it } from "vitest";
import {
  databaseAuthenticationIn,
  isCustomIntegration,
} from "../../../../../lambdas/core/domain/inventory/auto-discovery.ts";

const SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-AbCdEf";
const OTHER_SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:users-AbCdEf";

describe("a database's tags", () => {
  it("say nothing on most databases", () => {
    expect(databaseAuthenticationIn({})).toBe("undiscovered");
    expect(databaseAuthenticationIn({ owner: "payments", "apono-secret": SECRET })).toBe("undiscovered");
  });

  it.each(["auth_type", "lockstep:auth-type"])("say by %s that it takes IAM's tokens", (tag) => {
    expect(databaseAuthenticationIn({ [tag]: "iam-auth" })).toEqual({ authType: "iam-auth" });
  });

  it.each([
    ["auth_type", "apono-secret"],
    ["lockstep:auth-type", "lockstep:secret"],
    ["auth_type", "lockstep:secret"],
  ])("say by %s and %s that it takes the password of a secret", (authType, secret) => {
    expect(databaseAuthenticationIn({ [authType]: "user-password", [secret]: SECRET })).toEqual({
      authType: "user-password",
      secretArn: SECRET,
    });
  });

  it("are Lockstep's own first", () => {
    const tags = { auth_type: "iam-auth", "lockstep:auth-type": "user-password" };
    expect(
      databaseAuthenticationIn({ ...tags, "apono-secret": OTHER_SECRET, "lockstep:secret": SECRET }),
    ).toEqual({ authType: "user-password", secretArn: SECRET });
  });

  it("lack the secret", () => {
    expect(databaseAuthenticationIn({ auth_type: "user-password" })).toMatchObject({
      problem: {
        code: "secret-tag-missing",
        fix: expect.stringContaining('"lockstep:secret" or "apono-secret"') as string,
      },
    });
  });

  it("name no secret, and are not repeated: it may be the password itself", () => {
    const found = databaseAuthenticationIn({ auth_type: "user-password", "apono-secret": "hunter2" });
    expect(found).toMatchObject({ problem: { code: "secret-tag-malformed" } });
    expect(JSON.stringify(found)).not.toContain("hunter2");
  });

  it("name a way in that there is not", () => {
    expect(databaseAuthenticationIn({ auth_type: "IAM" })).toMatchObject({
      problem: { code: "auth-type-unknown", message: expect.stringContaining('"IAM"') as string },
    });
  });
});

describe("a function", () => {
  it.each([
    [{ "apono-connector-access": "true" }, true],
    [{ "lockstep:custom-integration": "true" }, true],
    [{ "apono-connector-access": "false" }, false],
    [{ "lockstep:custom-integration": "" }, false],
    [{}, false],
  ])("tagged %o is a custom integration: %s", (tags, expected) => {
    expect(isCustomIntegration(tags)).toBe(expected);
  });
});
