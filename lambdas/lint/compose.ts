import type * as z from "zod/mini";
import { awsClients } from "../adapters/aws-clients.ts";
import { accessFlowStore } from "../adapters/dynamodb/access-flow-store.ts";
import { accessScopeStore } from "../adapters/dynamodb/access-scope-store.ts";
import { bundleStore } from "../adapters/dynamodb/bundle-store.ts";
import { integrationStore } from "../adapters/dynamodb/integration-store.ts";
import { inventory } from "../adapters/dynamodb/inventory.ts";
import { rotaStore } from "../adapters/dynamodb/rota-store.ts";
import { syncStore } from "../adapters/dynamodb/sync-store.ts";
import { toldFindingsStore } from "../adapters/dynamodb/told-findings-store.ts";
import { eventPublisher } from "../adapters/eventbridge/event-publisher.ts";
import { systemClock } from "../adapters/system-clock.ts";
import { tellWhatDied } from "../core/use-cases/lint/tell-what-died.ts";
import type { EnvironmentSchema } from "./env.ts";

/** The use case with its adapters. */
export const compose = (environment: z.output<typeof EnvironmentSchema>) => {
  const clientsFor = awsClients();
  const config = { clientsFor, tableName: environment.CONFIG_TABLE };
  const facts = { clientsFor, tableName: environment.INVENTORY_TABLE };
  return tellWhatDied({
    flows: accessFlowStore(config),
    bundles: bundleStore(config),
    accessScopes: accessScopeStore(config),
    rotas: rotaStore(config),
    integrations: integrationStore(config),
    told: toldFindingsStore(config),
    inventory: inventory(facts),
    syncs: syncStore(facts),
    events: eventPublisher({ clientsFor, busName: environment.EVENT_BUS }),
    clock: systemClock,
    protectedAccounts: environment.PROTECTED_ACCOUNTS,
    guardrails: environment.GUARDRAILS,
    mfa: environment.MFA,
  });
};
