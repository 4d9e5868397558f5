import { beforeAll, describe, expect, it } from "vitest";
import {
  sessionPolicyFor,
  type SessionPurpose,
} from "../../lambdas/adapters/assumed-roles/session-policies.ts";
import { MOST_PROTECTED_ACCOUNTS } from "../../lambdas/core/contracts/connector-roles.ts";
import type { functions } from "../../lib/names.ts";
import { parseSettings } from "../../lib/settings.ts";
import { verdictOn } from "../../local/iam-check/simulate.ts";
import type { PolicyDocument } from "../../local/template/permissions.ts";
import { deployed, synthesizeConnectors } from "./support/connectors.ts";
import { oidc, shippedSettings, synthesize, type Synthesis } from "./support/synthesize.ts";
import { allowedActions, resourceAt, resourcesOf, statementsOf } from "./support/template.ts";

const MANAGEMENT_ACCOUNT = "111111111111";
const LOCKSTEP_ACCOUNT = "222222222222";
const LISTED_ACCOUNT = "333333333333";
const CONNECTOR = `arn:aws:iam::${MANAGEMENT_ACCOUNT}:role/lockstep-connector`;

const settings = { oidc, protectedAccounts: [LISTED_ACCOUNT] };
const connected = { ...settings, organization: { managementAccountId: MANAGEMENT_ACCOUNT, connector: true } };

/** The functions that ask the organization and nothing else of other accounts, with what their sessions are for. */
const PURPOSES: Readonly<Partial<Record<keyof typeof functions, readonly SessionPurpose[]>>> = {
  Api: ["identity"],
  Administration: ["identity"],
  GrantAccess: ["grant", "observe", "identity"],
  RevokeAccess: ["revoke", "observe"],
  Sweep: ["observe"],
  Automatic: ["identity"],
};
const ASKING = Object.keys(PURPOSES) as readonly (keyof typeof PURPOSES)[];
/** They are in any connected organization and account. */
const SYNCING = ["Sync", "SyncAccounts", "InventoryEvents"] as const;

const OF_THE_ORGANIZATION = /^(?:sso|identitystore|organizations):/;

let elsewhere: Synthesis;
let delegated: Synthesis;

beforeAll(() => {
  elsewhere = synthesize({ settings: connected, account: LOCKSTEP_ACCOUNT });
  delegated = synthesize({ settings, account: LOCKSTEP_ACCOUNT });
});

const rolesThatAssume = ({ access }: Synthesis) =>
  resourcesOf(access, "AWS::IAM::Role")
    .map(({ logicalId }) => logicalId)
    .filter((role) => allowedActions(access, role).includes("sts:AssumeRole"))
    .toSorted();

const environmentOf = ({ access }: Synthesis, name: string) =>
  (
    resourceAt(access, `${name}Function`).properties["Environment"] as {
      readonly Variables: Readonly<Record<string, unknown>>;
    }
  ).Variables;

describe("deployed elsewhere", () => {
  it.each(ASKING)(
    "%s may assume the connector's role and its probe, and nothing in the organization itself",
    (name) => {
      const { access } = elsewhere;
      const assuming = statementsOf(access, `${name}Role`).filter(({ Action }) =>
        Action.includes("sts:AssumeRole"),
      );
      expect(assuming).toEqual([
        expect.objectContaining({ Effect: "Allow", Resource: [CONNECTOR, `${CONNECTOR}-probe`] }),
      ]);
      expect(allowedActions(access, `${name}Role`).filter((one) => OF_THE_ORGANIZATION.test(one))).toEqual(
        [],
      );
    },
  );

  it.each(SYNCING)("%s asks the organization by the connector too", (name) => {
    const actions = allowedActions(elsewhere.access, `${name}Role`);
    expect(actions).toContain("sts:AssumeRole");
    expect(actions.filter((one) => OF_THE_ORGANIZATION.test(one))).toEqual([]);
  });

  it("lets no other function assume a role", () => {
    expect(rolesThatAssume(elsewhere)).toEqual(
      [...ASKING, ...SYNCING].map((name) => `${name}Role`).toSorted(),
    );
  });

  it("tells each of them the role and the ExternalId: the id of the stack that keeps the state", () => {
    for (const name of [...ASKING, ...SYNCING, "SyncSchedule"]) {
      const said = JSON.stringify(environmentOf(elsewhere, name)["CONNECTOR"]);
      expect(said, name).toContain(CONNECTOR);
      expect(said, name).toContain("AWSStackId");
    }
    expect(elsewhere.stateful.findOutputs("ConnectorExternalId")).toMatchObject({
      ConnectorExternalId: {
        Value: { "Fn::Select": [2, { "Fn::Split": ["/", { Ref: "AWS::StackId" }] }] },
      },
    });
  });
});

