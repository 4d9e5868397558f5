import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { App, CloudFormationValidatePlugin, type IPolicyValidationPlugin } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { AwsSolutionsChecks } from "cdk-nag";
import { isWildcardOnlyAction } from "@cloud-copilot/iam-simulate";
import { RegionInfo } from "aws-cdk-lib/region-info";
import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import {
  sessionPolicyFor,
  type SessionPurpose,
} from "../../lambdas/adapters/assumed-roles/session-policies.ts";
import { IntegrationBodySchema } from "../../lambdas/core/contracts/http/integrations.ts";
import { functions } from "../../lib/names.ts";
import { parseSettings } from "../../lib/settings.ts";
import * as tables from "../../lib/connector/connector-actions.ts";
import { connectorStacks } from "../../lib/connector/connector-stacks.ts";
import { trustedRoles } from "../../lib/connector/names.ts";
import { verdictOn } from "../../local/iam-check/simulate.ts";
import { connectorTrustPolicy } from "../../local/iam-sts/connector-roles.ts";
import type { PolicyDocument } from "../../local/template/permissions.ts";
import { deployed, deployedWith, synthesizeConnectors, type Parameters } from "./support/connectors.ts";
import { shippedContext, shippedSettings } from "./support/synthesize.ts";
import { resourceAt, resourcesOf } from "./support/template.ts";

const templates = synthesizeConnectors();

const defaultsWith = (identityCenter: object) => {
  const shipped = shippedSettings["identityCenter"] as object;
  const settings = parseSettings({ ...shippedSettings, identityCenter: { ...shipped, ...identityCenter } });
  const app = new App({ context: shippedContext, analyticsReporting: false });
  const { connector } = connectorStacks(app, settings);
  const { Parameters: parameters } = Template.fromStack(connector).toJSON() as {
    readonly Parameters: Readonly<Record<string, { readonly Default?: string }>>;
  };
  return [parameters["IdentityCenterInstanceId"]?.Default, parameters["IdentityStoreId"]?.Default];
};

it("has the instance and the store of cdk.json as defaults, and none while those are the examples", () => {
  expect(defaultsWith({})).toEqual([undefined, undefined]);
  expect(
    defaultsWith({
      instanceArn: "arn:aws:sso:::instance/ssoins-aaaaaaaaaaaaaaaa",
      identityStoreId: "d-aaaaaaaaaa",
    }),
  ).toEqual(["ssoins-aaaaaaaaaaaaaaaa", "d-aaaaaaaaaa"]);
});

