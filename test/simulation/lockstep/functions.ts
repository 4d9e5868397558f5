import { router, type RouterDependencies } from "../../../lambdas/http/router.ts";
import { administrationOf } from "../../../lambdas/administration/handlers.ts";
import type { ApiEvent } from "../../../lambdas/http/call.ts";
import { dependenciesOf } from "../../../lambdas/api/handlers.ts";
import { problemKinds } from "../../../lambdas/http/problems.ts";
import { pacedAdmission, SHARES } from "../../../lambdas/adapters/admission.ts";
import { accessScopeStore } from "../../../lambdas/adapters/dynamodb/access-scope-store.ts";
import { bundleStore } from "../../../lambdas/adapters/dynamodb/bundle-store.ts";
import { rotaStore } from "../../../lambdas/adapters/dynamodb/rota-store.ts";
import { accessFlowStore } from "../../../lambdas/adapters/dynamodb/access-flow-store.ts";
import { accessRequestStore } from "../../../lambdas/adapters/dynamodb/access-request-store.ts";
import { auditTrail, configurationTrail } from "../../../lambdas/adapters/dynamodb/audit-trail.ts";
import { configurationHeads } from "../../../lambdas/adapters/dynamodb/configuration-store.ts";
import { dueRequests } from "../../../lambdas/adapters/dynamodb/due-requests.ts";
import { entitlementIndex } from "../../../lambdas/adapters/dynamodb/entitlement-index.ts";
import { entitlementReader, entitlementStore } from "../../../lambdas/adapters/dynamodb/entitlement-store.ts";
import { integrationStore } from "../../../lambdas/adapters/dynamodb/integration-store.ts";
import { paceItem } from "../../../lambdas/adapters/dynamodb/pace-item.ts";
import { requestCounts } from "../../../lambdas/adapters/dynamodb/request-counts.ts";
import { accessRequestOfImage } from "../../../lambdas/adapters/dynamodb/stream-image.ts";
import { inventory } from "../../../lambdas/adapters/dynamodb/inventory.ts";
import { syncStore } from "../../../lambdas/adapters/dynamodb/sync-store.ts";
import { turns } from "../../../lambdas/adapters/dynamodb/turns.ts";
import { wakeupStore } from "../../../lambdas/adapters/dynamodb/wakeup-store.ts";
import { eventPublisher } from "../../../lambdas/adapters/eventbridge/event-publisher.ts";
import { directory } from "../../../lambdas/adapters/identity-store/directory.ts";
import { catalogueRefresh } from "../../../lambdas/adapters/lambda/catalogue-refresh.ts";
import { removals } from "../../../lambdas/adapters/lambda/removals.ts";
import { sweepRunner } from "../../../lambdas/adapters/lambda/sweep-runner.ts";
import { organization } from "../../../lambdas/adapters/organizations/organization.ts";
import { sharedAdmission } from "../../../lambdas/adapters/shared-admission.ts";
import { syncStarter } from "../../../lambdas/adapters/step-functions/sync-starter.ts";
import { workflow } from "../../../lambdas/adapters/step-functions/workflow.ts";
import { requestOfExecution, SweepPayloadSchema } from "../../../lambdas/core/contracts/sweep.ts";
import {
  AwaitApprovalInputSchema,
  GrantAccessInputSchema,
  RevokeFunctionInputSchema,
} from "../../../lambdas/core/contracts/workflow.ts";
import { AccountIdSchema } from "../../../lambdas/core/domain/ids.ts";
import { DomainError, RetryableError } from "../../../lambdas/core/domain/errors.ts";
import { awaitApproval } from "../../../lambdas/core/use-cases/await-approval.ts";
import { judgeAtStart } from "../../../lambdas/core/use-cases/evaluation/judge-at-start.ts";
import { grantAccess } from "../../../lambdas/core/use-cases/grant-access.ts";
import { recordTransition } from "../../../lambdas/core/use-cases/record-transition.ts";
import type { Admission } from "../../../lambdas/core/ports/provider.ts";
import { runAutomaticFlows } from "../../../lambdas/core/use-cases/automatic/run-automatic-flows.ts";
import { storedRotas } from "../../../lambdas/core/use-cases/evaluation/stored-rotas.ts";
import { inventoryCatalogue } from "../../../lambdas/core/use-cases/inventory-catalogue.ts";
import { inventoryOrganization } from "../../../lambdas/core/use-cases/inventory-organization.ts";
import { removeWhatIsQueued, type RemovalDependencies } from "../../../lambdas/core/use-cases/removals.ts";
import { reportStuck } from "../../../lambdas/core/use-cases/report-stuck.ts";
import { revokeAccess } from "../../../lambdas/core/use-cases/revoke-access.ts";
import { lookAtRequestsOf } from "../../../lambdas/core/use-cases/sweep/requests-without-flow.ts";
import { replaceExecution } from "../../../lambdas/core/use-cases/sweep/resume-request.ts";
import { sweep } from "../../../lambdas/core/use-cases/sweep/sweep.ts";
import { accountAssignmentInstructions } from "../../../lambdas/providers/identity-center-account-assignment/instructions.ts";
import { providers } from "../../../lambdas/providers/registry.ts";
import { lastErrorOf } from "../../../lambdas/workflow/revoke-access/last-error.ts";
import type { FunctionEnvironment, FunctionRow } from "../aws/lambda.ts";
import { ADMINISTRATOR_GROUP, HOME, identityCenter, organizationFile } from "../cast.ts";
import { MACHINE, SYNC_MACHINE, tables, type FunctionName } from "./names.ts";
import { syncFunctions } from "./sync-functions.ts";
import { task } from "./task.ts";
import { noGuardrails } from "../../support/guardrails.ts";

