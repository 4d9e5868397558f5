import { describe, expect, it } from "vitest";
import { allowedActions, resourcesOf, statementsOf, type Statement } from "./support/template.ts";
import { oidc, synthesize } from "./support/synthesize.ts";

const MANAGEMENT_ACCOUNT = "111111111111";
const HOME_ACCOUNT = "222222222222";

const { access } = synthesize({
  settings: { oidc, protectedAccounts: ["333333333333"] },
  account: HOME_ACCOUNT,
});
const roles = resourcesOf(access, "AWS::IAM::Role").map(({ logicalId }) => logicalId);
const rolesThatMay = (action: string | RegExp) =>
  roles.filter((role) => allowedActions(access, role).some((allowed) => allowed.search(action) === 0));
const ssoActions = (role: string) =>
  allowedActions(access, role).filter((action) => action.startsWith("sso:"));
const deniesIn = (role: string) => statementsOf(access, role).filter(({ Effect }) => Effect === "Deny");
const reachesTable = (statement: Statement, table: string) =>
  JSON.stringify(statement.Resource).includes(table);
const accountArn = (id: string) => `arn:aws:sso:::account/${id}`;

describe("each function's role", () => {
  it("has its statements inline, and no policy is attached from elsewhere", () => {
    expect(resourcesOf(access, "AWS::IAM::Policy")).toEqual([]);
    expect(resourcesOf(access, "AWS::IAM::ManagedPolicy")).toEqual([]);
    for (const { properties } of resourcesOf(access, "AWS::IAM::Role")) {
      expect(properties["ManagedPolicyArns"]).toBeUndefined();
    }
  });

  it("belongs to one function or to the machine", () => {
    expect(roles.toSorted()).toEqual([
      "AccessRequestWorkflowRole",
      "ApiRole",
      "AwaitApprovalRole",
      "CatalogueRole",
      "GrantAccessRole",
      "RecordRole",
      "RevokeAccessRole",
    ]);
  });

  it("names its actions: no wildcard in any of them", () => {
    for (const role of roles)
      for (const action of allowedActions(access, role)) expect(action).not.toContain("*");
  });
});

describe("grant and revoke", () => {
  it("let the grant role observe and create, and nothing that removes", () => {
    expect(ssoActions("GrantAccessRole")).toEqual([
      "sso:CreateAccountAssignment",
      "sso:DescribeAccountAssignmentCreationStatus",
      "sso:ListAccountAssignments",
    ]);
  });

  it("let the revoke role observe and delete, and nothing that grants", () => {
    expect(ssoActions("RevokeAccessRole")).toEqual([
      "sso:DeleteAccountAssignment",
      "sso:DescribeAccountAssignmentDeletionStatus",
      "sso:ListAccountAssignments",
    ]);
  });

  it("let nobody else write assignments", () => {
    expect(rolesThatMay("sso:CreateAccountAssignment")).toEqual(["GrantAccessRole"]);
    expect(rolesThatMay("sso:DeleteAccountAssignment")).toEqual(["RevokeAccessRole"]);
    expect(rolesThatMay("iam:")).toEqual([]);
  });

  it("reach one instance, its permission sets and accounts, and nothing else of Identity Center", () => {
    for (const role of ["GrantAccessRole", "RevokeAccessRole", "CatalogueRole"]) {
      const resources = statementsOf(access, role)
        .filter(({ Action }) => Action.some((action) => action.startsWith("sso:")))
        .flatMap(({ Resource }) => Resource);
      for (const resource of resources) {
        expect(resource).toMatch(
          /^arn:aws:sso:::(instance\/ssoins-0123456789abcdef|permissionSet\/ssoins-0123456789abcdef\/\*|account\/(\*|\d{12}))$/,
        );
      }
    }
  });

  it("deny grants into the management account, Lockstep's own and the listed accounts", () => {
    expect(deniesIn("GrantAccessRole")).toEqual([
      expect.objectContaining({
        Action: ["sso:CreateAccountAssignment"],
        Resource: [MANAGEMENT_ACCOUNT, HOME_ACCOUNT, "333333333333"].map(accountArn),
      }),
    ]);
  });

  it("deny no revoke, so that an account listed later cannot strand one", () => {
    expect(deniesIn("RevokeAccessRole")).toEqual([]);
  });

  it("deny only what the settings leave protected", () => {
    const { access: open } = synthesize({
      settings: { oidc, allowManagementAccount: true, allowOwnAccount: true },
      account: MANAGEMENT_ACCOUNT,
    });
    expect(statementsOf(open, "GrantAccessRole").filter(({ Effect }) => Effect === "Deny")).toEqual([]);
    // In the management account Identity Center makes the role with the caller's permissions.
    const iam = (role: string) => allowedActions(open, role).filter((action) => action.startsWith("iam:"));
    expect(iam("GrantAccessRole")).toContain("iam:CreateRole");
    expect(iam("GrantAccessRole").filter((action) => /^iam:(Delete|Detach|Remove)/.test(action))).toEqual([]);
    expect(iam("RevokeAccessRole")).toEqual([]);
  });
});

describe("task tokens", () => {
  it("can be used by the functions that wake the workflow, and by no other", () => {
    expect(rolesThatMay(/states:SendTask/)).toEqual(["AwaitApprovalRole", "ApiRole"]);
    expect(rolesThatMay("states:StartExecution")).toEqual(["ApiRole"]);
  });

  it("can be read by the API's function only, and written by the one that waits", () => {
    const actionsOnWakeups = (role: string) =>
      statementsOf(access, role)
        .filter((statement) => reachesTable(statement, "WakeupsTable"))
        .flatMap(({ Action }) => Action);
    expect(Object.fromEntries(roles.map((role) => [role, actionsOnWakeups(role)]))).toEqual({
      AccessRequestWorkflowRole: [],
      ApiRole: ["dynamodb:GetItem"],
      AwaitApprovalRole: ["dynamodb:PutItem"],
      CatalogueRole: [],
      GrantAccessRole: [],
      RecordRole: [],
      RevokeAccessRole: [],
    });
  });
});

describe("the audit trail", () => {
  it("can be appended to by one function, and changed or deleted by none", () => {
    const actionsOnAudit = (role: string) =>
      statementsOf(access, role)
        .filter((statement) => reachesTable(statement, "AuditTable"))
        .flatMap(({ Action }) => Action);
    expect(Object.fromEntries(roles.map((role) => [role, actionsOnAudit(role)]))).toEqual({
      AccessRequestWorkflowRole: [],
      ApiRole: ["dynamodb:Query"],
      AwaitApprovalRole: [],
      CatalogueRole: [],
      GrantAccessRole: [],
      RecordRole: ["dynamodb:PutItem"],
      RevokeAccessRole: [],
    });
  });
});
