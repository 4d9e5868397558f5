import { AUDIT_TABLE_NAME } from "../lambdas/core/contracts/audit-storage.ts";

/**
 * Physical names. They are pinned: sleeping executions, retained tables, alarms and the runbook refer to them, and
 * a deployment after `cdk destroy` takes up again what was retained (`cdk deploy --all --import-existing-resources`).
 */
export const names = {
  stacks: { stateful: "lockstep-stateful", access: "lockstep-access" },
  tables: {
    access: "lockstep-access",
    wakeups: "lockstep-wakeups",
    config: "lockstep-config",
    audit: AUDIT_TABLE_NAME,
  },
  eventBus: "lockstep",
  attentionTopic: "lockstep-attention",
  workflow: "lockstep-access-request",
  httpApi: "lockstep",
  dashboard: "lockstep",
} as const;

/** Each function's physical name and handler, by the construct that holds it. */
export const functions = {
  Api: { name: "lockstep-api", entry: "lambdas/api/handler.ts" },
  AwaitApproval: { name: "lockstep-await-approval", entry: "lambdas/workflow/await-approval/handler.ts" },
  GrantAccess: { name: "lockstep-grant-access", entry: "lambdas/workflow/grant-access/handler.ts" },
  RevokeAccess: { name: "lockstep-revoke-access", entry: "lambdas/workflow/revoke-access/handler.ts" },
  Record: { name: "lockstep-record", entry: "lambdas/record/handler.ts" },
  Catalogue: { name: "lockstep-catalogue", entry: "lambdas/catalogue/handler.ts" },
  Sweep: { name: "lockstep-sweep", entry: "lambdas/sweep/handler.ts" },
  Seal: { name: "lockstep-seal", entry: "lambdas/seal/handler.ts" },
} as const;