/** Lockstep's functions, each composed from the real parts as its own compose.ts does, on the simulated AWS. */

const accessProviders = ({ clientsFor, clock }: FunctionEnvironment, admission: Admission) =>
  providers({
    clientsFor,
    clock,
    admission,
    accessPortalUrl: identityCenter.accessPortalUrl,
  });

/** What the API answers, without HTTP's form. */
export interface ApiAnswer {
  readonly status: number;
  /** A problem's code; absent where there is none. */
  readonly code?: string;
  readonly body?: string;
}

/** A problem as the API answers it (lambdas/http/problem-responses.ts); a defect is thrown on, for the oracle to see. */
const problemOf = (error: unknown): ApiAnswer => {
  if (error instanceof DomainError) return { status: problemKinds[error.code].status, code: error.code };
  if (error instanceof RetryableError) return { status: 503, code: "service-unavailable" };
  throw error;
};

/** The part of the logger that the router and the names of its ports use. */
const loggerTo = (log: FunctionEnvironment["log"]) => {
  const line = (message: string, extra?: object) => {
    log({ message, ...extra });
  };
  return { info: line, warn: line, error: line, appendKeys: () => undefined };
};

const identity = { claim: "email", match: "emails.value" } as const;

const directoryOf = ({ clientsFor }: FunctionEnvironment) =>
  directory({
    clientsFor,
    region: identityCenter.region,
    identityStoreId: identityCenter.identityStoreId,
    identity,
  });

/** What the functions behind the API have in common. */
const answering = (environment: FunctionEnvironment) => {
  const { clientsFor, clock, log } = environment;
  return {
    flows: accessFlowStore({ clientsFor, tableName: tables.config }),
    bundles: bundleStore({ clientsFor, tableName: tables.config }),
    accessScopes: accessScopeStore({ clientsFor, tableName: tables.config }),
    rotas: rotaStore({ clientsFor, tableName: tables.config }),
    configurationTrail: configurationTrail({ clientsFor, tableName: tables.audit, clock }),
    configurationHeads: configurationHeads({ clientsFor, tableName: tables.config }),
    catalogueRefresh: catalogueRefresh({ clientsFor, functionName: "sync" }),
    integrations: integrationStore({ clientsFor, tableName: tables.config }),
    inventory: inventory({ clientsFor, tableName: tables.inventory }),
    deployment: { homeAccount: HOME, managementAccount: organizationFile.managementAccountId },
    directory: directoryOf(environment),
    clock,
    // Powertools' logger has more members than the API uses.
    logger: loggerTo(log) as unknown as RouterDependencies["logger"],
    identity,
    identityCenter,
    administratorGroups: [ADMINISTRATOR_GROUP],
    policyAuthorGroups: [],
    auditorGroups: [],
    secondAdministrator: true,
    guardrails: noGuardrails,
    protectedAccounts: [
      { id: organizationFile.managementAccountId, reason: "management" },
      { id: HOME, reason: "lockstep" },
    ] as const,
  };
};

/** A function behind the API, without HTTP's form. */
const behindTheApi = (
  dependenciesFor: (environment: FunctionEnvironment) => RouterDependencies,
): FunctionRow => ({
  timeoutSeconds: 29,
  compose: (environment) => {
    const route = router(dependenciesFor(environment));
    return async (payload) => {
      try {
        const { statusCode, body } = await route(payload as unknown as ApiEvent);
        return { status: statusCode ?? 500, ...(body === undefined ? {} : { body }) };
      } catch (error) {
        return { ...problemOf(error) };
      }
    };
  },
});