interface Statement {
  readonly Sid: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

const listOf = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

/** Every statement that a deployed role has, of its own and of the policies beside it. */
const statementsOfRole = (template: Template, roleId: string): readonly Statement[] => {
  const inline = (resourceAt(template, roleId).properties["Policies"] ?? []) as readonly {
    readonly PolicyDocument: { readonly Statement: readonly Statement[] };
  }[];
  const beside = resourcesOf(template, "AWS::IAM::Policy").map(
    ({ properties }) => properties["PolicyDocument"] as { readonly Statement: readonly Statement[] },
  );
  return [...inline.map(({ PolicyDocument: document }) => document), ...beside].flatMap(
    ({ Statement: statements }) => statements,
  );
};

const actionsOf = (statements: readonly Statement[]): readonly string[] =>
  [...new Set(statements.flatMap(({ Action }) => listOf(Action)))].toSorted();

const connectorActions = (parameters: Partial<Parameters> = {}) =>
  actionsOf(statementsOfRole(deployed(templates.connector, parameters), "ConnectorRole"));

// The policy that the sources publish, word for word: shared/reference/sources-checklist.md 57 to 59.
const SOURCES_READ = [
  "iam:GetGroup",
  "iam:ListAccountAliases",
  "iam:ListGroups",
  "iam:ListRoles",
  "iam:ListUsers",
  "identitystore:GetGroupMembershipId",
  "identitystore:ListGroupMemberships",
  "identitystore:ListGroups",
  "identitystore:ListUsers",
  "organizations:ListAccounts",
  "sso:DescribePermissionSet",
  "sso:ListAccountAssignments",
  "sso:ListInstances",
  "sso:ListPermissionSets",
  "sso:ListPermissionSetsProvisionedToAccount",
  // Listed without a condition, beside the two that are for the management account only.
  "iam:GetSAMLProvider",
];
const SOURCES_PROVISION = [
  "iam:AddUserToGroup",
  "iam:RemoveUserFromGroup",
  "identitystore:CreateGroupMembership",
  "identitystore:DeleteGroupMembership",
  "sso:CreateAccountAssignment",
  "sso:DeleteAccountAssignment",
  "sso:DescribeAccountAssignmentCreationStatus",
  "sso:DescribeAccountAssignmentDeletionStatus",
];
const SOURCES_MANAGEMENT_ACCOUNT = [
  "iam:AttachRolePolicy",
  "iam:CreateRole",
  "iam:DeleteRole",
  "iam:DeleteRolePolicy",
  "iam:DetachRolePolicy",
  "iam:GetRole",
  "iam:ListAttachedRolePolicies",
  "iam:ListPolicies",
  "iam:ListRolePolicies",
  "iam:ListRoles",
  "iam:PutRolePolicy",
  "iam:UpdateRole",
  "iam:UpdateRoleDescription",
];

// What Lockstep adds, each with its reason in lib/connector/connector-actions.ts.
const ADDED_READ = [
  "account:ListRegions",
  "identitystore:DescribeGroup",
  "identitystore:DescribeUser",
  "identitystore:GetGroupId",
  "identitystore:GetUserId",
  "identitystore:ListGroupMembershipsForMember",
  "organizations:DescribeAccount",
  "organizations:ListOrganizationalUnitsForParent",
  "organizations:ListParents",
  "organizations:ListRoots",
  "organizations:ListTagsForResource",
  "rds:DescribeDBClusters",
  "rds:DescribeDBInstances",
  "redshift:DescribeClusters",
  "resource-explorer-2:BatchGetView",
  "resource-explorer-2:GetIndex",
  "resource-explorer-2:GetView",
  "resource-explorer-2:ListIndexes",
  "resource-explorer-2:ListResources",
  "resource-explorer-2:ListViews",
  "resource-explorer-2:Search",
  "s3:GetEncryptionConfiguration",
  "ssm:DescribeInstanceInformation",
  "sso:DescribeAccountAssignmentCreationStatus",
  "sso:DescribeAccountAssignmentDeletionStatus",
  "sso:GetInlinePolicyForPermissionSet",
  "sso:ListAccountAssignmentsForPrincipal",
  "sso:ListAccountsForProvisionedPermissionSet",
  "sso:ListCustomerManagedPolicyReferencesInPermissionSet",
  "sso:ListManagedPoliciesInPermissionSet",
  "sso:ListTagsForResource",
  "tag:GetResources",
];
const ADDED_PROVISION = [
  "sso:ListAccountAssignmentCreationStatus",
  "sso:ListAccountAssignmentDeletionStatus",
];
const ADDED_MANAGEMENT_ACCOUNT = ["iam:PutRolePermissionsBoundary", "iam:UpdateAssumeRolePolicy"];

const sorted = (...lists: readonly (readonly string[])[]) => [...new Set(lists.flat())].toSorted();

/** See lib/connector/unlisted-actions.ts. */
const NOT_IN_THE_REFERENCE = "resource-explorer-2:ListResources";

const READS = /^[a-z0-9-]+:((List|Get|Describe|BatchGet)|Search$)/;

describe("the connector's role", () => {
  it("reads what the sources' policy reads, action for action, and what is added by name", () => {
    expect(connectorActions()).toEqual(sorted(SOURCES_READ, ADDED_READ));
  });

  it("grants and revokes what the sources' policy does in the profile manage only", () => {
    expect(connectorActions({ Profile: "manage" })).toEqual(
      sorted(SOURCES_READ, ADDED_READ, SOURCES_PROVISION, ADDED_PROVISION),
    );
    for (const action of connectorActions()) expect(action).toMatch(READS);
  });

  it("has the management account's extras only when they are asked for, and the SAML provider's by itself", () => {
    const asked = { Profile: "manage", ManagementAccountAssignments: "yes" };
    const all = sorted(
      SOURCES_READ,
      ADDED_READ,
      SOURCES_PROVISION,
      ADDED_PROVISION,
      SOURCES_MANAGEMENT_ACCOUNT,
      ADDED_MANAGEMENT_ACCOUNT,
    );
    expect(connectorActions(asked)).toEqual(all);
    expect(connectorActions({ ...asked, UpdateSamlProvider: "yes" })).toEqual(
      sorted(all, ["iam:UpdateSAMLProvider"]),
    );
    expect(connectorActions({ ManagementAccountAssignments: "yes", UpdateSamlProvider: "yes" })).toEqual(
      connectorActions(),
    );
  });

  it("explains each addition, and takes none of the sources' actions for one", () => {
    const statements = [
      ...tables.READING,
      ...tables.READING_RESOURCES,
      ...tables.MANAGING,
      ...tables.MANAGEMENT_ACCOUNT_ASSIGNMENTS,
      ...tables.UPDATING_SAML_PROVIDER,
    ];
    const added = Object.fromEntries(statements.flatMap((statement) => Object.entries(statement.added)));
    expect(Object.keys(added).toSorted()).toEqual(
      sorted(ADDED_READ, ADDED_PROVISION, ADDED_MANAGEMENT_ACCOUNT),
    );
    for (const [action, reason] of Object.entries(added)) expect(reason, action).toMatch(/^[A-Z].{20,}\.$/);
  });

  it("reaches one instance of Identity Center, its store, and this account: `*` only where IAM knows no resource", async () => {
    const everything = deployed(templates.connector, {
      Profile: "manage",
      ManagementAccountAssignments: "yes",
      UpdateSamlProvider: "yes",
    });
    const anything: string[] = [];
    for (const { Action, Resource } of statementsOfRole(everything, "ConnectorRole")) {
      for (const resource of listOf(Resource)) {
        if (resource === "*") anything.push(...listOf(Action));
        else
          expect(resource).toMatch(
            /^arn:aws:(sso:::(instance\/ssoins-0123456789abcdef$|permissionSet\/ssoins-0123456789abcdef\/\*$|account\/\*$)|identitystore:::(user|group|membership)\/\*$|identitystore::111111111111:identitystore\/d-0123456789$|s3:::\*$|[a-z0-9-]+:\*?:111111111111:)/,
          );
      }
    }
    for (const action of anything.filter((one) => one !== NOT_IN_THE_REFERENCE)) {
      const [service = "", name = ""] = action.split(":");
      expect(await isWildcardOnlyAction(service, name), action).toBe(true);
    }
  });

  it("names no action that IAM does not know", async () => {
    const all = connectorActions({
      Profile: "manage",
      ManagementAccountAssignments: "yes",
      UpdateSamlProvider: "yes",
    });
    for (const action of all.filter((one) => one !== NOT_IN_THE_REFERENCE))
      await expect(decide(action), action).resolves.toBeDefined();
    await expect(decide(NOT_IN_THE_REFERENCE)).rejects.toThrow();
  });

  it("can provision roles under Identity Center's own path only", () => {
    const asked = deployed(templates.connector, { Profile: "manage", ManagementAccountAssignments: "yes" });
    for (const { Action, Resource } of statementsOfRole(asked, "ConnectorRole")) {
      if (listOf(Action).some((action) => /^iam:.*Role/.test(action) && !READS.test(action)))
        expect(Resource).toBe("arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/*");
    }
  });
});

/** iam-simulate's copy of the Service Authorization Reference decides only on actions that it holds. */
const decide = (action: string) =>
  verdictOn({
    principal: "arn:aws:sts::111111111111:assumed-role/lockstep-connector/session",
    action,
    resource: "*",
    accountId: "111111111111",
    context: {},
    identityPolicies: [],
  });

describe("whom the roles let in", () => {
  const trustOf = (template: Template, roleId: string, changes: Partial<Parameters> = {}) =>
    resourceAt(deployed(template, changes), roleId).properties["AssumeRolePolicyDocument"];
  const { LockstepAccountId: lockstepAccountId, ExternalId: externalId } = deployedWith;

  it.each([
    ["read-only", trustedRoles.readers],
    ["manage", [...trustedRoles.readers, ...trustedRoles.managers]],
  ])("are Lockstep's own functions' roles by name, with its ExternalId: %s", (Profile, roles) => {
    expect(trustOf(templates.connector, "ConnectorRole", { Profile })).toEqual({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { AWS: "arn:aws:iam::222222222222:root" },
          Action: "sts:AssumeRole",
          Condition: {
            ArnEquals: { "aws:PrincipalArn": roles.map((role) => `arn:aws:iam::222222222222:role/${role}`) },
            StringEquals: { "sts:ExternalId": externalId },
          },
        },
      ],
    });
  });

