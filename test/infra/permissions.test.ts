import { describe, expect, it } from "vitest";
import {
  BY_DUE,
  SWEPT,
  accessKeys,
  configKey,
  configurationEntryKey,
  inventoryKeys,
} from "../../lambdas/adapters/dynamodb/keys.ts";
import { chainOf, ConfigurationKinds } from "../../lambdas/core/domain/configuration/subject.ts";
import { IntegrationNameSchema } from "../../lambdas/core/domain/integration.ts";
import { FactSchema } from "../../lambdas/core/domain/inventory/facts.ts";
import { syncIdOf } from "../../lambdas/core/domain/sync.ts";
import { aRequestId, anAccountId } from "../support/builders.ts";
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

const WRITING = /:(Put|Update|Delete|BatchWrite|Transact|Partiql)/i;

const writesOf = (role: string) =>
  statementsOf(access, role)
    .filter((statement) => reachesTable(statement, "AccessTable"))
    .filter(({ Action }) => Action.some((action) => WRITING.test(action)));
const writing = (action: string, prefix: string) =>
  expect.objectContaining({
    Effect: "Allow",
    Action: [`dynamodb:${action}`],
    Condition: {
      "ForAllValues:StringLike": { "dynamodb:LeadingKeys": [`${prefix}*`] },
      Null: { "dynamodb:LeadingKeys": "false" },
    },
  }) as unknown;

/** What a role may write of a table: each action, and the partition keys that it is held to, or "anything". */
const writesTo = (role: string, table: string): Readonly<Record<string, readonly string[] | "anything">> =>
  Object.fromEntries(
    statementsOf(access, role)
      .filter((statement) => reachesTable(statement, table))
      .flatMap((statement) =>
        statement.Action.filter((action) => WRITING.test(action)).map(
          (action) => [action, statement] as const,
        ),
      )
      .map(([action, { Sid, Condition }]) => [`${Sid ?? ""} ${action}`, partitionsOf(Condition)]),
  );

/** Without Null a call that names no key would be let through. */
const partitionsOf = (condition: unknown): readonly string[] | "anything" => {
  const { "ForAllValues:StringLike": keys, Null: isNamed } = (condition ?? {}) as Readonly<
    Record<string, Readonly<Record<string, unknown>> | undefined>
  >;
  const named = keys?.["dynamodb:LeadingKeys"];
  return Array.isArray(named) && isNamed?.["dynamodb:LeadingKeys"] === "false"
    ? (named as readonly string[])
    : "anything";
};

