import { integrationStore } from "../../../lambdas/adapters/dynamodb/integration-store.ts";
import { syncStore } from "../../../lambdas/adapters/dynamodb/sync-store.ts";
import { syncStarter } from "../../../lambdas/adapters/step-functions/sync-starter.ts";
import { SyncFunctionInputSchema } from "../../../lambdas/core/contracts/sync-workflow.ts";
import { AccountIdSchema } from "../../../lambdas/core/domain/ids.ts";
import {
  allIntegrations,
  homeIntegration,
} from "../../../lambdas/core/use-cases/integrations/all-integrations.ts";
import { beginDueSyncs } from "../../../lambdas/core/use-cases/sync/begin-due-syncs.ts";
import { compose as composeInventoryEvents } from "../../../lambdas/inventory-events/compose.ts";
import { compose as composeSync } from "../../../lambdas/sync/compose.ts";
import type { FunctionEnvironment, FunctionRow } from "../aws/lambda.ts";
import { HOME, identityCenter, organizationFile } from "../cast.ts";
import { SYNC_MACHINE, tables } from "./names.ts";
import { task } from "./task.ts";

/** Lockstep's functions that read AWS: those that make use of AWS are composed as they are deployed. */

const MANAGEMENT = AccountIdSchema.parse(organizationFile.managementAccountId);

const settings = {
  ACCESS_TABLE: tables.access,
  CONFIG_TABLE: tables.config,
  INVENTORY_TABLE: tables.inventory,
  HOME_ACCOUNT: HOME,
  MANAGEMENT_ACCOUNT: MANAGEMENT,
  IDENTITY_CENTER: identityCenter,
};

/** How far into its bound a wait goes: the same in every run of a history. */
const HALFWAY = 0.5;

const surroundingsOf = ({ clientsFor, clock }: FunctionEnvironment) => ({
  clock,
  random: () => HALFWAY,
  clientsWith: () => clientsFor,
});

export const syncFunctions: Readonly<Record<"sync" | "sync-schedule" | "inventory-events", FunctionRow>> = {
  sync: {
    timeoutSeconds: 900,
    compose: (environment) =>
      task(environment, SyncFunctionInputSchema, composeSync(settings, surroundingsOf(environment))),
  },

  "sync-schedule": {
    timeoutSeconds: 60,
    compose: (environment) => {
      const { clientsFor, clock, log } = environment;
      const begin = beginDueSyncs({
        integrations: allIntegrations({
          store: integrationStore({ clientsFor, tableName: tables.config }),
          home: homeIntegration({ identityCenter, managementAccount: MANAGEMENT }),
        }),
        syncs: syncStore({ clientsFor, tableName: tables.inventory }),
        starter: syncStarter({ clientsFor, stateMachineArn: SYNC_MACHINE }),
        deployment: { homeAccount: HOME, managementAccount: MANAGEMENT },
        clock,
      });
      return async () => {
        log({ begun: [...(await begin())] });
        return undefined;
      };
    },
  },

  "inventory-events": {
    timeoutSeconds: 300,
    compose: (environment) => {
      const look = composeInventoryEvents(settings, surroundingsOf(environment));
      // As lambdas/inventory-events/change-queue.ts, without the queue's form.
      return async (events) => {
        const outcomes = await look(events as readonly unknown[]);
        for (const outcome of outcomes) {
          if (outcome.outcome !== "failed") continue;
          const { name, message } = outcome.error as Error;
          environment.log({ errorName: name, errorMessage: message });
        }
        return outcomes.map(({ outcome }) => outcome);
      };
    },
  },
};