  it("are none that neither asks Identity Center nor looks into accounts", () => {
    const trusted: readonly string[] = Object.values(trustedRoles).flat();
    const others = Object.values(functions).flatMap(({ name }) => (trusted.includes(name) ? [] : [name]));
    expect(others.toSorted()).toEqual([
      "lockstep-announce",
      "lockstep-await-approval",
      "lockstep-lint",
      "lockstep-record",
      "lockstep-seal",
      "lockstep-sync-schedule",
    ]);
  });

  it.each([
    ["ConnectorRole", "connector", trustedRoles.readers],
    ["MemberRole", "member", trustedRoles.members],
  ] as const)("are the same on the embedded AWS: %s", (role, template, roles) => {
    expect(trustOf(templates[template], role)).toEqual(
      connectorTrustPolicy({ lockstepAccountId, trustedRoles: roles, externalId }),
    );
    expect(trustOf(templates[template], role.replace("Role", "ProbeRole"))).toEqual(
      connectorTrustPolicy({ lockstepAccountId, trustedRoles: roles }),
    );
  });

  it.each([
    ["lockstep-sync", externalId, "Allowed"],
    ["lockstep-sync", "another", "ImplicitlyDenied"],
    ["lockstep-sync", undefined, "ImplicitlyDenied"],
    ["lockstep-record", externalId, "ImplicitlyDenied"],
  ])("by IAM's own evaluation: %s with %s is %s", async (caller, said, verdict) => {
    expect(
      await verdictOn({
        principal: `arn:aws:sts::222222222222:assumed-role/${caller}/${caller}`,
        action: "sts:AssumeRole",
        resource: "arn:aws:iam::111111111111:role/lockstep-connector",
        accountId: "111111111111",
        context: {
          "aws:PrincipalArn": `arn:aws:iam::222222222222:role/${caller}`,
          ...(said !== undefined && { "sts:ExternalId": said }),
        },
        identityPolicies: [
          {
            name: "Anything",
            document: {
              Version: "2012-10-17",
              Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
            },
          },
        ],
        resourcePolicy: trustOf(templates.connector, "ConnectorRole") as PolicyDocument,
      }),
    ).toBe(verdict);
  });

