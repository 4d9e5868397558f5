import type { ConnectorSettings } from "../../contracts/environment.ts";
import {
  HOME_INTEGRATION,
  SETTINGS_WRITTEN_AT,
  type Integration,
  type IntegrationName,
  type OrganizationIntegration,
} from "../../domain/integration.ts";
import { ResourceTypes } from "../../domain/inventory/facts.ts";
import { AccountIdSchema } from "../../domain/ids.ts";
import type { IntegrationStore } from "../../ports/sync.ts";

/** The integrations that were written, and the deployment's own organization, whether it was or not. */
export interface AllIntegrations {
  get(name: IntegrationName): Promise<Integration | undefined>;
  /** By name. */
  list(): Promise<readonly Integration[]>;
}

interface Dependencies {
  readonly store: Pick<IntegrationStore, "get" | "list">;
  /** What the settings say of the deployment's own organization. */
  readonly home: Integration;
}

/** The one place that adds the deployment's own organization; one that was written under its name stands for it. */
export const allIntegrations = ({ store, home }: Dependencies): AllIntegrations => ({
  get: async (name) => {
    const written = await store.get(name);
    if (written === undefined) return name === home.name ? home : undefined;
    return asDeployed(written, home);
  },
  list: async () => {
    const written = (await store.list()).map((integration) => asDeployed(integration, home));
    if (written.some(({ name }) => name === home.name)) return written;
    return [...written, home].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  },
});

/** Where Lockstep lives elsewhere, the way into its own organization is the deployment's, whatever was written before it was. */
const asDeployed = (written: Integration, { name, connector, externalId }: Integration): Integration =>
  written.name === name && connector !== undefined ? { ...written, connector, externalId } : written;

/** What of the deployment's settings makes its own integration. */
export interface HomeSettings {
  readonly identityCenter: { readonly region: string; readonly accessPortalUrl: string };
  readonly managementAccount: string;
  /** Where Lockstep lives neither in the management account nor in a delegated administrator's. */
  readonly connector?: ConnectorSettings | undefined;
}

/** The deployment's own organization as it is before anybody writes an integration. */
export const homeIntegration = ({
  identityCenter,
  managementAccount,
  connector,
}: HomeSettings): OrganizationIntegration => ({
  name: HOME_INTEGRATION,
  version: 1,
  kind: "aws-organization",
  managementAccountId: AccountIdSchema.parse(managementAccount),
  region: identityCenter.region,
  identityCenterRegion: identityCenter.region,
  accessPortalUrl: identityCenter.accessPortalUrl,
  memberAccounts: false,
  exclude: { organizationalUnits: [], accounts: [] },
  externalId: connector?.externalId ?? "",
  ...(connector === undefined ? {} : { connector: { roleArn: connector.roleArn } }),
  resourceTypes: [...ResourceTypes],
  updatedAt: SETTINGS_WRITTEN_AT,
});
