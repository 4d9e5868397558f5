import { describe, expect, it } from "vitest";
import { plainError, problemOf, type CallContext } from "../../../../lambdas/adapters/sync/problem-of.ts";
import { ProblemSchema, type Problem } from "../../../../lambdas/core/domain/inventory/problem.ts";

const awsError = (name: string, message = "scripted", details: object = {}): Error =>
  Object.assign(new Error(message), { name, ...details });

const ROLE = "arn:aws:sts::222222222222:assumed-role/LockstepConnector";
const refused = (ending: string, action = "sso:ListInstances"): string =>
  `User: ${ROLE}/sync-alice@example.com is not authorized to perform: ${action} on resource: arn:aws:sso:::instance/* ${ending}`;

const found = (error: unknown, context: Partial<CallContext> = {}): Problem | undefined => {
  const problem = problemOf(error, { operation: "sso:ListInstances", region: "eu-west-1", ...context });
  return problem === undefined ? undefined : ProblemSchema.parse(problem);
};

describe("credentials", () => {
  it.each(["ExpiredToken", "ExpiredTokenException", "RequestExpired", "CredentialsProviderError"])(
    "have expired when AWS says %s",
    (name) => {
      expect(found(awsError(name))).toMatchObject({ code: "credentials-expired", severity: "error" });
    },
  );

  it.each(["UnrecognizedClientException", "InvalidClientTokenId", "AuthFailure", "InvalidAccessKeyId"])(
    "are no good any more when AWS says %s in a region that every account has",
    (name) => {
      expect(found(awsError(name))).toMatchObject({ code: "credentials-expired" });
      expect(found(awsError(name), { region: undefined })).toMatchObject({ code: "credentials-expired" });
      expect(found(awsError(name), { region: "us-gov-west-1" })).toMatchObject({
        code: "credentials-expired",
      });
    },
  );

  it.each(["UnrecognizedClientException", "InvalidClientTokenId", "AuthFailure", "OptInRequired"])(
    "are good, and the region is not enabled, when AWS says %s in a region that accounts enable",
    (name) => {
      const problem = found(awsError(name), { region: "eu-south-2", accountId: "333333333333" });
      expect(problem).toMatchObject({
        code: "region-disabled",
        severity: "warning",
        region: "eu-south-2",
        accountId: "333333333333",
      });
      expect(problem?.fix).toContain("Enable eu-south-2");
    },
  );

  it("that have expired have expired in any region", () => {
    expect(found(awsError("ExpiredTokenException"), { region: "eu-south-2" })).toMatchObject({
      code: "credentials-expired",
    });
  });
});

describe("a refusal", () => {
  it("says which action, to whom, and that no policy allows it", () => {
    const problem = found(
      awsError(
        "AccessDeniedException",
        refused("because no identity-based policy allows the sso:ListInstances action"),
      ),
    );
    expect(problem).toMatchObject({ code: "access-denied", severity: "warning", region: "eu-west-1" });
    expect(problem?.message).toBe(
      `AWS does not let ${ROLE} do sso:ListInstances in eu-west-1: no identity-based policy allows it.`,
    );
    expect(problem?.fix).toContain("Allow sso:ListInstances in the role's policy");
  });

  it.each([
    ["with an explicit deny in a permissions boundary", "a statement of its permissions boundary denies it"],
    [
      "with an explicit deny in an identity-based policy",
      "a statement of its identity-based policy denies it",
    ],
    ["because no permissions boundary allows the x:Y action", "no permissions boundary allows it"],
    ["because no session policy allows the x:Y action", "no session policy allows it"],
    ["because no VPC endpoint policy allows the x:Y action", "no VPC endpoint policy allows it"],
    ["with an explicit deny", "a statement of its policies denies it"],
    ["", "AWS does not say which policy is in the way"],
  ])("says what is in the way: %s", (ending, words) => {
    const problem = found(awsError("AccessDenied", refused(ending)));
    expect(problem?.code).toBe("access-denied");
    expect(problem?.message).toContain(words);
  });

  it("names the action that AWS names, which need not be the one that was called", () => {
    const problem = found(awsError("AccessDeniedException", refused("", "kms:Decrypt")));
    expect(problem?.message).toContain("kms:Decrypt");
    expect(found(awsError("AccessDeniedException", "no"))?.message).toContain("sso:ListInstances");
  });

  it.each(["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"])(
    "is known by the name %s",
    (name) => {
      expect(found(awsError(name, "no"))?.code).toBe("access-denied");
    },
  );

  it("tells no session's name and no user's", () => {
    const ofSession = found(awsError("AccessDenied", refused("")));
    expect(JSON.stringify(ofSession)).not.toContain("alice");
    const ofUser = found(
      awsError(
        "AccessDenied",
        "User: arn:aws:iam::111111111111:user/alice is not authorized to perform: a:B",
      ),
    );
    expect(ofUser?.message).toContain("a user of account 111111111111");
    expect(JSON.stringify(ofUser)).not.toContain("alice");
  });
});