  it("do not have the probes do anything", () => {
    for (const [template, probe] of [
      [templates.connector, "ConnectorProbeRole"],
      [templates.member, "MemberProbeRole"],
    ] as const) {
      const { properties } = resourceAt(template, probe);
      expect(properties["Policies"]).toBeUndefined();
      expect(properties["ManagedPolicyArns"]).toBeUndefined();
    }
    for (const { properties } of resourcesOf(templates.connector, "AWS::IAM::Policy"))
      expect(properties["Roles"]).toEqual([{ Ref: "ConnectorRole" }]);
  });
});

describe("sessions of the connector's role in the profile manage", () => {
  const role = statementsOfRole(
    deployed(templates.connector, { Profile: "manage", ManagementAccountAssignments: "yes" }),
    "ConnectorRole",
  ).map((statement) => ({ ...statement, Effect: "Allow" }));

  const resourceFor = (action: string) =>
    action.startsWith("sso:") ? "arn:aws:sso:::instance/ssoins-0123456789abcdef" : "*";

  /** IAM allows a session what both its own policy and the role's allow. */
  const may = async (purpose: SessionPurpose, action: string): Promise<boolean> => {
    const verdicts = await Promise.all(
      [{ Version: "2012-10-17", Statement: role }, JSON.parse(sessionPolicyFor(purpose)) as object].map(
        (document) =>
          verdictOn({
            principal: "arn:aws:sts::111111111111:assumed-role/lockstep-connector/session",
            action,
            resource: resourceFor(action),
            accountId: "111111111111",
            context: {},
            identityPolicies: [{ name: "Policy", document: document as PolicyDocument }],
          }),
      ),
    );
    return verdicts.every((verdict) => verdict === "Allowed");
  };

  it.each<[SessionPurpose, readonly string[], readonly string[]]>([
    [
      "grant",
      [
        "sso:CreateAccountAssignment",
        "sso:ListAccountAssignments",
        "sso:ListAccountAssignmentCreationStatus",
      ],
      ["sso:DeleteAccountAssignment"],
    ],
    [
      "revoke",
      [
        "sso:DeleteAccountAssignment",
        "sso:ListAccountAssignments",
        "sso:ListAccountAssignmentDeletionStatus",
      ],
      ["sso:CreateAccountAssignment"],
    ],
    [
      "observe",
      ["sso:ListAccountAssignments"],
      ["sso:CreateAccountAssignment", "sso:DeleteAccountAssignment"],
    ],
    [
      "sync",
      ["sso:ListAccountAssignmentsForPrincipal", "organizations:ListAccounts", "iam:ListUsers"],
      ["sso:CreateAccountAssignment", "sso:DeleteAccountAssignment"],
    ],
    ["identity", ["organizations:ListRoots"], ["sso:CreateAccountAssignment", "sso:DeleteAccountAssignment"]],
  ])("for %s do their own work and nobody else's", async (purpose, allowed, refused) => {
    for (const action of allowed) expect(await may(purpose, action), action).toBe(true);
    for (const action of refused) expect(await may(purpose, action), action).toBe(false);
  });

  it("for syncing may do everything that reads, and nothing that writes", () => {
    const patterns = (JSON.parse(sessionPolicyFor("sync")) as { Statement: [{ Action: string[] }] })
      .Statement[0].Action;
    const covers = (action: string) =>
      patterns.some(
        (pattern) => action === pattern || (pattern.endsWith("*") && action.startsWith(pattern.slice(0, -1))),
      );
    expect(connectorActions().filter((action) => !covers(action))).toEqual([]);
    const writes = sorted(SOURCES_PROVISION, SOURCES_MANAGEMENT_ACCOUNT).filter(
      (action) => !READS.test(action),
    );
    expect(writes.filter(covers)).toEqual([]);
  });
});

