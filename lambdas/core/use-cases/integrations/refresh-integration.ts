import { DomainError } from "../../domain/errors.ts";
import {
  connectedAccountOf,
  lacksConnector,
  type Deployment,
  type Integration,
  type IntegrationName,
  type OrganizationIntegration,
} from "../../domain/integration.ts";
import { scopesOf } from "../../domain/sync-schedule.ts";
import type { SyncScope } from "../../domain/sync.ts";
import type { Clock } from "../../ports/clock.ts";
import type { IntegrationStore, SyncStarter, SyncStore } from "../../ports/sync.ts";
import { beginSync, type BegunSync } from "./begin-sync.ts";
import { findIntegration } from "./integrations.ts";

interface Dependencies {
  readonly integrations: Pick<IntegrationStore, "get" | "list">;
  readonly home: OrganizationIntegration;
  readonly syncs: Pick<SyncStore, "get" | "put" | "list">;
  readonly syncStarter: SyncStarter;
  readonly deployment: Deployment;
  readonly clock: Pick<Clock, "now">;
}

interface RefreshInput {
  readonly actor: string;
  readonly name: IntegrationName;
  /** All that there are, if none. */
  readonly scope?: SyncScope;
}

/**
 * Begins the passes of an integration now, or finds those that are under way. Throws DomainError `not-found`,
 * `connector-missing`, or `invalid-body` for a scope that the integration does not have.
 */
export const refreshIntegration = (dependencies: Dependencies) => {
  const find = findIntegration(dependencies);
  const begin = beginSync({ ...dependencies, starter: dependencies.syncStarter });
  return async ({ actor, name, scope }: RefreshInput): Promise<readonly BegunSync[]> => {
    const integration = await find(name);
    const scopes = scopesOf(integration);
    if (scope !== undefined && !scopes.includes(scope)) throw noSuchScope(scope, integration);
    if (lacksConnector(integration, dependencies.deployment)) {
      throw new DomainError(
        "connector-missing",
        `Lockstep has no way into ${connectedAccountOf(integration)} yet: PUT /integrations/${name} with the connector.roleArn that the stack of docs/connectors.md tells.`,
      );
    }
    const begun: BegunSync[] = [];
    for (const one of scope === undefined ? scopes : [scope]) {
      begun.push(await begin({ integration, scope: one, reason: `user:${actor}` }));
    }
    return begun;
  };
};

const noSuchScope = (scope: SyncScope, integration: Integration): DomainError => {
  const why =
    integration.kind === "aws-account"
      ? "an account alone has no directory and no organization"
      : "as long as memberAccounts is false, nothing is looked at within the accounts";
  const detail = `found "${scope}"; expected "${scopesOf(integration).join('" or "')}": ${why}`;
  return new DomainError("invalid-body", `/scope: ${detail}.`, [{ pointer: "/scope", detail }]);
};