describe("changes in the delegated administrator's account", () => {
  it("are let in, and known to be the organization's, by the one setting", () => {
    const organization = { ...connected.organization, delegatedAdministratorAccountId: "444444444444" };
    const synthesis = synthesize({ settings: { ...connected, organization }, account: LOCKSTEP_ACCOUNT });
    const policies = resourcesOf(synthesis.stateful, "AWS::Events::EventBusPolicy");
    expect(policies.map(({ properties }) => properties["StatementId"])).toEqual([
      "ManagementAccountForwardsChanges",
      "DelegatedAdministratorForwardsChanges",
    ]);
    expect(JSON.stringify(policies[1])).toContain("444444444444:root");
    expect(environmentOf(synthesis, "InventoryEvents")).toHaveProperty(
      "DELEGATED_ADMINISTRATOR_ACCOUNT",
      "444444444444",
    );
  });
});

describe("deployed in the delegated administrator's account", () => {
  it("assumes no role but to sync, and knows of no connector", () => {
    expect(rolesThatAssume(delegated)).toEqual(SYNCING.map((name) => `${name}Role`).toSorted());
    for (const { logicalId, properties } of resourcesOf(delegated.access, "AWS::Lambda::Function"))
      expect(JSON.stringify(properties["Environment"]), logicalId).not.toContain("CONNECTOR");
    expect(delegated.stateful.findOutputs("ConnectorExternalId")).toEqual({});
  });
});

describe("sessions of the connector", () => {
  const document = (role: string, synthesis = synthesizeConnectors()): PolicyDocument => {
    const template = deployed(synthesis.connector, {
      Profile: "manage",
      ManagementAccountAssignments: "yes",
    });
    const beside = resourcesOf(template, "AWS::IAM::Policy").flatMap(
      ({ properties }) => (properties["PolicyDocument"] as PolicyDocument).Statement,
    );
    return {
      Version: "2012-10-17",
      Statement: [...statementsOf(template, role), ...beside],
    };
  };

  /** IAM allows a session what both its own policy and the role's allow. */
  const may = async (
    [role, session]: readonly [PolicyDocument, string],
    action: string,
    resource: string,
  ): Promise<boolean> => {
    for (const policy of [role, JSON.parse(session) as PolicyDocument]) {
      const verdict = await verdictOn({
        principal: `arn:aws:sts::${MANAGEMENT_ACCOUNT}:assumed-role/lockstep-connector/session`,
        action,
        resource,
        accountId: MANAGEMENT_ACCOUNT,
        context: {},
        identityPolicies: [{ name: "Policy", document: policy }],
      });
      if (verdict !== "Allowed" && verdict !== "NotApplicable") return false;
    }
    return true;
  };

  it.each(ASKING)(
    "may do for %s what its own role may where Lockstep lives in the management account",
    async (name) => {
      const { access } = synthesize({
        settings: { oidc, allowManagementAccount: true },
        account: MANAGEMENT_ACCOUNT,
      });
      const role = document("ConnectorRole");
      const sessions = (PURPOSES[name] ?? []).map((purpose) => sessionPolicyFor(purpose));
      const asked = statementsOf(access, `${name}Role`)
        .filter(({ Effect }) => Effect === "Allow")
        .flatMap(({ Action, Resource }) =>
          Action.flatMap((action) => Resource.map((one) => [action, one] as const)),
        )
        .filter(([action]) => OF_THE_ORGANIZATION.test(action));
      expect(asked.length).toBeGreaterThan(0);
      for (const [action, resource] of asked) {
        const any = String(resource).replace(/(?<=.)\*/, "444444444444");
        const allowed = await Promise.all(sessions.map((session) => may([role, session], action, any)));
        expect(allowed, `${action} on ${any}`).toContain(true);
      }
    },
  );

  it("make the roles of permission sets in the management account, as a grant's own role may there", () => {
    const { access } = synthesize({
      settings: { oidc, allowManagementAccount: true },
      account: MANAGEMENT_ACCOUNT,
    });
    const ofIam = allowedActions(access, "GrantAccessRole").filter((action) => action.startsWith("iam:"));
    const { Statement } = JSON.parse(sessionPolicyFor("grant")) as {
      readonly Statement: readonly { readonly Action: readonly string[] }[];
    };
    const patterns = Statement.flatMap(({ Action }) => Action).map(
      (action) => new RegExp(`^${action.replaceAll("*", ".*")}$`),
    );
    const role = JSON.stringify(document("ConnectorRole"));
    expect(ofIam.length).toBeGreaterThan(0);
    for (const action of ofIam) {
      expect(role).toContain(`"${action}"`);
      expect(
        patterns.some((pattern) => pattern.test(action)),
        action,
      ).toBe(true);
    }
  });

  it("never grant into protected accounts, which a role of Lockstep's own denies itself, and still revoke there", async () => {
    const role = document("ConnectorRole");
    const limits = { neverGrantInto: [MANAGEMENT_ACCOUNT, LOCKSTEP_ACCOUNT, LISTED_ACCOUNT] };
    const account = (id: string) => `arn:aws:sso:::account/${id}`;
    const grants = [role, sessionPolicyFor("grant", limits)] as const;
    const revokes = [role, sessionPolicyFor("revoke", limits)] as const;
    for (const id of limits.neverGrantInto) {
      expect(await may(grants, "sso:CreateAccountAssignment", account(id)), id).toBe(false);
      expect(await may(revokes, "sso:DeleteAccountAssignment", account(id)), id).toBe(true);
    }
    expect(await may(grants, "sso:CreateAccountAssignment", account("444444444444"))).toBe(true);
  });

  it("name as many protected accounts as the settings take, in the longest partition's name", () => {
    const neverGrantInto = Array.from({ length: MOST_PROTECTED_ACCOUNTS }, () => LISTED_ACCOUNT);
    expect(sessionPolicyFor("grant", { neverGrantInto, partition: "aws-us-gov" }).length).toBeLessThanOrEqual(
      2_048,
    );
  });
});