/** The same of every role that may write anything of it. */
const writersOf = (table: string) =>
  Object.fromEntries(
    roles
      .map((role) => [role, writesTo(role, table)] as const)
      .filter(([, writes]) => Object.keys(writes).length > 0),
  );

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
      "AdministrationRole",
      "AnnounceRole",
      "ApiRole",
      "AutomaticRole",
      "AwaitApprovalRole",
      "GrantAccessRole",
      "InventoryEventsRole",
      "LintRole",
      "RecordRole",
      "RevokeAccessRole",
      "SealRole",
      "SweepRole",
      "SyncAccountsRole",
      "SyncRole",
      "SyncScheduleRole",
      "SyncWorkflowRole",
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
      "sso:ListAccountAssignmentCreationStatus",
      "sso:ListAccountAssignments",
    ]);
  });

  it("let the grant role see who somebody is by now, and change nobody", () => {
    const people = allowedActions(access, "GrantAccessRole").filter((action) =>
      action.startsWith("identitystore:"),
    );
    expect(people.toSorted()).toEqual([
      "identitystore:DescribeGroup",
      "identitystore:DescribeUser",
      "identitystore:GetUserId",
      "identitystore:ListGroupMemberships",
      "identitystore:ListGroupMembershipsForMember",
    ]);
  });

  it("let the grant role see where an account is by now, and move none", () => {
    const tree = allowedActions(access, "GrantAccessRole").filter((action) =>
      action.startsWith("organizations:"),
    );
    expect(tree.toSorted()).toEqual(["organizations:DescribeAccount", "organizations:ListParents"]);
  });

  it("let the revoke role observe and delete, and nothing that grants", () => {
    expect(ssoActions("RevokeAccessRole")).toEqual([
      "sso:DeleteAccountAssignment",
      "sso:DescribeAccountAssignmentDeletionStatus",
      "sso:ListAccountAssignmentDeletionStatus",
      "sso:ListAccountAssignments",
    ]);
  });

  it("let nobody else write assignments", () => {
    expect(rolesThatMay("sso:CreateAccountAssignment")).toEqual(["GrantAccessRole"]);
    expect(rolesThatMay("sso:DeleteAccountAssignment")).toEqual(["RevokeAccessRole"]);
    expect(rolesThatMay(/iam:(?!Get|List)/)).toEqual([]);
  });

  it("reach one instance, its permission sets and accounts, and nothing else of Identity Center", () => {
    for (const role of ["GrantAccessRole", "RevokeAccessRole", "SyncRole", "InventoryEventsRole"]) {
      const resources = statementsOf(access, role)
        .filter(({ Action }) => Action.some((action) => action.startsWith("sso:")))
        // It names no resource: which instances there are.
        .filter(({ Action }) => Action.join() !== "sso:ListInstances")
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

  it("deny grants into accounts that guardrails list whole, and no revoke there", () => {
    const neverGrantable = [
      { accounts: ["444444444444", "333333333333"] },
      { accounts: ["555555555555"], permissionSets: ["PowerUser"] },
      { permissionSets: ["AdministratorAccess"] },
    ];
    const { access: guarded } = synthesize({
      settings: { oidc, protectedAccounts: ["333333333333"], guardrails: { neverGrantable } },
      account: HOME_ACCOUNT,
    });
    const denied = (role: string) =>
      statementsOf(guarded, role).flatMap(({ Effect, Resource }) => (Effect === "Deny" ? Resource : []));
    expect(denied("GrantAccessRole")).toEqual(
      [MANAGEMENT_ACCOUNT, HOME_ACCOUNT, "333333333333", "444444444444"].map(accountArn),
    );
    expect(denied("RevokeAccessRole")).toEqual([]);
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

describe("the table of requests and entitlements", () => {
  it("takes from a grant requests, entitlements and the pace of all grants, and no turn", () => {
    expect(writesOf("GrantAccessRole")).toEqual([
      writing("PutItem", "request#"),
      writing("PutItem", "entitlement#"),
      writing("UpdateItem", accessKeys.pace("grant").pk),
    ]);
  });

  it("takes from a revoke requests, entitlements and the turn to remove", () => {
    expect(writesOf("RevokeAccessRole")).toEqual([
      writing("PutItem", "request#"),
      writing("PutItem", "entitlement#"),
      writing("PutItem", accessKeys.turn("removals").pk),
    ]);
  });

  it("loses nothing: nobody may delete its items", () => {
    const deletes = roles.flatMap(writesOf).filter(({ Action }) => Action.includes("dynamodb:DeleteItem"));
    expect(deletes).toEqual([]);
  });

  it("lets a revoke find what is to be removed by the one index that holds it", () => {
    const queries = statementsOf(access, "RevokeAccessRole").filter(({ Action }) =>
      Action.includes("dynamodb:Query"),
    );
    expect(queries).toHaveLength(1);
    expect(JSON.stringify(queries[0]?.Resource)).toContain("/index/byDue");
  });

  it("takes requests from the API's function, and no entitlement's record or turn", () => {
    const writes = writesOf("ApiRole");
    expect(writes).toEqual([
      expect.objectContaining({
        Effect: "Allow",
        Action: ["dynamodb:PutItem"],
        Condition: {
          "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["request#*"] },
          Null: { "dynamodb:LeadingKeys": "false" },
        },
      }),
    ]);
    const id = aRequestId("one");
    for (const { pk } of [accessKeys.request(id), accessKeys.extensionPlace(id)])
      expect(pk).toMatch(/^request#/);
    expect(accessKeys.entitlement("any").pk).not.toMatch(/^request#/);
  });
});

describe("the functions behind the API", () => {
  const startedBy = (role: string) =>
    statementsOf(access, role)
      .filter(({ Action }) => Action.includes("states:StartExecution"))
      .flatMap(({ Resource }) => Resource);

  it("start the machine that is theirs, and only the one of requests wakes it", () => {
    expect(startedBy("ApiRole")).toEqual([{ Ref: "AccessRequestWorkflow" }]);
    expect(startedBy("AdministrationRole")).toEqual([{ Ref: "SyncWorkflow" }]);
    expect(allowedActions(access, "AdministrationRole")).not.toContain("states:SendTaskSuccess");
  });

  it("let administration read entitlements' records, and neither read nor write a request", () => {
    const reading = statementsOf(access, "AdministrationRole").filter((statement) =>
      reachesTable(statement, "AccessTable"),
    );
    expect(reading).toEqual([
      expect.objectContaining({
        Action: ["dynamodb:BatchGetItem"],
        Condition: {
          "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["entitlement#*"] },
          Null: { "dynamodb:LeadingKeys": "false" },
        },
      }),
    ]);
    expect(accessKeys.entitlement("any").pk).toMatch(/^entitlement#/);
    expect(accessKeys.request(aRequestId("one")).pk).not.toMatch(/^entitlement#/);
  });
});

describe("the sweep", () => {
  it("observes assignments, and can neither make nor remove one", () => {
    expect(ssoActions("SweepRole")).toEqual(["sso:ListAccountAssignments"]);
  });

  it("puts looks at requests off, writes entitlements and its own turn, and nothing else of that table", () => {
    expect(writesOf("SweepRole")).toEqual([
      writing("PutItem", "entitlement#"),
      writing("PutItem", accessKeys.turn("sweep").pk),
      expect.objectContaining({
        Action: ["dynamodb:UpdateItem"],
        Condition: {
          "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["request#*"] },
          "ForAllValues:StringEquals": {
            "dynamodb:Attributes": ["pk", "sk", "version", SWEPT, BY_DUE.partition, BY_DUE.sort],
          },
          StringEqualsIfExists: { "dynamodb:ReturnValues": "NONE" },
          Null: { "dynamodb:LeadingKeys": "false" },
        },
      }),
    ]);
  });

  it("invokes the function that removes and starts executions of the one machine, and is invoked by administration", () => {
    const invokes = (role: string) =>
      statementsOf(access, role)
        .filter(({ Action }) => Action.includes("lambda:InvokeFunction"))
        .map(({ Resource }) => JSON.stringify(Resource));
    expect(invokes("SweepRole")).toEqual([expect.stringContaining("RevokeAccessFunction")]);
    expect(invokes("ApiRole")).toEqual([expect.stringContaining("SyncFunction")]);
    expect(invokes("AdministrationRole")).toEqual([
      expect.stringContaining("SyncFunction"),
      expect.stringContaining("SweepFunction"),
    ]);
    const starts = statementsOf(access, "SweepRole").filter(({ Action }) =>
      Action.includes("states:StartExecution"),
    );
    expect(starts.map(({ Resource }) => Resource)).toEqual([[{ Ref: "AccessRequestWorkflow" }]]);
  });
});

describe("automatic flows", () => {
  it("reach no assignment: what they give is granted and removed by the machine's functions", () => {
    expect(ssoActions("AutomaticRole")).toEqual([]);
    const starts = statementsOf(access, "AutomaticRole").filter(({ Action }) =>
      Action.some((action) => action.startsWith("states:")),
    );
    expect(starts.map(({ Action, Resource }) => [Action, Resource])).toEqual([
      [["states:StartExecution"], [{ Ref: "AccessRequestWorkflow" }]],
    ]);
  });

  it("write requests and their own turn, and nothing else anywhere", () => {
    expect(writesOf("AutomaticRole")).toEqual([
      writing("PutItem", "request#"),
      writing("PutItem", accessKeys.turn("automatic").pk),
    ]);
    const writes = allowedActions(access, "AutomaticRole").filter((action) =>
      /^dynamodb:(Update|Delete|BatchWrite)|^lambda:|^events:|^identitystore:(?!Get|List|Describe)/.test(
        action,
      ),
    );
    expect(writes).toEqual([]);
  });
});

describe("the syncs", () => {
  it("read AWS, and change nothing there", () => {
    for (const role of ["SyncRole", "SyncAccountsRole", "InventoryEventsRole"]) {
      const ofAws = allowedActions(access, role).filter(
        (action) => !/^(dynamodb|logs|xray|sts|kms|sqs):/.test(action),
      );
      // The other way to read a view: what IAM checks for ListResources is not documented.
      const reading = ofAws.filter((action) => action !== "resource-explorer-2:Search");
      expect(reading.length).toBeGreaterThan(4);
      for (const action of reading) expect(action).toMatch(/^[a-z0-9-]+:(Describe|Get|List|BatchGet)/);
    }
  });

  it("write of the table of requests nothing but their own pace", () => {
    for (const role of ["SyncRole", "InventoryEventsRole"])
      expect(writesOf(role)).toEqual([writing("UpdateItem", accessKeys.pace("sync").pk)]);
    expect(writesOf("SyncAccountsRole")).toEqual([]);
    expect(writesOf("SyncScheduleRole")).toEqual([]);
  });

  it("see of that table what Lockstep itself is doing with an assignment, and for whom", () => {
    const keys = statementsOf(access, "SyncRole")
      .filter((statement) => reachesTable(statement, "AccessTable"))
      .filter(({ Action }) => Action.includes("dynamodb:GetItem"))
      .map(({ Condition }) => Condition)
      .map((condition) => (condition as Readonly<Record<string, unknown>>)["ForAllValues:StringLike"]);
    expect(keys).toEqual(
      ["entitlement#", "request#", accessKeys.turn("removals").pk, accessKeys.pace("sync").pk].map(
        (prefix) => ({
          "dynamodb:LeadingKeys": [`${prefix}*`],
        }),
      ),
    );
  });

  it("are begun by starting the one machine that carries them", () => {
    const starts = statementsOf(access, "SyncScheduleRole").filter(({ Action }) =>
      Action.includes("states:StartExecution"),
    );
    expect(starts.map(({ Resource }) => Resource)).toEqual([[{ Ref: "SyncWorkflow" }]]);
  });
});

describe("the table of flows, what they name, and integrations", () => {
  it("is written by administration only, and nothing but those; lint keeps there what it told", () => {
    const keys = ConfigurationKinds;
    expect(writersOf("ConfigTable")).toEqual({
      AdministrationRole: {
        "WriteFlowsAndIntegrations dynamodb:PutItem": keys,
        "WriteConfigurationEntries dynamodb:PutItem": ["entry#*"],
      },
      LintRole: { "RememberTold dynamodb:PutItem": ["lint#*"] },
    });
    for (const kind of keys) {
      const subject = { kind, name: "any" };
      expect(configKey(subject).pk).toBe(kind);
      expect(configurationEntryKey({ subject, sequence: 1, hash: "" }).pk).toBe(`entry#${kind}`);
    }
  });
});

describe("the inventory", () => {
  const withinAccounts = ["coverage", "iam-group", "iam-role", "iam-user", "resource", "stale-account"];
  const facts = [
    "account",
    "assignment",
    ...withinAccounts,
    "excluded-account",
    "group",
    "membership",
    "organizational-unit",
    "permission-set",
    "provisioning",
    "user",
  ].toSorted();
  const writingFacts = (keys: readonly string[]) => ({
    "WriteFacts dynamodb:PutItem": keys,
    "WriteFacts dynamodb:UpdateItem": keys,
  });

  it("takes facts from those who look, within accounts from those who look there, and passes from those who make them", () => {
    expect(writersOf("InventoryTable")).toEqual({
      AdministrationRole: { "BeginSyncs dynamodb:PutItem": ["sync#*"] },
      InventoryEventsRole: writingFacts(facts),
      SyncAccountsRole: {
        ...writingFacts(withinAccounts),
        "NoteOwnAccount dynamodb:PutItem": ["account"],
        "NoteSyncedAccounts dynamodb:PutItem": ["synced-account#*"],
        "TellProgress dynamodb:PutItem": ["sync#*"],
      },
      SyncRole: { ...writingFacts(facts), "KeepPasses dynamodb:PutItem": ["sync#*"] },
      SyncScheduleRole: { "BeginSyncs dynamodb:PutItem": ["sync#*"] },
    });
  });

  it("has its passes and what they note where no fact can be", () => {
    const id = syncIdOf(IntegrationNameSchema.parse("any"), "resources", new Date(0));
    expect(inventoryKeys.sync(id).pk).toMatch(/^sync#/);
    expect(inventoryKeys.syncedAccount(id, anAccountId(1)).pk).toMatch(/^synced-account#/);
    expect(facts).toEqual(FactSchema.def.options.map(({ shape }) => shape.kind.def.values[0]).toSorted());
  });
});

describe("task tokens", () => {
  it("can be used by the functions that wake the workflow, and by no other", () => {
    expect(rolesThatMay(/states:SendTask/)).toEqual(["AwaitApprovalRole", "ApiRole"]);
    expect(rolesThatMay("states:StartExecution")).toEqual([
      "SyncWorkflowRole",
      "SyncScheduleRole",
      "SweepRole",
      "AutomaticRole",
      "ApiRole",
      "AdministrationRole",
    ]);
  });

  it("can be read by the API's function only, and written by the one that waits", () => {
    const actionsOnWakeups = (role: string) =>
      statementsOf(access, role)
        .filter((statement) => reachesTable(statement, "WakeupsTable"))
        .flatMap(({ Action }) => Action);
    expect(Object.fromEntries(roles.map((role) => [role, actionsOnWakeups(role)]))).toEqual({
      AccessRequestWorkflowRole: [],
      AdministrationRole: [],
      ApiRole: ["dynamodb:GetItem"],
      AutomaticRole: [],
      AwaitApprovalRole: ["dynamodb:PutItem"],
      GrantAccessRole: [],
      RecordRole: [],
      RevokeAccessRole: [],
      SealRole: [],
      AnnounceRole: [],
      InventoryEventsRole: [],
      LintRole: [],
      SweepRole: [],
      SyncAccountsRole: [],
      SyncRole: [],
      SyncScheduleRole: [],
      SyncWorkflowRole: [],
    });
  });
});

describe("the audit trail", () => {
  it("can be appended to by the stream's function and the sweep, and changed or deleted by none", () => {
    const actionsOnAudit = (role: string) =>
      statementsOf(access, role)
        .filter((statement) => reachesTable(statement, "AuditTable"))
        .flatMap(({ Action }) => Action);
    expect(Object.fromEntries(roles.map((role) => [role, actionsOnAudit(role)]))).toEqual({
      AccessRequestWorkflowRole: [],
      AdministrationRole: ["dynamodb:Query"],
      ApiRole: ["dynamodb:Query"],
      AutomaticRole: [],
      AwaitApprovalRole: [],
      GrantAccessRole: [],
      RecordRole: ["dynamodb:GetItem", "dynamodb:PutItem"],
      RevokeAccessRole: [],
      SealRole: ["dynamodb:Query"],
      AnnounceRole: [],
      InventoryEventsRole: [],
      LintRole: [],
      SweepRole: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"],
      SyncAccountsRole: [],
      SyncRole: [],
      SyncScheduleRole: [],
      SyncWorkflowRole: [],
    });
  });

  it("shows administration the chains of configuration, and none of a request", () => {
    const reading = statementsOf(access, "AdministrationRole").filter((statement) =>
      reachesTable(statement, "AuditTable"),
    );
    const chains = reading.map(({ Condition }) => partitionsOf(Condition));
    expect(chains).toEqual([ConfigurationKinds.map((kind) => `${kind}/*`)]);
    expect(chainOf({ kind: "rota", name: "any" })).toMatch(/^rota\//);
    expect(aRequestId("one")).not.toContain("/");
    expect(JSON.stringify(reading)).not.toContain("/index/");
  });
});
