import { Duration } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { IBucket } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import type { EnvironmentSchema } from "../../lambdas/seal/env.ts";
import { BundledFunction } from "../constructs/bundled-function.ts";
import { indexes } from "../constructs/tables.ts";
import { keepAuditRoots } from "../permissions/audit-roots.ts";
import { onIndexes } from "../permissions/tables.ts";
import type { FunctionContext } from "./function-context.ts";

export interface SealFunctionProps extends FunctionContext {
  readonly auditRoots: IBucket;
}

/** Seals each day's changed chains into a root. It reads the index by day, not the entries. */
export function sealFunction(scope: Construct, props: SealFunctionProps): IFunction {
  const { handlers, settings, tables, auditRoots } = props;
  const seal = new BundledFunction<typeof EnvironmentSchema>(scope, "Seal", {
    handlers,
    description: "Seals each day's audit entries into a root",
    // Lambda's longest. A million entries in a day are some 150 pages of the index, a minute's work; the rest is for days
    // that were missed.
    timeout: Duration.minutes(15),
    // A head is some 200 bytes and its text 130: a day on which 500,000 requests changed fits.
    memorySize: 512,
    logRetentionDays: settings.logRetentionDays,
    environment: { AUDIT_TABLE: tables.audit.tableName, AUDIT_ROOTS_BUCKET: auditRoots.bucketName },
    permissions: [onIndexes("FindChangedChains", tables.audit, indexes.audit), ...keepAuditRoots(auditRoots)],
  });
  return seal.function;
}
