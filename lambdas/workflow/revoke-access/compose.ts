import type * as z from "zod/mini";
import { pacedAdmission } from "../../adapters/admission.ts";
import { awsClients } from "../../adapters/aws-clients.ts";
import { accessRequestStore } from "../../adapters/dynamodb/access-request-store.ts";
import { entitlementStore } from "../../adapters/dynamodb/entitlement-store.ts";
import { systemClock } from "../../adapters/system-clock.ts";
import type { RevokeAccessInputSchema } from "../../core/contracts/workflow.ts";
import { reportStuck, revokeAccess } from "../../core/use-cases/revoke-access.ts";
import { providers } from "../../providers/registry.ts";
import type { EnvironmentSchema } from "./env.ts";
import { lastErrorOf } from "./last-error.ts";

/** The use cases with their adapters. */
export const compose = (environment: z.output<typeof EnvironmentSchema>) => {
  const clock = systemClock;
  const clientsFor = awsClients({ homeAccount: environment.HOME_ACCOUNT });
  const requests = accessRequestStore({ clientsFor, tableName: environment.ACCESS_TABLE });
  const revoke = revokeAccess({
    requests,
    entitlements: entitlementStore({ clientsFor, tableName: environment.ACCESS_TABLE, clock }),
    providers: providers({
      clientsFor,
      clock,
      admission: pacedAdmission({ clock }),
      accessPortalUrl: environment.IDENTITY_CENTER.accessPortalUrl,
    }),
    clock,
  });
  const report = reportStuck({ requests, clock });
  return ({ requestId, enteredAt, begin, stuck }: z.output<typeof RevokeAccessInputSchema>) =>
    stuck === undefined
      ? revoke({ requestId, enteredAt, begin })
      : report({ requestId, lastError: lastErrorOf(stuck) });
};
