import { randomUUID } from "node:crypto";
import type * as z from "zod/mini";
import { SHARES, pacedAdmission } from "../adapters/admission.ts";
import { organizationClients } from "../adapters/assumed-roles/organization-clients.ts";
import { accessFlowStore } from "../adapters/dynamodb/access-flow-store.ts";
import { accessRequestStore } from "../adapters/dynamodb/access-request-store.ts";
import { auditTrail, configurationTrail } from "../adapters/dynamodb/audit-trail.ts";
import { configurationHeads } from "../adapters/dynamodb/configuration-store.ts";
import { dueRequests } from "../adapters/dynamodb/due-requests.ts";
import { entitlementIndex } from "../adapters/dynamodb/entitlement-index.ts";
import { entitlementStore } from "../adapters/dynamodb/entitlement-store.ts";
import { requestCounts } from "../adapters/dynamodb/request-counts.ts";
import { turns } from "../adapters/dynamodb/turns.ts";
import { eventPublisher } from "../adapters/eventbridge/event-publisher.ts";
import { removals } from "../adapters/lambda/removals.ts";
import { workflow } from "../adapters/step-functions/workflow.ts";
import { systemClock } from "../adapters/system-clock.ts";
import { lookAtRequestsOf } from "../core/use-cases/sweep/requests-without-flow.ts";
import { replaceExecution } from "../core/use-cases/sweep/resume-request.ts";
import { sweep } from "../core/use-cases/sweep/sweep.ts";
import { countThrottled, tellOfUnreadable } from "../middleware/observability.ts";
import { providers } from "../providers/registry.ts";
import type { EnvironmentSchema } from "./env.ts";
import type { SweepUseCases } from "./sweep-function.ts";

/** The use cases with their adapters. */
export const compose = (environment: z.output<typeof EnvironmentSchema>): SweepUseCases => {
  const clock = systemClock;
  const clientsFor = organizationClients({
    homeAccount: environment.HOME_ACCOUNT,
    connector: environment.CONNECTOR,
    clock,
    onBehalfOf: "sweep",
    onThrottled: countThrottled,
  });
  const access = { clientsFor, tableName: environment.ACCESS_TABLE };
  const requests = accessRequestStore({ ...access, onUnreadable: tellOfUnreadable });
  const flows = accessFlowStore({ clientsFor, tableName: environment.CONFIG_TABLE });
  const machine = workflow({ clientsFor, stateMachineArn: environment.WORKFLOW_ARN });
  return {
    sweep: sweep({
      requests,
      flows,
      due: dueRequests(access),
      entitlements: entitlementStore({ ...access, clock }),
      index: entitlementIndex(access),
      turns: turns({ ...access, clock, uniqueText: randomUUID }),
      audit: auditTrail({ clientsFor, tableName: environment.AUDIT_TABLE, clock }),
      configurationHeads: configurationHeads({ clientsFor, tableName: environment.CONFIG_TABLE }),
      configurationTrail: configurationTrail({ clientsFor, tableName: environment.AUDIT_TABLE, clock }),
      events: eventPublisher({ clientsFor, busName: environment.EVENT_BUS }),
      workflow: machine,
      removals: removals({ clientsFor, functionName: environment.REVOKE_FUNCTION }),
      counts: requestCounts(access),
      providers: providers({
        clientsFor,
        clock,
        admission: pacedAdmission({ clock, share: SHARES.sweep }),
        accessPortalUrl: environment.IDENTITY_CENTER.accessPortalUrl,
      }),
      clock,
    }),
    replaceExecution: replaceExecution({ requests, workflow: machine }),
    lookAtRequestsOf: lookAtRequestsOf({ requests, flows, workflow: machine, clock }),
    clock,
  };
};