describe("the member role", () => {
  const member = deployed(templates.member);

  it("reads IAM and resources, and nothing else", () => {
    const actions = actionsOf(statementsOfRole(member, "MemberRole"));
    expect(actions).toEqual(
      sorted(
        ["iam:GetGroup", "iam:ListGroups", "iam:ListRoles", "iam:ListUsers"],
        ADDED_READ.filter((action) => !/^(sso|identitystore|organizations):/.test(action)),
      ),
    );
  });

  it("is under a path of its own, and its boundary says the same as its policy", () => {
    const role = resourceAt(member, "MemberRole").properties;
    const boundary = resourceAt(member, "MemberBoundary").properties;
    expect(role).toMatchObject({
      RoleName: "lockstep-member",
      Path: "/lockstep/",
      PermissionsBoundary: { Ref: "MemberBoundary" },
    });
    expect(resourceAt(member, "MemberProbeRole").properties).toMatchObject({
      PermissionsBoundary: { Ref: "MemberBoundary" },
    });
    expect(boundary).toMatchObject({ Path: "/lockstep/" });
    expect((boundary["PolicyDocument"] as { Statement: unknown }).Statement).toEqual(
      statementsOfRole(member, "MemberRole"),
    );
  });

  it("fits into a StackSet's template body of 51,200 bytes, as the others do into a stack's", () => {
    for (const template of Object.values(templates))
      expect(JSON.stringify(template.toJSON(), undefined, 1).length).toBeLessThan(51_200);
  });
});

