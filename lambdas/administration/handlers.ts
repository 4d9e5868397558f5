import type {
  ConnectorSettings,
  IdentityCenterSettings,
  IdentitySettings,
  ProtectedAccount,
} from "../core/contracts/environment.ts";
import type { Deployment } from "../core/domain/integration.ts";
import type { Guardrails } from "../core/domain/guardrails.ts";
import type { MfaSettings } from "../core/domain/mfa.ts";
import type { Catalogue, CatalogueRefresh } from "../core/ports/catalogue.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Directory, Organization } from "../core/ports/directory.ts";
import type { InventoryReader } from "../core/ports/inventory.ts";
import type {
  AccessFlowStore,
  AccessScopeStore,
  BundleStore,
  ConfigurationHeads,
  ConfigurationTrail,
  EntitlementReader,
  RotaStore,
} from "../core/ports/stores.ts";
import type { SweepRunner } from "../core/ports/sweep.ts";
import type { IntegrationStore, SyncStarter, SyncStore } from "../core/ports/sync.ts";
import { homeIntegration } from "../core/use-cases/integrations/all-integrations.ts";
import { integrationAsSaved } from "../core/use-cases/integrations/save-integration.ts";
import { lintWhatIsThere } from "../core/use-cases/lint/lint-what-is-there.ts";
import { soundness } from "../core/use-cases/lint/soundness.ts";
import { resolveNames } from "../core/use-cases/resolve-names.ts";
import type { Handlers } from "../http/call.ts";
import { callers } from "../http/callers.ts";
import type { RouterDependencies } from "../http/router.ts";
import { accessFlowHandlers } from "./access-flow-handlers.ts";
import { accessScopeHandlers } from "./access-scope-handlers.ts";
import { bundleHandlers } from "./bundle-handlers.ts";
import { configurationHandlers } from "./configuration-handlers.ts";
import { integrationHandlers } from "./integration-handlers.ts";
import { inventoryHandlers } from "./inventory-handlers.ts";
import { rotaHandlers } from "./rota-handlers.ts";

/** What administration works with: ports, and what its settings say. */
export interface AdministrationPorts {
  readonly flows: AccessFlowStore;
  readonly bundles: BundleStore;
  readonly accessScopes: AccessScopeStore;
  readonly rotas: RotaStore;
  readonly configurationTrail: Pick<ConfigurationTrail, "list">;
  readonly configurationHeads: ConfigurationHeads;
  readonly catalogue: Catalogue;
  readonly catalogueRefresh: CatalogueRefresh;
  readonly sweepRunner: SweepRunner;
  readonly integrations: IntegrationStore;
  readonly inventory: InventoryReader;
  readonly entitlements: EntitlementReader;
  readonly syncs: SyncStore;
  readonly syncStarter: SyncStarter;
  /** Makes an ExternalId that nobody can guess. */
  readonly newExternalId: () => string;
  readonly deployment: Deployment;
  /** How the organization is reached, where Lockstep lives elsewhere. */
  readonly connector?: ConnectorSettings | undefined;
  readonly directory: Directory;
  readonly organization: Pick<Organization, "organizationalUnitAt">;
  readonly clock: Clock;
  readonly logger: RouterDependencies["logger"];
  readonly identity: IdentitySettings;
  readonly identityCenter: IdentityCenterSettings;
  readonly mfa?: MfaSettings | undefined;
  readonly administratorGroups: readonly string[];
  readonly policyAuthorGroups: readonly string[];
  readonly auditorGroups: readonly string[];
  readonly protectedAccounts: readonly ProtectedAccount[];
  readonly guardrails: Guardrails;
}

/** Everything that the router needs: who calls, what they may, and what each route does. */
export const administrationOf = (ports: AdministrationPorts): RouterDependencies => {
  const calling = callers(ports);
  const names = resolveNames({ ...ports, refresh: ports.catalogueRefresh });
  const home = homeIntegration({
    identityCenter: ports.identityCenter,
    managementAccount: ports.deployment.managementAccount,
    connector: ports.connector,
  });
  const lint = lintWhatIsThere({
    ...ports,
    mfa: ports.mfa,
    names,
    integrationAsSaved: integrationAsSaved({ ...ports, home }),
  });
  const sound = soundness({ ...ports, mfa: ports.mfa });
  return {
    ...calling,
    logger: ports.logger,
    handlers: {
      ...accessFlowHandlers({ ...ports, names, soundness: sound }),
      ...accessScopeHandlers({ ...ports, soundness: sound }),
      ...bundleHandlers({ ...ports, names, soundness: sound }),
      ...rotaHandlers({ ...ports, names, soundness: sound }),
      ...configurationHandlers(ports),
      ...integrationHandlers(ports),
      ...inventoryHandlers({ ...ports, rolesOf: calling.rolesOf }),
      "POST /access-flows/lint": async ({ body }) => ({
        body: { findings: [...(await lint(body))] },
      }),
      "POST /sweep": async () => ({ body: await ports.sweepRunner.run() }),
    } satisfies Handlers<"administration">,
  };
};
