import type * as z from "zod/mini";
import type { IntegrationView, RefreshSchema } from "../../core/contracts/http/integrations.ts";
import { isFromSettings, type Integration } from "../../core/domain/integration.ts";
import type { BegunSync } from "../../core/use-cases/integrations/begin-sync.ts";
import type { DescribedIntegration } from "../../core/use-cases/integrations/integrations.ts";
import { given } from "../../http/pages.ts";

/** An integration for administrators: as it was written, with its ExternalId, and how it is. */
export const integrationView = ({ integration, status }: DescribedIntegration): IntegrationView => ({
  ...contentView(integration),
  ...statusView(status),
});

/** One that nobody has written has no version of its own, and an ExternalId only where it has a connector. */
const originView = (integration: Integration) =>
  isFromSettings(integration)
    ? ({
        origin: "settings",
        ...(integration.connector === undefined ? {} : { externalId: integration.externalId }),
      } as const)
    : ({
        origin: "api",
        version: integration.version,
        updatedAt: integration.updatedAt,
        externalId: integration.externalId,
      } as const);

const contentView = (integration: Integration) => {
  const { name, region, connector, resourceTypes, customAccessDetails, owner, resourceOwner } = integration;
  const { syncEvery, credentialRotationDays, userCleanupDays } = integration;
  const common = {
    name,
    ...originView(integration),
    region,
    resourceTypes,
    ...given({ connector, customAccessDetails, owner, resourceOwner, syncEvery }),
    ...given({ credentialRotationDays, userCleanupDays }),
    unconfirmedEditors: integration.unconfirmedEditors ?? [],
  };
  if (integration.kind === "aws-account") {
    const { kind, accountId } = integration;
    return { kind, ...common, accountId };
  }
  const { kind, managementAccountId, identityCenterRegion, accessPortalUrl, memberAccounts, exclude } =
    integration;
  return {
    kind,
    ...common,
    managementAccountId,
    identityCenterRegion,
    accessPortalUrl,
    memberAccounts,
    exclude,
  };
};

const statusView = ({
  state,
  reasons,
  moreReasons,
  lastSyncedAt,
  lastSyncs,
}: DescribedIntegration["status"]) => ({
  status: state,
  reasons: [...reasons],
  moreReasons,
  ...(lastSyncedAt === undefined ? {} : { lastSyncedAt }),
  lastSyncs,
});

/** What a refresh came to, and where to look on. */
export const refreshView = (begun: readonly BegunSync[]): z.output<typeof RefreshSchema> => ({
  syncs: begun.map(({ sync: { id, scope }, outcome }) => ({
    id,
    scope,
    outcome,
    location: `/syncs/${id}`,
  })),
});
