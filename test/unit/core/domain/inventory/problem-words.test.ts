import { describe, expect, it } from "vitest";
import { ProblemCodes, ProblemSchema } from "../../../../../lambdas/core/domain/inventory/problem.ts";
import {
  resourceExplorerIndexNotReady,
  resourceExplorerViewUnusable,
} from "../../../../../lambdas/core/domain/inventory/resource-problems.ts";
import * as words from "../../../../../lambdas/core/domain/inventory/problem-words.ts";

const accountId = "222222222222";
const region = "eu-west-1";
const roleArn = `arn:aws:iam::${accountId}:role/LockstepConnector`;
const action = "sso:ListInstances";
const instances = [
  { instanceArn: "arn:aws:sso:::instance/ssoins-1", ownerAccountId: accountId },
  { instanceArn: "arn:aws:sso:::instance/ssoins-2" },
];
const refusal = { how: "denied", policy: "service control policy" } as const;

/** Each problem, at a place and without one where that is possible. */
const problems = [
  words.accessDenied({ action }),
  words.accessDenied({ action, principal: roleArn, accountId, region }),
  words.regionDeniedByPolicy({ action, refusal, region }),
  words.regionDeniedByPolicy({ action, principal: roleArn, refusal, accountId, region }),
  words.encryptionKeyUnusable({ action, reason: "KMS_KEY_DISABLED", region }),
  words.regionDisabled({ region }),
  words.regionDisabled({ accountId, region }),
  words.credentialsExpired(),
  words.externalIdRefused({ roleArn, accountId }),
  words.connectorRoleMissing({ roleArn, accountId }),
  words.memberRoleMissing({ roleArn, accountId }),
  words.organizationNotInUse(),
  words.integrationGone(),
  words.integrationChanged(),
  words.connectorGone(accountId),
  words.accountsNotLookedInto(17),
  words.lookNeverEnded("444455556666", 5),
  resourceExplorerIndexNotReady({ accountId, region, state: "CREATING" }),
  resourceExplorerViewUnusable({ accountId, region }),
  words.organizationsTrustMissing({ action: "organizations:ListAccounts" }),
  words.twoIdentityCenterInstances({ region, instances }),
  words.twoIdentityCenterInstances({ region, instances, used: "arn:aws:sso:::instance/ssoins-1" }),
  words.identityCenterNotFound({ region }),
  words.identityCenterNotFound({ instances }),
  words.resourceExplorerNotEnabled({ accountId, region }),
  words.resourceExplorerIndexLocal({ accountId, region }),
  words.accountSuspended({ accountId, state: "SUSPENDED" }),
  words.throttled({ action, accountId, region }),
  words.throttled({ action }),
  words.unreachable({ action, accountId, region }),
  words.unreachable({ action }),
];

describe("the words for problems", () => {
  it("are there for every code", () => {
    expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(ProblemCodes));
  });

  it.each(problems.map((problem) => [problem.message, problem] as const))(
    "are two sentences: %s",
    (_, problem) => {
      expect(ProblemSchema.parse(problem)).toEqual(problem);
      expect(Object.values(problem)).not.toContain(undefined);
      for (const text of [problem.message, problem.fix]) {
        expect(text).toMatch(/^\S.*\.$/);
        expect(text).not.toMatch(/undefined|\[object| {2}/);
      }
    },
  );

  it("tell apart what has the same code", () => {
    const sentences = problems.map(({ message }) => message);
    expect(new Set(sentences).size).toBe(sentences.length);
  });

  it("name the place where there is one", () => {
    const denied = words.accessDenied({ action, accountId, region });
    expect(denied).toMatchObject({ accountId, region });
    expect(denied.message).toContain(`${action} in account ${accountId} in ${region}`);
    expect(words.accessDenied({ action })).not.toHaveProperty("accountId");
  });

  it.each([
    [undefined, "Allow sso:ListInstances in the role's policy"],
    [{ how: "not-allowed", policy: "identity-based policy" }, "Allow sso:ListInstances in the role's policy"],
    [
      { how: "not-allowed", policy: "permissions boundary" },
      "Allow sso:ListInstances in the permissions boundary",
    ],
    [
      { how: "denied", policy: "identity-based policy" },
      "Exempt the role from the deny in the identity-based policy",
    ],
  ] as const)("say how to lift the refusal %o", (given, fix) => {
    expect(words.accessDenied({ action, refusal: given }).fix).toContain(fix);
  });
});
