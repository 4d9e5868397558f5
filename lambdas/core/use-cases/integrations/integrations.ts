import * as z from "zod/mini";
import { decodeCursor, encodeCursor } from "../../contracts/http/cursor.ts";
import type { Author } from "../../domain/configuration/entry.ts";
import { refuseStillNamed } from "../../domain/configuration/naming-problems.ts";
import { DomainError } from "../../domain/errors.ts";
import type {
  Deployment,
  Integration,
  IntegrationName,
  OrganizationIntegration,
} from "../../domain/integration.ts";
import { integrationStatus, type IntegrationStatus } from "../../domain/integration-status.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Page, PageQuery } from "../../ports/stores.ts";
import type { IntegrationStore, SyncStore } from "../../ports/sync.ts";
import { namingItems, type NamingStores } from "../configuration/catalogue.ts";
import { changeConfiguration } from "../configuration/change-configuration.ts";
import { inBatches } from "../in-batches.ts";
import { allIntegrations } from "./all-integrations.ts";
import { latestPasses } from "./latest-passes.ts";

interface Dependencies {
  readonly integrations: Pick<IntegrationStore, "get" | "list">;
  readonly home: OrganizationIntegration;
  readonly syncs: Pick<SyncStore, "list">;
  readonly deployment: Deployment;
  readonly clock: Pick<Clock, "now">;
}

/** An integration, and how it is. */
export interface DescribedIntegration {
  readonly integration: Integration;
  readonly status: IntegrationStatus;
}

/** Integrations whose passes are read at once. */
const AT_A_TIME = 5;

/** Adds how the integration is, by its passes. */
export const describeIntegration = (
  dependencies: Dependencies,
): ((integration: Integration) => Promise<DescribedIntegration>) => {
  const passesOf = latestPasses(dependencies);
  return async (integration) => ({
    integration,
    status: integrationStatus(integration, await passesOf(integration), {
      now: dependencies.clock.now(),
      deployment: dependencies.deployment,
    }),
  });
};

/** One integration; throws DomainError `not-found`. */
export const findIntegration =
  ({ integrations, home }: Pick<Dependencies, "integrations" | "home">) =>
  async (name: IntegrationName): Promise<Integration> => {
    const all = allIntegrations({ store: integrations, home });
    const found = await all.get(name);
    if (found === undefined) throw notThere(name, await all.list());
    return found;
  };

const notThere = (name: IntegrationName, all: readonly Integration[]): DomainError =>
  new DomainError(
    "not-found",
    `There is no integration ${name}, only ${all.map((one) => one.name).join(", ")}.`,
  );

const PlaceSchema = z.strictObject({ after: z.string() });

/** A page of the integrations, by name, and how each is. */
export const listIntegrations =
  (dependencies: Dependencies) =>
  async ({ limit, cursor }: PageQuery): Promise<Page<DescribedIntegration>> => {
    const after = cursor === undefined ? "" : decodeCursor(PlaceSchema, cursor).after;
    const { integrations, home } = dependencies;
    const rest = (await allIntegrations({ store: integrations, home }).list()).filter(
      ({ name }) => name > after,
    );
    const page = rest.slice(0, limit);
    const items = await inBatches(page, AT_A_TIME, describeIntegration(dependencies));
    const last = page.at(-1);
    return last === undefined || page.length === rest.length
      ? { items }
      : { items, cursor: encodeCursor({ after: last.name }) };
  };

/**
 * Deletes an integration, whoever changed it last; its passes stay, and what they found goes with the organization's next one
 * (left-scope.ts). Its ExternalId is not used again: who was let in by it may not be. The deployment's own organization is
 * afterwards what the settings say, so that it may be named still. Throws DomainError `not-found`, `still-named` where an access
 * flow or a bundle names it, or `integration-built-in` when nobody wrote it.
 */
export const deleteIntegration =
  ({
    integrations,
    home,
    clock,
    ...stores
  }: NamingStores & {
    readonly integrations: IntegrationStore;
    readonly home: OrganizationIntegration;
    readonly clock: Pick<Clock, "now">;
  }) =>
  async (name: IntegrationName, author: Author): Promise<void> => {
    const change = changeConfiguration<Integration>({ kind: "integration", store: integrations, clock });
    await change<undefined>(name, author, async (current) => {
      if (current === undefined) {
        throw name === home.name
          ? builtIn(name)
          : notThere(name, await allIntegrations({ store: integrations, home }).list());
      }
      if (name !== home.name) refuseStillNamed({ kind: "integration", name }, await namingItems(stores));
      return undefined;
    });
  };

const builtIn = (name: IntegrationName): DomainError =>
  new DomainError(
    "integration-built-in",
    `${name} is the organization of the deployment's settings, as they say it is: there is nothing of it to delete. PUT changes how it is synced.`,
  );
