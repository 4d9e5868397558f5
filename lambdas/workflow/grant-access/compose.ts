import type * as z from "zod/mini";
import { SHARES } from "../../adapters/admission.ts";
import { occasions } from "../../adapters/assumed-roles/occasions.ts";
import {
  organizationClients,
  type OrganizationClientsSettings,
} from "../../adapters/assumed-roles/organization-clients.ts";
import type { ClientsFor } from "../../adapters/aws-clients.ts";
import { accessFlowStore } from "../../adapters/dynamodb/access-flow-store.ts";
import { accessRequestStore } from "../../adapters/dynamodb/access-request-store.ts";
import { entitlementStore } from "../../adapters/dynamodb/entitlement-store.ts";
import { inventory } from "../../adapters/dynamodb/inventory.ts";
import { paceItem } from "../../adapters/dynamodb/pace-item.ts";
import { rotaStore } from "../../adapters/dynamodb/rota-store.ts";
import { directory } from "../../adapters/identity-store/directory.ts";
import { organization } from "../../adapters/organizations/organization.ts";
import { sharedAdmission } from "../../adapters/shared-admission.ts";
import { systemClock } from "../../adapters/system-clock.ts";
import { accountsNeverGrantedInto } from "../../core/contracts/guardrails.ts";
import type { GrantAccessInputSchema } from "../../core/contracts/workflow.ts";
import { judgeAtStart } from "../../core/use-cases/evaluation/judge-at-start.ts";
import { grantAccess } from "../../core/use-cases/grant-access.ts";
import { storedRotas } from "../../core/use-cases/evaluation/stored-rotas.ts";
import { countThrottled, tellOfUnreadable } from "../../middleware/observability.ts";
import { providers } from "../../providers/registry.ts";
import type { EnvironmentSchema } from "./env.ts";

/** The use case with its adapters. */
export const compose = (environment: z.output<typeof EnvironmentSchema>) => {
  const clock = systemClock;
  const occasion = occasions("grants");
  const clientsFor = grantingClients(environment, { clock, onBehalfOf: occasion.current });
  const access = { clientsFor, tableName: environment.ACCESS_TABLE };
  const config = { clientsFor, tableName: environment.CONFIG_TABLE };
  const rotas = rotaStore(config);
  const flows = accessFlowStore(config);
  const { region, identityStoreId } = environment.IDENTITY_CENTER;
  const admission = sharedAdmission({
    pace: paceItem({ ...access, name: "grant" }),
    share: SHARES.grant,
    clock,
  });
  const requests = accessRequestStore({ ...access, onUnreadable: tellOfUnreadable });
  const grant = grantAccess({
    requests,
    entitlements: entitlementStore({ ...access, clock }),
    providers: providers({
      clientsFor,
      clock,
      admission,
      accessPortalUrl: environment.IDENTITY_CENTER.accessPortalUrl,
    }),
    admission,
    protectedAccounts: environment.PROTECTED_ACCOUNTS,
    guardrails: environment.GUARDRAILS,
    flows,
    whyNotBegin: judgeAtStart({
      requests,
      flows,
      organization: organization({ clientsFor }),
      directory: directory({ clientsFor, region, identityStoreId, identity: environment.IDENTITY }),
      inventory: inventory({ clientsFor, tableName: environment.INVENTORY_TABLE }),
      rotas,
      onCall: storedRotas({ rotas }),
      secondAdministrator: environment.SECOND_ADMINISTRATOR,
    }),
    clock,
  });
  return (input: z.output<typeof GrantAccessInputSchema>) =>
    occasion.during(input.requestId, () => grant(input));
};

/** Clients that grant: into protected accounts, and those of guardrails, not even where the code would. */
export const grantingClients = (
  environment: Pick<
    z.output<typeof EnvironmentSchema>,
    "HOME_ACCOUNT" | "CONNECTOR" | "PROTECTED_ACCOUNTS" | "GUARDRAILS"
  >,
  surroundings: Pick<OrganizationClientsSettings, "clock" | "onBehalfOf" | "overrides">,
): ClientsFor =>
  organizationClients({
    ...surroundings,
    homeAccount: environment.HOME_ACCOUNT,
    connector: environment.CONNECTOR,
    neverGrantInto: [
      ...new Set([
        ...environment.PROTECTED_ACCOUNTS.map(({ id }) => id),
        ...accountsNeverGrantedInto(environment.GUARDRAILS),
      ]),
    ],
    onThrottled: countThrottled,
  });