const api = behindTheApi((environment) => {
  const { clientsFor, clock, uniqueText } = environment;
  const shared = answering(environment);
  return dependenciesOf({
    ...shared,
    requests: accessRequestStore({ clientsFor, tableName: tables.access }),
    wakeups: wakeupStore({ clientsFor, tableName: tables.wakeups }),
    audit: auditTrail({ clientsFor, tableName: tables.audit, clock }),
    catalogue: inventoryCatalogue({
      inventory: shared.inventory,
      restrictedBy: AccountIdSchema.parse(organizationFile.managementAccountId),
    }),
    organization: organization({ clientsFor }),
    workflow: workflow({ clientsFor, stateMachineArn: MACHINE }),
    uniqueText,
    instructions: {
      "identity-center/account-assignment": accountAssignmentInstructions(identityCenter.accessPortalUrl),
    },
    delegatedAdministrator: true,
  });
});

const administration = behindTheApi((environment) => {
  const { clientsFor, uniqueText } = environment;
  const shared = answering(environment);
  return administrationOf({
    ...shared,
    catalogue: inventoryCatalogue({ inventory: shared.inventory }),
    sweepRunner: sweepRunner({ clientsFor, functionName: "sweep" }),
    entitlements: entitlementReader({ clientsFor, tableName: tables.access }),
    syncs: syncStore({ clientsFor, tableName: tables.inventory }),
    syncStarter: syncStarter({ clientsFor, stateMachineArn: SYNC_MACHINE }),
    newExternalId: uniqueText,
    organization: inventoryOrganization({
      inventory: shared.inventory,
      organization: organization({ clientsFor }),
    }),
  });
});

const accessOf = ({ clientsFor }: FunctionEnvironment) => ({ clientsFor, tableName: tables.access });

const requestsOf = (environment: FunctionEnvironment) => accessRequestStore(accessOf(environment));

const entitlementsOf = (environment: FunctionEnvironment) =>
  entitlementStore({ ...accessOf(environment), clock: environment.clock });

const turnsOf = (environment: FunctionEnvironment) =>
  turns({ ...accessOf(environment), clock: environment.clock, uniqueText: environment.uniqueText });

/** A scheduled sweep's time (lambdas/sweep/sweep-function.ts). */
const SCHEDULED_SECONDS = 240;

/** The time of a run of the automatic flows (lambdas/automatic/automatic-function.ts). */
const AUTOMATIC_SECONDS = 240;