describe("changes", () => {
  const bus = "arn:aws:events:eu-west-1:222222222222:event-bus/lockstep";
  const services = [
    "iam.amazonaws.com",
    "identitystore-scim.amazonaws.com",
    "identitystore.amazonaws.com",
    "organizations.amazonaws.com",
    "sso-directory.amazonaws.com",
    "sso.amazonaws.com",
  ];
  const RuleSchema = z.object({
    Name: z.string(),
    Targets: z.array(
      z.object({ Id: z.string(), Arn: z.string(), RoleArn: z.object({ "Fn::GetAtt": z.array(z.string()) }) }),
    ),
    EventPattern: z.looseObject({ detail: z.object({ eventSource: z.array(z.string()) }) }),
  });
  const ruleIn = (template: Template) =>
    RuleSchema.parse(resourceAt(deployed(template), "ForwardChanges").properties);
  const roleIn = (template: Template) => {
    const [target] = ruleIn(template).Targets;
    const [logicalId = ""] = target?.RoleArn["Fn::GetAtt"] ?? [];
    return resourceAt(deployed(template), logicalId).properties;
  };
  const places = [
    ["the management account, where Identity Center is", templates.connector, services],
    ["any region of an account that administers the organization", templates.forwardChanges, services],
    ["a member account", templates.member, ["iam.amazonaws.com"]],
  ] as const;

  it.each(places)("are forwarded to Lockstep's bus from %s", (_where, template, expected) => {
    const { Targets: targets, EventPattern: pattern } = ruleIn(template);
    expect(targets).toEqual([expect.objectContaining({ Id: "Lockstep", Arn: bus })]);
    expect(pattern.detail.eventSource.toSorted()).toEqual(expected);
    expect(pattern["detail-type"]).toEqual([
      "AWS API Call via CloudTrail",
      "AWS Service Event via CloudTrail",
    ]);
  });

  it.each(places)(
    "are forwarded by a role that can put events on that bus, and that only EventBridge's rule there can use: %s",
    (_where, template) => {
      expect(roleIn(template)).toMatchObject({
        Path: "/lockstep/",
        AssumeRolePolicyDocument: {
          Statement: [
            {
              Principal: { Service: "events.amazonaws.com" },
              Condition: {
                StringEquals: { "aws:SourceAccount": "111111111111" },
                ArnLike: {
                  "aws:SourceArn": `arn:aws:events:eu-central-1:111111111111:rule/${ruleIn(template).Name}`,
                },
              },
            },
          ],
        },
        Policies: [
          { PolicyDocument: { Statement: [{ Action: "events:PutEvents", Effect: "Allow", Resource: bus }] } },
        ],
      });
    },
  );

  it("are forwarded from both regions of an account, and beside what the StackSet makes there", () => {
    expect(roleIn(templates.forwardChanges)).not.toHaveProperty("RoleName");
    expect(roleIn(templates.connector)).not.toHaveProperty("RoleName");
    // Lockstep's bus lets this one in by its name: test/infra/connected-lockstep.test.ts.
    expect(roleIn(templates.member)).toHaveProperty("RoleName", "lockstep-forward-changes");
    expect(ruleIn(templates.member).Name).not.toBe(ruleIn(templates.forwardChanges).Name);
    expect(ruleIn(templates.member).Name).not.toBe(ruleIn(templates.connector).Name);
  });
});

const organizationIntegration = {
  kind: "aws-organization",
  managementAccountId: "111111111111",
  region: "eu-west-1",
  identityCenterRegion: "eu-central-1",
  accessPortalUrl: "https://example.awsapps.com/start",
};
const accountIntegration = { kind: "aws-account", accountId: "111111111111", region: "eu-west-1" };

