import { AUDIT_TABLE_NAME } from "../lambdas/core/contracts/audit-storage.ts";

/**
 * Physical names. They are pinned: sleeping executions, retained tables, alarms and the runbook refer to them, and
 * a deployment after `cdk destroy` takes up again what was retained (`cdk deploy --all --import-existing-resources`).
 */
export const names = {
  stacks: {
    stateful: "lockstep-stateful",
    access: "lockstep-access",
    /** Only where Lockstep itself is in another region: what us-east-1 and Identity Center's region tell of. */
    global: "lockstep-global",
    identityCenter: "lockstep-identity-center",
  },
  tables: {
    access: "lockstep-access",
    wakeups: "lockstep-wakeups",
    config: "lockstep-config",
    audit: AUDIT_TABLE_NAME,
    inventory: "lockstep-inventory",
  },
  eventBus: "lockstep",
  attentionTopic: "lockstep-attention",
  workflow: "lockstep-access-request",
  syncWorkflow: "lockstep-sync",
  httpApi: "lockstep",
  dashboard: "lockstep",
} as const;

/** Each function's physical name and handler, by the construct that holds it. */
export const functions = {
  Api: { name: "lockstep-api", entry: "lambdas/api/handler.ts" },
  Administration: { name: "lockstep-administration", entry: "lambdas/administration/handler.ts" },
  AwaitApproval: { name: "lockstep-await-approval", entry: "lambdas/workflow/await-approval/handler.ts" },
  GrantAccess: { name: "lockstep-grant-access", entry: "lambdas/workflow/grant-access/handler.ts" },
  RevokeAccess: { name: "lockstep-revoke-access", entry: "lambdas/workflow/revoke-access/handler.ts" },
  Record: { name: "lockstep-record", entry: "lambdas/record/handler.ts" },
  Sweep: { name: "lockstep-sweep", entry: "lambdas/sweep/handler.ts" },
  Sync: { name: "lockstep-sync", entry: "lambdas/sync/handler.ts" },
  InventoryEvents: { name: "lockstep-inventory-events", entry: "lambdas/inventory-events/handler.ts" },
  Announce: { name: "lockstep-announce", entry: "lambdas/announce/handler.ts" },
  SyncAccounts: { name: "lockstep-sync-accounts", entry: "lambdas/sync-accounts/handler.ts" },
  SyncSchedule: { name: "lockstep-sync-schedule", entry: "lambdas/sync-schedule/handler.ts" },
  Automatic: { name: "lockstep-automatic", entry: "lambdas/automatic/handler.ts" },
  Lint: { name: "lockstep-lint", entry: "lambdas/lint/handler.ts" },
  Seal: { name: "lockstep-seal", entry: "lambdas/seal/handler.ts" },
} as const;
