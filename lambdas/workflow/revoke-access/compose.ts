import { randomUUID } from "node:crypto";
import type * as z from "zod/mini";
import { SHARES, pacedAdmission } from "../../adapters/admission.ts";
import { occasions } from "../../adapters/assumed-roles/occasions.ts";
import { organizationClients } from "../../adapters/assumed-roles/organization-clients.ts";
import { accessRequestStore } from "../../adapters/dynamodb/access-request-store.ts";
import { entitlementIndex } from "../../adapters/dynamodb/entitlement-index.ts";
import { entitlementStore } from "../../adapters/dynamodb/entitlement-store.ts";
import { turns } from "../../adapters/dynamodb/turns.ts";
import { systemClock } from "../../adapters/system-clock.ts";
import type { RevokeFunctionInputSchema } from "../../core/contracts/workflow.ts";
import { removeWhatIsQueued, type RemovalDependencies } from "../../core/use-cases/removals.ts";
import { reportStuck } from "../../core/use-cases/report-stuck.ts";
import { revokeAccess } from "../../core/use-cases/revoke-access.ts";
import { countThrottled } from "../../middleware/observability.ts";
import { providers } from "../../providers/registry.ts";
import type { EnvironmentSchema } from "./env.ts";
import { lastErrorOf } from "./last-error.ts";

/** The use cases with their adapters. */
export const compose = (environment: z.output<typeof EnvironmentSchema>) => {
  const clock = systemClock;
  const occasion = occasions("removals");
  const clientsFor = organizationClients({
    homeAccount: environment.HOME_ACCOUNT,
    connector: environment.CONNECTOR,
    clock,
    onBehalfOf: occasion.current,
    onThrottled: countThrottled,
  });
  const access = { clientsFor, tableName: environment.ACCESS_TABLE };
  const requests = accessRequestStore(access);
  const removals: RemovalDependencies = {
    entitlements: entitlementStore({ ...access, clock }),
    index: entitlementIndex(access),
    turns: turns({ ...access, clock, uniqueText: randomUUID }),
    providers: providers({
      clientsFor,
      clock,
      admission: pacedAdmission({ clock, share: SHARES.revoke }),
      accessPortalUrl: environment.IDENTITY_CENTER.accessPortalUrl,
    }),
    clock,
  };
  const drain = removeWhatIsQueued(removals);
  const revoke = revokeAccess({ requests, ...removals });
  const report = reportStuck({ requests, clock });
  return async (input: z.output<typeof RevokeFunctionInputSchema>) => {
    if ("drain" in input) return drain();
    const { requestId, enteredAt, begin, stuck } = input;
    return stuck === undefined
      ? occasion.during(requestId, () => revoke({ requestId, enteredAt, begin }))
      : report({ requestId, lastError: lastErrorOf(stuck) });
  };
};
