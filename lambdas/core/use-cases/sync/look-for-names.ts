import { timestamp } from "../../domain/ids.ts";
import {
  isExcluded,
  lacksConnector,
  type Deployment,
  type OrganizationIntegration,
} from "../../domain/integration.ts";
import type { AccountFact, Fact, FactKind } from "../../domain/inventory/facts.ts";
import { isFirstSyncThrough } from "../../domain/sync-progress.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Inventory } from "../../ports/inventory.ts";
import type {
  AccountListing,
  ConnectToIdentity,
  IdentitySources,
  IntegrationStore,
  Look,
  SyncStore,
} from "../../ports/sync.ts";
import { readPermissionSet } from "./phases/permission-sets.ts";
import { known, writeDifferences, type Difference } from "./reconcile.ts";

export interface LookForNamesDeps {
  readonly integrations: Pick<IntegrationStore, "list">;
  readonly syncs: Pick<SyncStore, "list">;
  readonly inventory: Inventory;
  readonly deployment: Deployment;
  readonly connectTo: ConnectToIdentity;
  readonly clock: Pick<Clock, "now">;
}

/**
 * An organization is listed again only below this size: at four pages of 20 a second, some five seconds. Whoever misses a
 * name waits for it; in a larger one an event brings a new account in within seconds, or the next sync does.
 */
const ACCOUNTS_LISTED_AT_MOST = 400;

/**
 * So many new accounts are asked for their tags: whoever asks for access to one is judged by them. At ten calls a second
 * (adapters/sync/paces.ts) that is two seconds. Where more are new at once, as before the first sync, the sync asks the others;
 * until then their tags are not known, which is never taken for a yes or a no.
 */
const ASKED_FOR_TAGS_AT_MOST = 20;

/**
 * Looks for accounts, units and permission sets that the inventory does not know yet, and takes nothing away: for a name that
 * somebody used and nobody knows, and before the first sync is through. Until then what is found has not appeared, it was
 * there.
 */
export const lookForNames =
  ({ integrations, syncs, inventory, deployment, connectTo, clock }: LookForNamesDeps) =>
  async (): Promise<void> => {
    const write = writeDifferences({ inventory });
    for (const integration of await integrations.list()) {
      if (integration.kind !== "aws-organization" || lacksConnector(integration, deployment)) continue;
      const { sources } = connectTo(integration, "names");
      const search = { integration, inventory, sources };
      const { items } = await syncs.list({ integration: integration.name, scope: "identity" }, { limit: 1 });
      const baseline = isFirstSyncThrough(items[0]) ? {} : { baseline: true };
      const seenAt: Look = { observedAt: timestamp(clock.now()), ...baseline };
      for (const find of [newUnits, newAccounts, newPermissionSets]) {
        for await (const { differences, seesTags } of find(search)) {
          await write(differences, { ...seenAt, seesTags });
        }
      }
    }
  };

interface Search {
  readonly integration: OrganizationIntegration;
  readonly inventory: Inventory;
  readonly sources: IdentitySources;
}

interface Differences {
  readonly differences: readonly Difference[];
  /** The tags that they show were asked for. */
  readonly seesTags?: true;
}

type Found = AsyncGenerator<Differences, void, undefined>;

/** Whether the inventory knows so many of a kind. A page does not say: what vanished lately is looked at, and not shown. */
const holds = async (inventory: Inventory, kind: FactKind, atLeast: number): Promise<boolean> => {
  let found = 0;
  for await (const page of known(inventory, { kind })) {
    found += page.length;
    if (found >= atLeast) return true;
  }
  return false;
};

/** Only where none is known: the tree takes a call for each unit, and hardly changes. */
async function* newUnits({ inventory, sources }: Search): Found {
  if (await holds(inventory, "organizational-unit", 1)) return;
  for await (const page of sources.organization.organizationalUnits())
    yield { differences: page.map(appeared) };
}

async function* newAccounts({ integration, inventory, sources }: Search): Found {
  if (await holds(inventory, "account", ACCOUNTS_LISTED_AT_MOST)) return;
  let listed = 0;
  let mayBeAsked = ASKED_FOR_TAGS_AT_MOST;
  for await (const page of sources.organization.accounts()) {
    listed += page.length;
    const before = new Set(
      (
        await inventory.getAll(
          "account",
          page.map(({ id }) => id),
        )
      ).map(({ fact }) => fact.id),
    );
    const unknown = page.filter((account) => !before.has(account.id) && !isExcluded(integration, account));
    const asked = unknown.slice(0, mayBeAsked);
    mayBeAsked -= asked.length;
    yield { differences: (await withTags(sources, asked)).map(appeared), seesTags: true };
    yield { differences: unknown.slice(asked.length).map(appeared) };
    if (listed >= ACCOUNTS_LISTED_AT_MOST) return;
  }
}

/** Those that are there still, with their tags. */
const withTags = async (
  { organization }: Pick<IdentitySources, "organization">,
  accounts: readonly AccountListing[],
): Promise<readonly AccountFact[]> => {
  const tagged: AccountFact[] = [];
  for (const account of accounts) {
    const tags = await organization.tagsOf(account.id);
    if (tags !== undefined) tagged.push({ ...account, tags: { ...tags } });
  }
  return tagged;
};

async function* newPermissionSets({ inventory, sources }: Search): Found {
  for await (const arns of sources.permissionSets.arns()) {
    const before = new Set((await inventory.getAll("permission-set", arns)).map(({ fact }) => fact.arn));
    for (const arn of arns.filter((one) => !before.has(one))) {
      const fact = await readPermissionSet({ sources }, arn, undefined);
      if (fact !== undefined) yield { differences: [appeared(fact)] };
    }
  }
}

const appeared = (fact: Fact): Difference => ({ change: "appeared", fact });