describe("the settings", () => {
  const problemsOf = (changes: object, account?: string): string => {
    try {
      parseSettings({ ...shippedSettings, ...changes }, { account });
      return "";
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
  const { organization } = connected;
  const listed = (count: number) =>
    Array.from({ length: count }, (_, index) => String(500_000_000_000 + index));

  it("take no connector where Lockstep is in the management account", () => {
    expect(problemsOf({ organization }, MANAGEMENT_ACCOUNT)).toMatch(
      /"lockstep.organization.connector": found true, expected false when deploying in the management account/,
    );
    expect(problemsOf({ organization }, LOCKSTEP_ACCOUNT)).toBe("");
  });

  it("name the delegated administrator's account as another one than the management account, and than Lockstep's own", () => {
    const delegated = (id: string) => ({ ...organization, delegatedAdministratorAccountId: id });
    expect(problemsOf({ organization: delegated("444444444444") }, LOCKSTEP_ACCOUNT)).toBe("");
    expect(problemsOf({ organization: delegated(MANAGEMENT_ACCOUNT) }, LOCKSTEP_ACCOUNT)).toMatch(
      /"lockstep.organization.delegatedAdministratorAccountId": found "111111111111", expected another account than the management account/,
    );
    expect(problemsOf({ organization: delegated(LOCKSTEP_ACCOUNT) }, LOCKSTEP_ACCOUNT)).toMatch(
      /found "222222222222", expected no organization.connector when deploying in that account/,
    );
  });

  it("let the management account be granted into, which the connector is in", () => {
    expect(problemsOf({ organization, allowManagementAccount: true }, LOCKSTEP_ACCOUNT)).toBe("");
    expect(problemsOf({ allowManagementAccount: true }, LOCKSTEP_ACCOUNT)).toMatch(/cannot be managed/);
  });

  it("take no more protected accounts than a session can name, its own and the management account among them", () => {
    expect(problemsOf({ organization, protectedAccounts: listed(MOST_PROTECTED_ACCOUNTS - 2) })).toBe("");
    expect(problemsOf({ organization, protectedAccounts: listed(MOST_PROTECTED_ACCOUNTS - 1) })).toMatch(
      /"lockstep.protectedAccounts": found 29 accounts, expected 28 at most/,
    );
    expect(problemsOf({ protectedAccounts: listed(100) })).toBe("");
    // A session names the accounts of guardrails too; IAM cannot say what is about a permission set in one.
    const accounts = listed(MOST_PROTECTED_ACCOUNTS - 1).slice(-2);
    const protectedAccounts = listed(MOST_PROTECTED_ACCOUNTS - 2);
    expect(
      problemsOf({ organization, protectedAccounts, guardrails: { neverGrantable: [{ accounts }] } }),
    ).toMatch(/found 29 accounts, those of guardrails.neverGrantable among them, expected 28 at most/);
    const ofPermissionSets = { neverGrantable: [{ accounts, permissionSets: ["PowerUser"] }] };
    expect(problemsOf({ organization, protectedAccounts, guardrails: ofPermissionSets })).toBe("");
  });
});
