import { describe, expect, it } from "vitest";
import {
  AccessIndex,
  BY_DUE,
  INVENTORY_BY_NAME,
  INVENTORY_BY_PERMISSION_SET,
  INVENTORY_BY_PRINCIPAL,
} from "../../lambdas/adapters/dynamodb/keys.ts";
import { resourceAt, resourcesOf, type Resource } from "./support/template.ts";
import { oidc, synthesize } from "./support/synthesize.ts";

const { stateful, access } = synthesize({ settings: { oidc } });

const NAME_PROPERTIES = ["FunctionName", "RoleName", "StateMachineName", "TableName"];
const pinned = (resource: Resource) => [
  resource.logicalId,
  NAME_PROPERTIES.map((property) => resource.properties[property]).find((name) => name !== undefined),
];

/** What a sleeping execution needs in order to wake, revoke and end. */
const NEEDED_BY_SLEEPERS = [
  "AccessRequestWorkflow",
  "AccessRequestWorkflowRole",
  "AwaitApprovalFunction",
  "AwaitApprovalRole",
  "GrantAccessFunction",
  "GrantAccessRole",
  "RevokeAccessFunction",
  "RevokeAccessRole",
];

describe("logical ids and names", () => {
  // Changing one of these replaces the resource: CloudFormation would delete the old machine, or leave its sleepers
  // with functions and roles that are gone. A change here needs a migration.
  it("of the machine, the functions and their roles stay as they are", () => {
    const types = ["AWS::IAM::Role", "AWS::Lambda::Function", "AWS::StepFunctions::StateMachine"];
    const found = resourcesOf(access).filter(({ type }) => types.includes(type));
    expect(Object.fromEntries(found.map(pinned))).toEqual({
      AccessRequestWorkflow: "lockstep-access-request",
      AccessRequestWorkflowRole: "lockstep-access-request",
      AdministrationFunction: "lockstep-administration",
      AdministrationRole: "lockstep-administration",
      AnnounceFunction: "lockstep-announce",
      AnnounceRole: "lockstep-announce",
      ApiFunction: "lockstep-api",
      ApiRole: "lockstep-api",
      AutomaticFunction: "lockstep-automatic",
      AutomaticRole: "lockstep-automatic",
      AwaitApprovalFunction: "lockstep-await-approval",
      AwaitApprovalRole: "lockstep-await-approval",
      GrantAccessFunction: "lockstep-grant-access",
      GrantAccessRole: "lockstep-grant-access",
      InventoryEventsFunction: "lockstep-inventory-events",
      InventoryEventsRole: "lockstep-inventory-events",
      LintFunction: "lockstep-lint",
      LintRole: "lockstep-lint",
      RecordFunction: "lockstep-record",
      RecordRole: "lockstep-record",
      RevokeAccessFunction: "lockstep-revoke-access",
      RevokeAccessRole: "lockstep-revoke-access",
      SealFunction: "lockstep-seal",
      SealRole: "lockstep-seal",
      SweepFunction: "lockstep-sweep",
      SweepRole: "lockstep-sweep",
      SyncAccountsFunction: "lockstep-sync-accounts",
      SyncAccountsRole: "lockstep-sync-accounts",
      SyncFunction: "lockstep-sync",
      SyncRole: "lockstep-sync",
      SyncScheduleFunction: "lockstep-sync-schedule",
      SyncScheduleRole: "lockstep-sync-schedule",
      SyncWorkflow: "lockstep-sync",
      SyncWorkflowRole: "lockstep-sync-workflow",
    });
  });

  it("of the tables stay as they are", () => {
    expect(Object.fromEntries(resourcesOf(stateful, "AWS::DynamoDB::Table").map(pinned))).toEqual({
      AccessTable: "lockstep-access",
      AuditTable: "lockstep-audit",
      ConfigTable: "lockstep-config",
      InventoryTable: "lockstep-inventory",
      WakeupsTable: "lockstep-wakeups",
    });
  });
});

describe("what is retained", () => {
  it.each(NEEDED_BY_SLEEPERS)("%s outlives its stack and every replacement", (logicalId) => {
    const { deletionPolicy, updateReplacePolicy } = resourceAt(access, logicalId);
    // RetainExceptOnCreate differs from Retain only where a first deployment is rolled back: nobody sleeps there yet.
    expect(deletionPolicy).toBe("RetainExceptOnCreate");
    expect(updateReplacePolicy).toBe("Retain");
  });

  it("tables outlive their stack, are protected from deletion, and can be restored to any second", () => {
    for (const table of resourcesOf(stateful, "AWS::DynamoDB::Table")) {
      expect(table.deletionPolicy).toBe("Retain");
      expect(table.updateReplacePolicy).toBe("Retain");
      expect(table.properties).toMatchObject({
        BillingMode: "PAY_PER_REQUEST",
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      });
    }
  });

  it("logs outlive their stack", () => {
    const logGroups = resourcesOf(access, "AWS::Logs::LogGroup");
    expect(logGroups.length).toBeGreaterThan(0);
    for (const { properties, deletionPolicy } of logGroups) {
      expect(deletionPolicy).toBe("RetainExceptOnCreate");
      expect(properties).toMatchObject({ RetentionInDays: 365 });
    }
  });
});

describe("the tables", () => {
  const indexesOf = (table: Resource) =>
    (table.properties["GlobalSecondaryIndexes"] ?? []) as readonly Readonly<Record<string, unknown>>[];
  const keySchema = (partition: string, sort: string) => [
    { AttributeName: partition, KeyType: "HASH" },
    { AttributeName: sort, KeyType: "RANGE" },
  ];

  it("have the indexes that the stores query", () => {
    const lists = Object.values(AccessIndex).map((index) => ({ ...index, sort: "createdAt" }));
    expect(indexesOf(resourceAt(stateful, "AccessTable"))).toEqual(
      [...lists, BY_DUE].map(({ name, partition, sort }) => ({
        IndexName: name,
        KeySchema: keySchema(partition, sort),
        Projection: { ProjectionType: "KEYS_ONLY" },
      })),
    );
    expect(indexesOf(resourceAt(stateful, "ConfigTable"))).toEqual([]);
    expect(indexesOf(resourceAt(stateful, "InventoryTable"))).toEqual(
      [INVENTORY_BY_PRINCIPAL, INVENTORY_BY_PERMISSION_SET, INVENTORY_BY_NAME].map(
        ({ name, partition, sort }) => ({
          IndexName: name,
          KeySchema: keySchema(partition, sort),
          Projection: { ProjectionType: "ALL" },
        }),
      ),
    );
  });

  it("stream changes of access, of configuration and of the inventory only: a task token never enters a stream", () => {
    const streamed = resourcesOf(stateful, "AWS::DynamoDB::Table").filter(
      ({ properties }) => properties["StreamSpecification"] !== undefined,
    );
    expect(streamed.map(({ logicalId }) => logicalId)).toEqual([
      "AccessTable",
      "ConfigTable",
      "InventoryTable",
    ]);
  });
});
