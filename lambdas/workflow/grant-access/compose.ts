import type * as z from "zod/mini";
import { pacedAdmission } from "../../adapters/admission.ts";
import { awsClients } from "../../adapters/aws-clients.ts";
import { accessRequestStore } from "../../adapters/dynamodb/access-request-store.ts";
import { entitlementStore } from "../../adapters/dynamodb/entitlement-store.ts";
import { systemClock } from "../../adapters/system-clock.ts";
import { grantAccess } from "../../core/use-cases/grant-access.ts";
import { providers } from "../../providers/registry.ts";
import type { EnvironmentSchema } from "./env.ts";

/** The use case with its adapters. */
export const compose = (environment: z.output<typeof EnvironmentSchema>) => {
  const clock = systemClock;
  const clientsFor = awsClients({ homeAccount: environment.HOME_ACCOUNT });
  return grantAccess({
    requests: accessRequestStore({ clientsFor, tableName: environment.ACCESS_TABLE }),
    entitlements: entitlementStore({ clientsFor, tableName: environment.ACCESS_TABLE, clock }),
    providers: providers({
      clientsFor,
      clock,
      admission: pacedAdmission({ clock }),
      accessPortalUrl: environment.IDENTITY_CENTER.accessPortalUrl,
    }),
    protectedAccounts: environment.PROTECTED_ACCOUNTS,
    clock,
  });
};
