import type { IdentityCenterSettings } from "../../core/contracts/environment.ts";
import type { OrganizationIntegration } from "../../core/domain/integration.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Admission } from "../../core/ports/provider.ts";
import type { ConnectToIdentity } from "../../core/ports/sync.ts";
import type { ConnectionSettings } from "../assumed-roles/connections.ts";
import type { ClientsFor } from "../aws-clients.ts";
import { assignmentSource } from "../identity-center/assignment-source.ts";
import { identityCenterOf } from "../identity-center/identity-center-of.ts";
import { permissionSetSource } from "../identity-center/permission-set-source.ts";
import { directorySource } from "../identity-store/directory-source.ts";
import { organizationSource } from "../organizations/organization-source.ts";
import { connectionSettingsOf } from "./connection-settings.ts";
import { turnsOf } from "./paces.ts";
import { patientCalls } from "./patient-calls.ts";
import { callTally } from "./tally.ts";

export interface IdentityConnectionDeps {
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** In front of every call of sso-admin. */
  readonly admission: Admission;
  readonly homeAccount: string;
  readonly identityCenter: IdentityCenterSettings;
  /** Clients that reach other accounts by these roles, for a sync. */
  readonly clientsThrough: (roles: ConnectionSettings, onBehalfOf: string) => ClientsFor;
}

/**
 * Reads an organization: through the connector's role where the integration names one, and with Lockstep's own roles else.
 * Only the management account may ask for assignments by principal: Lockstep itself is there, or its connector is.
 */
export const connectToIdentity =
  (deps: IdentityConnectionDeps): ConnectToIdentity =>
  (integration, onBehalfOf) => {
    const { clock, random, admission, homeAccount, identityCenter, clientsThrough } = deps;
    const { managementAccountId, connector } = integration;
    const clientsFor = clientsThrough(connectionSettingsOf(integration), onBehalfOf);
    const clients = clientsFor(connector === undefined ? "home" : managementAccountId, "sync");
    const tally = callTally();
    const waitForTurn = turnsOf({ clock, admission });
    const placeOf = () => ({ accountId: managementAccountId, region: regionOf(integration) });
    const call = patientCalls({ clock, random, waitForTurn, tally, placeOf });
    const { region, instanceArn, identityStoreId } = identityCenter;
    const center = { clients, call, region, instanceArn };
    return {
      takeTally: () => tally.take(),
      sources: {
        organization: organizationSource({ clients, call }),
        directory: directorySource({ clients, call, region, identityStoreId }),
        permissionSets: permissionSetSource(center),
        assignments: assignmentSource({
          ...center,
          fromManagementAccount: connector !== undefined || homeAccount === managementAccountId,
        }),
        identityCenterProblems: async () =>
          (await identityCenterOf(center)({ region, managementAccountId, instanceArn })).problems,
      },
    };
  };

const regionOf = ({ identityCenterRegion }: OrganizationIntegration): string => identityCenterRegion;
