import type * as z from "zod/mini";
import { SHARES } from "../../adapters/admission.ts";
import { awsClients } from "../../adapters/aws-clients.ts";
import { accessRequestStore } from "../../adapters/dynamodb/access-request-store.ts";
import { entitlementStore } from "../../adapters/dynamodb/entitlement-store.ts";
import { paceItem } from "../../adapters/dynamodb/pace-item.ts";
import { sharedAdmission } from "../../adapters/shared-admission.ts";
import { systemClock } from "../../adapters/system-clock.ts";
import { grantAccess } from "../../core/use-cases/grant-access.ts";
import { countThrottled } from "../../middleware/observability.ts";
import { providers } from "../../providers/registry.ts";
import type { EnvironmentSchema } from "./env.ts";

/** The use case with its adapters. */
export const compose = (environment: z.output<typeof EnvironmentSchema>) => {
  const clock = systemClock;
  const clientsFor = awsClients({ homeAccount: environment.HOME_ACCOUNT, onThrottled: countThrottled });
  const access = { clientsFor, tableName: environment.ACCESS_TABLE };
  const admission = sharedAdmission({
    pace: paceItem({ ...access, name: "grant" }),
    share: SHARES.grant,
    clock,
  });
  return grantAccess({
    requests: accessRequestStore(access),
    entitlements: entitlementStore({ ...access, clock }),
    providers: providers({
      clientsFor,
      clock,
      admission,
      accessPortalUrl: environment.IDENTITY_CENTER.accessPortalUrl,
    }),
    admission,
    protectedAccounts: environment.PROTECTED_ACCOUNTS,
    clock,
  });
};
