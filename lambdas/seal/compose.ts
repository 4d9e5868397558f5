import type * as z from "zod/mini";
import { awsClients } from "../adapters/aws-clients.ts";
import { chainHeads } from "../adapters/dynamodb/chain-heads.ts";
import { auditRoots } from "../adapters/s3/audit-roots.ts";
import { systemClock } from "../adapters/system-clock.ts";
import { sealAudit } from "../core/use-cases/seal-audit.ts";
import type { EnvironmentSchema } from "./env.ts";

/** The use case with its adapters. */
export const compose = (environment: z.output<typeof EnvironmentSchema>) => {
  const clientsFor = awsClients();
  return sealAudit({
    heads: chainHeads({ clientsFor, tableName: environment.AUDIT_TABLE }),
    roots: auditRoots({ clientsFor, bucketName: environment.AUDIT_ROOTS_BUCKET }),
    clock: systemClock,
  });
};