describe("a service control policy", () => {
  const policyArn = "arn:aws:organizations::111111111111:policy/o-abc/service_control_policy/p-12345678";

  it.each([
    "with an explicit deny in a service control policy",
    "with an explicit deny in a Service Control Policy",
    `with an explicit deny in a service control policy: ${policyArn}`,
    "because no service control policy allows the sso:ListInstances action",
  ])("is in the way of the region, when AWS says: %s", (ending) => {
    const problem = found(awsError("AccessDeniedException", refused(ending)));
    expect(problem).toMatchObject({ code: "region-denied-by-policy", region: "eu-west-1" });
    expect(problem?.message).toMatch(/service control policy/i);
    expect(problem?.message).toContain("sso:ListInstances in eu-west-1");
    expect(problem?.fix).toContain("aws:RequestedRegion");
  });

  it("is named where AWS names it", () => {
    const ending = `with an explicit deny in a service control policy: ${policyArn}`;
    expect(found(awsError("AccessDeniedException", refused(ending)))?.message).toContain(policyArn);
  });

  it("is no matter of a region in a service that has none", () => {
    const denied = awsError(
      "AccessDeniedException",
      refused("with an explicit deny in a service control policy", "organizations:ListAccounts"),
    );
    const problem = found(denied, { operation: "organizations:ListAccounts", region: "eu-west-1" });
    expect(problem?.code).toBe("access-denied");
    expect(problem).not.toHaveProperty("region");
    expect(problem?.message).toContain("a statement of its service control policy denies it");
  });
});

describe("AWS Organizations", () => {
  const operation = "organizations:ListAccounts";
  const asked = { operation };

  it("is not in use", () => {
    expect(found(awsError("AWSOrganizationsNotInUseException"), asked)).toMatchObject({
      code: "trusted-access-missing",
      severity: "error",
      message: "The account that Lockstep reads with belongs to no organization.",
    });
  });

  it("answers no member account without a delegation", () => {
    const denied = awsError("AccessDeniedException", "You don't have permissions to access this resource.");
    const problem = found(denied, asked);
    expect(problem).toMatchObject({ code: "trusted-access-missing", severity: "error" });
    expect(problem?.message).toContain("neither the management account nor a delegated administrator");
    expect(found(denied, { operation: "sso:ListInstances" })?.code).toBe("access-denied");
  });

  it("is refused by a policy, which is another matter", () => {
    const denied = awsError(
      "AccessDeniedException",
      refused("because no identity-based policy allows the organizations:ListAccounts action", operation),
    );
    expect(found(denied, asked)?.code).toBe("access-denied");
  });
});

describe("what is not there", () => {
  it("is Identity Center itself, not the group, when the identity store is unknown", () => {
    const error = awsError("ResourceNotFoundException", "IdentityStore not found.", {
      ResourceType: "IDENTITY_STORE",
    });
    const operation = "identitystore:ListGroupMemberships";
    expect(found(error, { operation })).toMatchObject({
      code: "identity-center-not-found",
      region: "eu-west-1",
    });
  });

  it.each(["sso:ListPermissionSets", "identitystore:ListUsers", "identitystore:ListGroups"])(
    "is Identity Center itself, when %s finds nothing to list",
    (operation) => {
      expect(found(awsError("ResourceNotFoundException"), { operation })?.code).toBe(
        "identity-center-not-found",
      );
    },
  );

  it("is Identity Center itself, when sso-admin does not find the instance", () => {
    const error = awsError("ResourceNotFoundException", "Could not find Instance with id ssoins-1");
    expect(found(error, { operation: "sso:ListAccountAssignments" })?.code).toBe("identity-center-not-found");
  });

  it("is the thing that was asked for, otherwise", () => {
    const gone = awsError("ResourceNotFoundException", "GROUP not found.", { ResourceType: "GROUP" });
    expect(found(gone, { operation: "identitystore:ListGroupMemberships" })).toBeUndefined();
    const noSet = awsError("ResourceNotFoundException", "Could not find PermissionSet with id ps-1");
    expect(found(noSet, { operation: "sso:ListAccountAssignments" })).toBeUndefined();
  });

  it.each([
    ["ResourceNotFoundException", "KMS_KEY_NOT_FOUND"],
    ["AccessDeniedException", "KMS_AccessDeniedException"],
    ["ValidationException", "KMS_KEY_DISABLED"],
  ])("is no group and no refusal of Lockstep's own, when %s is for %s", (name, Reason) => {
    const problem = found(awsError(name, "key", { Reason }), {
      operation: "identitystore:ListGroupMemberships",
    });
    expect(problem).toMatchObject({ code: "access-denied", severity: "error" });
    expect(problem?.message).toContain(Reason);
    expect(problem?.fix).toContain("kms:Decrypt");
  });
});

describe("any other error", () => {
  it("has no words here", () => {
    expect(found(awsError("ValidationException"))).toBeUndefined();
    expect(found(new TypeError("x is not a function"))).toBeUndefined();
    expect(found("text")).toBeUndefined();
  });

  it("is written down by its name and sentence, without secrets and persons", () => {
    const token = "IQoJb3JpZ2luX2VjEJr".repeat(8);
    const error = awsError(
      "ValidationException",
      `bad ${ROLE}/alice-session, arn:aws:iam::111111111111:user/people/bob, carol@example.com, ASIAABCDEFGHIJKLMNOP, ${token}`,
    );
    expect(plainError(error)).toBe(
      `ValidationException: bad ${ROLE}, arn:aws:iam::111111111111:user/…, …@…, …, …`,
    );
  });

  it("keeps the ids that say what it is about", () => {
    const sentence =
      "Could not find arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-1234567890abcdef in account 222222222222";
    expect(plainError(awsError("ValidationException", sentence))).toBe(`ValidationException: ${sentence}`);
  });
});
