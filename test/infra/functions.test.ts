import { marshall } from "@aws-sdk/util-dynamodb";
import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { SWEPT } from "../../lambdas/adapters/dynamodb/keys.ts";
import { EnvironmentSchema as AdministrationEnvironment } from "../../lambdas/administration/env.ts";
import { EnvironmentSchema as ApiEnvironment } from "../../lambdas/api/env.ts";
import { EnvironmentSchema as AnnounceEnvironment } from "../../lambdas/announce/env.ts";
import { EnvironmentSchema as LintEnvironment } from "../../lambdas/lint/env.ts";
import { EnvironmentSchema as AutomaticEnvironment } from "../../lambdas/automatic/env.ts";
import { EnvironmentSchema as InventoryEventsEnvironment } from "../../lambdas/inventory-events/env.ts";
import { EnvironmentSchema as RecordEnvironment } from "../../lambdas/record/env.ts";
import { EnvironmentSchema as SweepEnvironment } from "../../lambdas/sweep/env.ts";
import { EnvironmentSchema as SyncEnvironment } from "../../lambdas/sync/env.ts";
import { EnvironmentSchema as SyncAccountsEnvironment } from "../../lambdas/sync-accounts/env.ts";
import { EnvironmentSchema as SyncScheduleEnvironment } from "../../lambdas/sync-schedule/env.ts";
import { EnvironmentSchema as AwaitApprovalEnvironment } from "../../lambdas/workflow/await-approval/env.ts";
import { EnvironmentSchema as GrantAccessEnvironment } from "../../lambdas/workflow/grant-access/env.ts";
import { EnvironmentSchema as RevokeAccessEnvironment } from "../../lambdas/workflow/revoke-access/env.ts";
import { matchesPattern } from "../../local/events/pattern.ts";
import { resourceAt, resourcesOf } from "./support/template.ts";
import { oidc, synthesize } from "./support/synthesize.ts";

const MANAGEMENT_ACCOUNT = "111111111111";
const HOME_ACCOUNT = "222222222222";
const mfa = { claim: "amr", values: ["mfa"] };
const { access, stateful } = synthesize({
  settings: { oidc, mfa, protectedAccounts: ["333333333333", MANAGEMENT_ACCOUNT] },
  account: HOME_ACCOUNT,
});

/** Where Lockstep lives elsewhere, functions are told of the connector too, and of who else administers Identity Center. */
const { access: elsewhere } = synthesize({
  settings: {
    oidc,
    mfa,
    organization: {
      managementAccountId: MANAGEMENT_ACCOUNT,
      delegatedAdministratorAccountId: "444444444444",
      connector: true,
    },
  },
  account: HOME_ACCOUNT,
});

const VariablesSchema = z.object({ Variables: z.record(z.string(), z.unknown()) });