describe("what is typed in", () => {
  const parameters = templates.connector.toJSON()["Parameters"] as Readonly<
    Record<string, Readonly<Record<string, unknown>>>
  >;

  const patternOf = (template: Template, parameter: string): string => {
    const all = template.toJSON()["Parameters"] as Readonly<
      Record<string, { readonly AllowedPattern?: string }>
    >;
    return all[parameter]?.AllowedPattern ?? "";
  };

  it("shows the ExternalId, which is no secret", () => {
    expect(parameters["ExternalId"]).not.toHaveProperty("NoEcho");
    expect(parameters["ExternalId"]).not.toHaveProperty("Default");
  });

  // All that AWS has published, of every partition, as the CDK lists them.
  const regions = RegionInfo.regions.map(({ name }) => name);

  it("is a region of any partition, for every template", () => {
    expect(regions).toEqual(
      expect.arrayContaining([
        "eu-west-1",
        "cn-northwest-1",
        "us-gov-west-1",
        "us-iso-east-1",
        "us-isob-east-1",
        "eu-isoe-west-1",
        "us-isof-south-1",
        "eusc-de-east-1",
      ]),
    );
    for (const template of Object.values(templates)) {
      const pattern = new RegExp(`^(?:${patternOf(template, "LockstepRegion")})$`);
      for (const region of regions) expect(region).toMatch(pattern);
      for (const none of ["", "Frankfurt", "EU-WEST-1", "eu-west", "eu-west-1a", "aws-global", "eu-west-1\n"])
        expect(none).not.toMatch(pattern);
    }
  });

  it("is the region of Identity Center in any partition, in the settings", () => {
    const { identityCenter } = parseSettings(shippedSettings);
    for (const region of regions) {
      const settings = parseSettings({ ...shippedSettings, identityCenter: { ...identityCenter, region } });
      expect(settings.identityCenter.region).toBe(region);
    }
  });

  it("is refused before anything is deployed where it makes no sense", () => {
    expect(templates.connector.toJSON()["Rules"]).toMatchObject({
      ManagementAccountAssignmentsNeedsProfile: {
        RuleCondition: { "Fn::Equals": [{ Ref: "ManagementAccountAssignments" }, "yes"] },
        Assertions: [{ Assert: { "Fn::Equals": [{ Ref: "Profile" }, "manage"] } }],
      },
      UpdateSamlProviderNeedsManagementAccountAssignments: {
        RuleCondition: { "Fn::Equals": [{ Ref: "UpdateSamlProvider" }, "yes"] },
      },
    });
  });

  it.each([
    ["an organization", templates.connector, "ConnectorRole", organizationIntegration],
    ["an account", templates.member, "MemberRole", accountIntegration],
  ])("comes back as the role that an integration of %s takes", (_what, template, logicalId, integration) => {
    const [{ Value: value } = { Value: undefined }] = Object.values(template.findOutputs("RoleArn"));
    expect(value).toEqual({ "Fn::GetAtt": [logicalId, "Arn"] });
    const { RoleName: name, Path: path = "/" } = resourceAt(template, logicalId).properties;
    const connector = { roleArn: `arn:aws:iam::111111111111:role${String(path)}${String(name)}` };
    expect(IntegrationBodySchema.safeParse({ ...integration, connector }).error?.issues).toBeUndefined();
  });

  it("comes back as what the integration needs", () => {
    expect(Object.keys(templates.connector.toJSON()["Outputs"] as object).toSorted()).toEqual([
      "ExternalIdOfTheRole",
      "IdentityCenterRegion",
      "ManagementAccountId",
      "RoleArn",
    ]);
  });
});

describe("the app with -c connectors=true", () => {
  it("is what other accounts deploy, without Lockstep and without anything beside the templates", () => {
    const assembly = mkdtempSync(join(tmpdir(), "lockstep-connectors-"));
    const { status, stderr } = spawnSync(process.execPath, ["bin/lockstep.ts"], {
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
      encoding: "utf8",
      env: {
        PATH: process.env["PATH"],
        CDK_OUTDIR: assembly,
        CDK_CONTEXT_JSON: JSON.stringify({ ...shippedContext, connectors: "true" }),
        CDK_VALIDATION: "false",
      },
    });
    const files = readdirSync(assembly);
    rmSync(assembly, { recursive: true });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(files.filter((file) => file.endsWith(".template.json")).toSorted()).toEqual([
      "LockstepConnector.template.json",
      "LockstepForwardChanges.template.json",
      "LockstepMember.template.json",
    ]);
    expect(files.filter((file) => /asset/.test(file))).toEqual([]);
  });
});

describe("the rules", () => {
  it("of CloudFormation find nothing", () => {
    const rules = new CloudFormationValidatePlugin() as IPolicyValidationPlugin;
    expect(() => synthesizeConnectors(() => [rules])).not.toThrow();
  });

  it("of cdk-nag, AwsSolutions, find nothing that is not acknowledged", () => {
    expect(() => synthesizeConnectors((app) => [new AwsSolutionsChecks(app)])).not.toThrow();
  });
});
