import { describe, expect, it } from "vitest";
import {
  PowerLevels,
  comparePower,
  powerOf,
  type PowerLevel,
} from "../../../../../lambdas/core/domain/inventory/power.ts";

const managed = (...names: readonly string[]) => ({
  managedPolicies: names.map((name) => `arn:aws:iam::aws:policy/${name}`),
  customerManagedPolicies: [],
});

const inline = (...statements: readonly object[]) => ({
  managedPolicies: [],
  customerManagedPolicies: [],
  inlinePolicy: JSON.stringify({ Version: "2012-10-17", Statement: statements }),
});

const allow = (action: string | readonly string[], resource: string | readonly string[] = "*") => ({
  Effect: "Allow",
  Action: action,
  Resource: resource,
});

const bucket = "arn:aws:s3:::invoices/*";

describe("the power of a permission set by its AWS managed policies", () => {
  it.each<readonly [string, PowerLevel]>([
    ["AdministratorAccess", "administrator"],
    ["PowerUserAccess", "power-user"],
    ["IAMFullAccess", "writes-iam"],
    ["AdministratorAccess-Amplify", "writes-iam"],
    ["AWSOrganizationsFullAccess", "writes-iam"],
    ["AWSSSOMasterAccountAdministrator", "writes-iam"],
    ["AWSSSODirectoryAdministrator", "writes-iam"],
    ["job-function/Billing", "writes"],
    ["job-function/DatabaseAdministrator", "writes"],
    ["job-function/NetworkAdministrator", "writes"],
    ["job-function/SystemAdministrator", "writes"],
    ["job-function/DataScientist", "writes"],
    ["job-function/SupportUser", "writes"],
    ["AmazonS3FullAccess", "writes"],
    ["job-function/ViewOnlyAccess", "read-only"],
    ["SecurityAudit", "read-only"],
    ["ReadOnlyAccess", "read-only"],
    ["AmazonS3ReadOnlyAccess", "read-only"],
    ["AWSCloudTrail_ReadOnlyAccess", "read-only"],
    ["AWSSSOReadOnly", "read-only"],
    ["IAMReadOnlyAccess", "read-only"],
  ])("%s: %s", (name, level) => {
    expect(powerOf(managed(name)).level).toBe(level);
    expect(powerOf(managed(name)).why).toContain(name.slice(name.lastIndexOf("/") + 1));
  });

  it("is that of the most powerful one", () => {
    expect(powerOf(managed("ReadOnlyAccess", "AdministratorAccess", "AmazonS3FullAccess")).level).toBe(
      "administrator",
    );
  });

  it("does not take a policy for reading since its name has reading somewhere in it", () => {
    expect(powerOf(managed("ReadOnlyAccessManagerFullAccess")).level).toBe("writes");
  });
});

describe("the power of a permission set by its inline policy", () => {
  it.each<readonly [string, object, PowerLevel]>([
    ["everything everywhere", allow("*"), "administrator"],
    ["everything everywhere, said in full", allow("*:*"), "administrator"],
    ["everything, of some resources", allow("*", bucket), "writes"],
    ["everything, on a list with everything in it", allow("*", [bucket, "*"]), "administrator"],
    ["everything but some resources", { Effect: "Allow", Action: "*", NotResource: bucket }, "administrator"],
    [
      "everything but IAM",
      { Effect: "Allow", NotAction: ["iam:*", "organizations:*"], Resource: "*" },
      "power-user",
    ],
    ["everything but S3", { Effect: "Allow", NotAction: "s3:*", Resource: "*" }, "administrator"],
    ["everything but IAM, of some", { Effect: "Allow", NotAction: "iam:*", Resource: bucket }, "writes"],
    ["all of IAM", allow("iam:*"), "writes-iam"],
    ["one write of IAM", allow(["s3:GetObject", "iam:AttachRolePolicy"]), "writes-iam"],
    ["IAM in another case", allow("IAM:CreateUser"), "writes-iam"],
    ["several services of which IAM is one", allow("i*:Create*"), "writes-iam"],
    ["assignments of Identity Center", allow("sso:CreateAccountAssignment"), "writes-iam"],
    ["handing over a role", allow("iam:PassRole"), "writes"],
    ["all of S3", allow("s3:*", bucket), "writes"],
    ["one write", allow(["s3:GetObject", "s3:PutObject"]), "writes"],
    ["another role", allow("sts:AssumeRole"), "writes"],
    ["a pattern that may mean a write", allow("s3:*Object"), "writes"],
    ["reading", allow(["s3:Get*", "s3:List*", "ec2:Describe*", "dynamodb:Query"]), "read-only"],
    ["reading IAM", allow(["iam:Get*", "iam:List*"]), "read-only"],
    ["reading of every service", allow("*:List*"), "read-only"],
    ["nothing, since it only denies", { Effect: "Deny", Action: "*", Resource: "*" }, "read-only"],
  ])("%s", (_name, statement, level) => {
    expect(powerOf(inline(statement)).level).toBe(level);
  });

  it("is that of its most powerful statement, which it names", () => {
    const power = powerOf(inline(allow("s3:Get*"), allow("iam:CreateUser"), allow("s3:*")));
    expect(power.level).toBe("writes-iam");
    expect(power.why).toContain("iam:CreateUser");
  });

  it("is read when there is one statement and no list", () => {
    const policy = { ...inline(), inlinePolicy: JSON.stringify({ Statement: allow("*") }) };
    expect(powerOf(policy).level).toBe("administrator");
  });

  it.each(["", "no JSON", "[]", '{"Statement":[{"Effect":"Perhaps"}]}'])(
    "is taken for writing when it cannot be read, and says so: %s",
    (inlinePolicy) => {
      const power = powerOf({ ...inline(), inlinePolicy });
      expect(power.level).toBe("writes");
      expect(power.why).toContain("cannot be read");
    },
  );
});

describe("the power of a permission set", () => {
  it("counts customer managed policies as writing, and says why", () => {
    const power = powerOf({ managedPolicies: [], customerManagedPolicies: ["/team/Own"] });
    expect(power).toEqual({
      level: "writes",
      why: "The customer managed policy Own differs by account and is not read: it is taken to allow changes.",
    });
  });

  it("without any policy is the least", () => {
    expect(powerOf(managed())).toMatchObject({ level: "read-only" });
  });

  it("is ordered from the administrator down", () => {
    expect(PowerLevels.toReversed().toSorted(comparePower)).toEqual(PowerLevels);
  });
});