/** A function's environment, with the intrinsics that only CloudFormation resolves written as text. */
const environmentOf = (logicalId: string, template = access): Readonly<Record<string, string>> => {
  const { Variables } = VariablesSchema.parse(resourceAt(template, logicalId).properties["Environment"]);
  return Object.fromEntries(
    Object.entries(Variables).map(([name, value]) => [
      name,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
};

/** With what CloudFormation makes of the connector: it alone is JSON that intrinsics are within. */
const resolved = ({ CONNECTOR, ...environment }: Readonly<Record<string, string>>) => ({
  ...environment,
  ...(CONNECTOR !== undefined && {
    CONNECTOR: JSON.stringify({
      roleArn: `arn:aws:iam::${MANAGEMENT_ACCOUNT}:role/lockstep-connector`,
      externalId: "id",
    }),
  }),
});

const ONLY_ELSEWHERE = ["CONNECTOR", "DELEGATED_ADMINISTRATOR_ACCOUNT"];

describe("a function's environment", () => {
  it.each([
    ["AdministrationFunction", AdministrationEnvironment],
    ["AnnounceFunction", AnnounceEnvironment],
    ["ApiFunction", ApiEnvironment],
    ["AutomaticFunction", AutomaticEnvironment],
    ["AwaitApprovalFunction", AwaitApprovalEnvironment],
    ["GrantAccessFunction", GrantAccessEnvironment],
    ["InventoryEventsFunction", InventoryEventsEnvironment],
    ["LintFunction", LintEnvironment],
    ["RecordFunction", RecordEnvironment],
    ["RevokeAccessFunction", RevokeAccessEnvironment],
    ["SweepFunction", SweepEnvironment],
    ["SyncAccountsFunction", SyncAccountsEnvironment],
    ["SyncFunction", SyncEnvironment],
    ["SyncScheduleFunction", SyncScheduleEnvironment],
  ])("is what its handler parses, and nothing else: %s", (logicalId, schema) => {
    const all = Object.keys(schema.shape).toSorted();
    for (const [template, expected] of [
      [access, all.filter((name) => !ONLY_ELSEWHERE.includes(name))],
      [elsewhere, all],
    ] as const) {
      const { NODE_OPTIONS: _nodeOptions, ...environment } = environmentOf(logicalId, template);
      expect(Object.keys(environment).toSorted()).toEqual(expected);
      expect(z.safeParse(schema, resolved(environment)).error?.issues).toBeUndefined();
    }
  });

  it("fits into the 4 KB that Lambda has for it, with as many accounts and guardrails as the settings take", () => {
    const accounts = (count: number, from: number) =>
      Array.from({ length: count }, (_, index) => String(from + index));
    const { access: full } = synthesize({
      settings: {
        oidc,
        mfa,
        auditorGroups: ["compliance"],
        policyAuthorGroups: ["access-governance"],
        protectedAccounts: accounts(28, 500_000_000_000),
        guardrails: { maxDuration: "PT12H", neverGrantable: [{ accounts: accounts(89, 600_000_000_000) }] },
      },
      account: HOME_ACCOUNT,
    });
    for (const logicalId of ["ApiFunction", "AutomaticFunction", "GrantAccessFunction"]) {
      const size = Object.entries(environmentOf(logicalId, full)).flat().join("").length;
      expect(size, logicalId).toBeLessThan(4096);
    }
  });

  it("tells each function that grants, or lets something be granted, of the guardrails, as the settings say them", () => {
    const guardrails = {
      maxDuration: "PT12H",
      neverGrantable: [{ permissionSets: ["AdministratorAccess"] }],
    };
    const { access: guarded } = synthesize({ settings: { oidc, guardrails }, account: HOME_ACCOUNT });
    for (const logicalId of ["ApiFunction", "AutomaticFunction", "GrantAccessFunction"])
      expect(JSON.parse(environmentOf(logicalId, guarded)["GUARDRAILS"] ?? "")).toEqual(guardrails);
    expect(environmentOf("RevokeAccessFunction", guarded)).not.toHaveProperty("GUARDRAILS");
  });

  it("lists each protected account once, with the first reason that holds", () => {
    const expected = [
      { id: MANAGEMENT_ACCOUNT, reason: "management" },
      { id: HOME_ACCOUNT, reason: "lockstep" },
      { id: "333333333333", reason: "listed" },
    ];
    for (const logicalId of [
      "ApiFunction",
      "AdministrationFunction",
      "AutomaticFunction",
      "GrantAccessFunction",
    ]) {
      expect(JSON.parse(environmentOf(logicalId)["PROTECTED_ACCOUNTS"] ?? "")).toEqual(expected);
    }
  });
});

describe("the Access table's stream", () => {
  const mapping = resourcesOf(access, "AWS::Lambda::EventSourceMapping").find(({ properties }) =>
    JSON.stringify(properties["EventSourceArn"]).includes("AccessTable"),
  );

  const { Filters } = z
    .object({ Filters: z.array(z.object({ Pattern: z.string() })) })
    .parse(mapping?.properties["FilterCriteria"]);
  const patterns = Filters.map(({ Pattern }): unknown => JSON.parse(Pattern));

  it("delivers writes of requests only, and no move by the sweep", () => {
    expect(patterns).toEqual([
      { dynamodb: { NewImage: { kind: { S: ["request"] }, swept: { BOOL: [{ exists: false }] } } } },
    ]);
  });

  it("lets transitions through, and neither what the sweep put off nor other items nor deletions", () => {
    const passes = (item: Readonly<Record<string, unknown>> | undefined) =>
      patterns.some((pattern) =>
        matchesPattern(pattern, { dynamodb: item === undefined ? {} : { NewImage: marshall(item) } }),
      );
    const request = { kind: "request", dueAt: "2026-01-01T00:02:00.000Z" };
    expect(passes(request)).toBe(true);
    expect(passes({ ...request, [SWEPT]: true })).toBe(false);
    expect(passes({ ...request, kind: "entitlement" })).toBe(false);
    expect(passes(undefined)).toBe(false);
  });

  it("retries, isolates what fails, and keeps what it gives up", () => {
    expect(mapping?.properties).toMatchObject({
      BatchSize: 100,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      MaximumRecordAgeInSeconds: 86_400,
      StartingPosition: "TRIM_HORIZON",
    });
    const [deadLetters] = resourcesOf(access, "AWS::SQS::Queue").filter(
      ({ properties }) => properties["QueueName"] === "lockstep-record-dead-letters",
    );
    expect(mapping?.properties["DestinationConfig"]).toEqual({
      OnFailure: { Destination: { "Fn::GetAtt": [deadLetters?.logicalId, "Arn"] } },
    });
  });
});

describe("the Config table's stream", () => {
  const [mapping] = resourcesOf(access, "AWS::Lambda::EventSourceMapping").filter(({ properties }) =>
    JSON.stringify(properties["EventSourceArn"]).includes("ConfigTable"),
  );
  const { Filters } = z
    .object({ Filters: z.array(z.object({ Pattern: z.string() })) })
    .parse(mapping?.properties["FilterCriteria"]);
  const passes = (item: Readonly<Record<string, unknown>> | undefined) =>
    Filters.some(({ Pattern }) =>
      matchesPattern(JSON.parse(Pattern), {
        dynamodb: item === undefined ? {} : { NewImage: marshall(item) },
      }),
    );

  it("delivers what was written with an audit entry, and nothing else", () => {
    const flow = { pk: "access-flow", sk: "prod", version: 2 };
    expect(passes({ ...flow, change: { hash: "abc", sequence: 1 } })).toBe(true);
    expect(passes({ ...flow, deleted: true, change: { hash: "abc", sequence: 2 } })).toBe(true);
    expect(passes(flow)).toBe(false);
    expect(passes(undefined)).toBe(false);
  });

  it("goes to the function that records, and what is given up to the same queue", () => {
    const [record] = resourcesOf(access, "AWS::Lambda::EventSourceMapping").filter(({ properties }) =>
      JSON.stringify(properties["EventSourceArn"]).includes("AccessTable"),
    );
    for (const name of [
      "FunctionName",
      "DestinationConfig",
      "BisectBatchOnFunctionError",
      "FunctionResponseTypes",
    ])
      expect(mapping?.properties[name]).toEqual(record?.properties[name]);
  });
});

describe("queues and topics", () => {
  it.each([
    ["queue", access, "AWS::SQS::Queue", "AWS::SQS::QueuePolicy"],
    ["topic", stateful, "AWS::SNS::Topic", "AWS::SNS::TopicPolicy"],
  ])("every %s refuses what is not encrypted on the way", (_kind, template, type, policyType) => {
    const policies = resourcesOf(template, policyType).map(({ properties }) => JSON.stringify(properties));
    for (const { logicalId } of resourcesOf(template, type)) {
      expect(
        policies.some(
          (policy) => policy.includes(logicalId) && policy.includes('"aws:SecureTransport":"false"'),
        ),
        logicalId,
      ).toBe(true);
    }
  });
});