export const functions: Readonly<Record<FunctionName, FunctionRow>> = {
  api,
  administration,
  ...syncFunctions,

  "await-approval": {
    timeoutSeconds: 30,
    compose: (environment) => {
      const { clientsFor } = environment;
      const work = awaitApproval({
        requests: requestsOf(environment),
        wakeups: wakeupStore({ clientsFor, tableName: tables.wakeups }),
        workflow: workflow({ clientsFor }),
      });
      return task(environment, AwaitApprovalInputSchema, work);
    },
  },

  "grant-access": {
    timeoutSeconds: 300,
    compose: (environment) => {
      const { clock } = environment;
      const admission = sharedAdmission({
        pace: paceItem({ ...accessOf(environment), name: "grant" }),
        share: SHARES.grant,
        clock,
      });
      const rotas = rotaStore({ clientsFor: environment.clientsFor, tableName: tables.config });
      const flows = accessFlowStore({ clientsFor: environment.clientsFor, tableName: tables.config });
      const work = grantAccess({
        requests: requestsOf(environment),
        entitlements: entitlementsOf(environment),
        providers: accessProviders(environment, admission),
        admission,
        protectedAccounts: [],
        guardrails: noGuardrails,
        flows,
        whyNotBegin: judgeAtStart({
          requests: requestsOf(environment),
          flows,
          organization: organization({ clientsFor: environment.clientsFor }),
          directory: directoryOf(environment),
          inventory: inventory({ clientsFor: environment.clientsFor, tableName: tables.inventory }),
          rotas,
          onCall: storedRotas({ rotas }),
          secondAdministrator: true,
        }),
        clock,
      });
      return task(environment, GrantAccessInputSchema, work);
    },
  },

  "revoke-access": {
    timeoutSeconds: 300,
    compose: (environment) => {
      const { clock } = environment;
      const requests = requestsOf(environment);
      const dependencies: RemovalDependencies = {
        entitlements: entitlementsOf(environment),
        index: entitlementIndex(accessOf(environment)),
        turns: turnsOf(environment),
        providers: accessProviders(environment, pacedAdmission({ clock, share: SHARES.revoke })),
        clock,
      };
      const drain = removeWhatIsQueued(dependencies);
      const revoke = revokeAccess({ requests, ...dependencies });
      const report = reportStuck({ requests, clock });
      return task(environment, RevokeFunctionInputSchema, async (input) => {
        if ("drain" in input) return drain();
        const { requestId, enteredAt, begin, stuck } = input;
        return stuck === undefined
          ? revoke({ requestId, enteredAt, begin })
          : report({ requestId, lastError: lastErrorOf(stuck) });
      });
    },
  },

  record: {
    timeoutSeconds: 60,
    compose: ({ clientsFor, clock }) => {
      const record = recordTransition({
        audit: auditTrail({ clientsFor, tableName: tables.audit, clock }),
        events: eventPublisher({ clientsFor, busName: "lockstep" }),
      });
      return async (image) => {
        await record(accessRequestOfImage(image as Parameters<typeof accessRequestOfImage>[0]));
        return undefined;
      };
    },
  },

  automatic: {
    timeoutSeconds: 300,
    compose: (environment) => {
      const { clientsFor, clock, log } = environment;
      const shared = answering(environment);
      const run = runAutomaticFlows({
        ...shared,
        requests: requestsOf(environment),
        turns: turnsOf(environment),
        onCall: storedRotas({ rotas: shared.rotas }),
        catalogue: inventoryCatalogue({
          inventory: shared.inventory,
          restrictedBy: AccountIdSchema.parse(organizationFile.managementAccountId),
        }),
        organization: organization({ clientsFor }),
        workflow: workflow({ clientsFor, stateMachineArn: MACHINE }),
        delegatedAdministrator: true,
        clock,
      });
      // As lambdas/automatic/automatic-function.ts, without the middleware.
      return async () => {
        const ran = await run({ seconds: AUTOMATIC_SECONDS });
        if (ran === undefined) return undefined;
        const { defects, ...rest } = ran;
        log({ ran: rest });
        if (defects.length > 0) throw defects[0] as Error;
        return undefined;
      };
    },
  },

  sweep: {
    timeoutSeconds: 300,
    compose: (environment) => {
      const { clientsFor, clock, log } = environment;
      const access = accessOf(environment);
      const requests = requestsOf(environment);
      const machine = workflow({ clientsFor, stateMachineArn: MACHINE });
      const flows = accessFlowStore({ clientsFor, tableName: tables.config });
      const replace = replaceExecution({ requests, workflow: machine });
      const lookAt = lookAtRequestsOf({ requests, flows, workflow: machine, clock });
      const work = sweep({
        requests,
        flows,
        due: dueRequests(access),
        entitlements: entitlementsOf(environment),
        index: entitlementIndex(access),
        turns: turnsOf(environment),
        configurationHeads: configurationHeads({ clientsFor, tableName: tables.config }),
        configurationTrail: configurationTrail({ clientsFor, tableName: tables.audit, clock }),
        audit: auditTrail({ clientsFor, tableName: tables.audit, clock }),
        events: eventPublisher({ clientsFor, busName: "lockstep" }),
        workflow: machine,
        removals: removals({ clientsFor, functionName: "revoke-access" }),
        counts: requestCounts(access),
        providers: accessProviders(environment, pacedAdmission({ clock, share: SHARES.sweep })),
        clock,
      });
      // As lambdas/sweep/sweep-function.ts, without the middleware.
      return async (event) => {
        const payload = SweepPayloadSchema.parse(event);
        if ("detail" in payload && payload["detail-type"] === "ConfigurationChanged") {
          await lookAt(payload.detail.name, new Date(clock.now().getTime() + SCHEDULED_SECONDS * 1000));
          return undefined;
        }
        if ("detail" in payload) {
          const requestId = requestOfExecution(payload.detail.input);
          if (requestId !== undefined)
            log({ outcome: await replace({ name: payload.detail.name, requestId }) });
          return undefined;
        }
        const scheduled = payload.mode === "scheduled";
        const swept = await work({
          seconds: scheduled ? SCHEDULED_SECONDS : payload.seconds,
          // A scheduled sweep counts the requests in each status: a dozen queries for metrics, which change nothing.
          counting: false,
        });
        log({ report: swept.report });
        if (swept.defects.length > 0) throw swept.defects[0] as Error;
        return swept.report;
      };
    },
  },
};
