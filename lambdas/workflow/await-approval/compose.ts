import type * as z from "zod/mini";
import { awsClients } from "../../adapters/aws-clients.ts";
import { accessRequestStore } from "../../adapters/dynamodb/access-request-store.ts";
import { wakeupStore } from "../../adapters/dynamodb/wakeup-store.ts";
import { workflow } from "../../adapters/step-functions/workflow.ts";
import { awaitApproval } from "../../core/use-cases/await-approval.ts";
import type { EnvironmentSchema } from "./env.ts";

/** The use case with its adapters. */
export const compose = (environment: z.output<typeof EnvironmentSchema>) => {
  const clientsFor = awsClients();
  return awaitApproval({
    requests: accessRequestStore({ clientsFor, tableName: environment.ACCESS_TABLE }),
    wakeups: wakeupStore({ clientsFor, tableName: environment.WAKEUPS_TABLE }),
    workflow: workflow({ clientsFor }),
  });
};
