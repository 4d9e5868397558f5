import { randomUUID } from "node:crypto";
import type * as z from "zod/mini";
import { awsClients } from "../adapters/aws-clients.ts";
import { accessFlowStore } from "../adapters/dynamodb/access-flow-store.ts";
import { accessRequestStore } from "../adapters/dynamodb/access-request-store.ts";
import { auditTrail } from "../adapters/dynamodb/audit-trail.ts";
import { catalogue } from "../adapters/dynamodb/catalogue.ts";
import { wakeupStore } from "../adapters/dynamodb/wakeup-store.ts";
import { directory } from "../adapters/identity-store/directory.ts";
import { catalogueRefresh } from "../adapters/lambda/catalogue-refresh.ts";
import { sweepRunner } from "../adapters/lambda/sweep-runner.ts";
import { organization } from "../adapters/organizations/organization.ts";
import { workflow } from "../adapters/step-functions/workflow.ts";
import { systemClock } from "../adapters/system-clock.ts";
import { logger, tellOfUnreadable } from "../middleware/observability.ts";
import { accountAssignmentInstructions } from "../providers/identity-center-account-assignment/instructions.ts";
import type { EnvironmentSchema } from "./env.ts";
import { dependenciesOf } from "./handlers.ts";

/** The use cases with their adapters. Of the providers the API needs only words, so that its bundle has no sso-admin. */
export const compose = (environment: z.output<typeof EnvironmentSchema>) => {
  const clientsFor = awsClients({ homeAccount: environment.HOME_ACCOUNT });
  const { region, identityStoreId, accessPortalUrl } = environment.IDENTITY_CENTER;
  return dependenciesOf({
    requests: accessRequestStore({
      clientsFor,
      tableName: environment.ACCESS_TABLE,
      onUnreadable: tellOfUnreadable,
    }),
    flows: accessFlowStore({ clientsFor, tableName: environment.CONFIG_TABLE }),
    wakeups: wakeupStore({ clientsFor, tableName: environment.WAKEUPS_TABLE }),
    audit: auditTrail({ clientsFor, tableName: environment.AUDIT_TABLE, clock: systemClock }),
    catalogue: catalogue({ clientsFor, tableName: environment.CONFIG_TABLE }),
    catalogueRefresh: catalogueRefresh({ clientsFor, functionName: environment.CATALOGUE_FUNCTION }),
    sweepRunner: sweepRunner({ clientsFor, functionName: environment.SWEEP_FUNCTION }),
    directory: directory({ clientsFor, region, identityStoreId, identity: environment.IDENTITY }),
    organization: organization({ clientsFor }),
    workflow: workflow({ clientsFor, stateMachineArn: environment.WORKFLOW_ARN }),
    clock: systemClock,
    logger,
    uniqueText: randomUUID,
    instructions: { "identity-center/account-assignment": accountAssignmentInstructions(accessPortalUrl) },
    identity: environment.IDENTITY,
    identityCenter: environment.IDENTITY_CENTER,
    administratorGroups: environment.ADMINISTRATOR_GROUPS,
    protectedAccounts: environment.PROTECTED_ACCOUNTS,
    delegatedAdministrator: environment.HOME_ACCOUNT !== environment.MANAGEMENT_ACCOUNT,
  });
};
