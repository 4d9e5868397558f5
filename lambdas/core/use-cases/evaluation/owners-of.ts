import type { Party } from "../../domain/access-flow.ts";
import type { ResourceOwnerAttribute } from "../../domain/integration.ts";
import {
  MOST_NAMES,
  namesIn,
  ownershipOf,
  ownerTagOf,
  type KnownTags,
  type OwnedTarget,
  type Ownership,
  type OwnerTagSearch,
} from "../../domain/ownership.ts";
import { asKnownAt } from "../../domain/inventory/known-tags.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Directory } from "../../ports/directory.ts";
import type { InventoryReader } from "../../ports/inventory.ts";
import { inBatches } from "../in-batches.ts";

export interface OwnersDependencies {
  readonly inventory: Pick<InventoryReader, "getAll">;
  readonly directory: Pick<Directory, "userWith" | "groupByName">;
  readonly clock: Pick<Clock, "now">;
}

/** Names that are looked up at a time; each identitystore operation allows 20 calls a second. */
const AT_A_TIME = 5;

/**
 * Who owns each of the targets, as tags were when they were synced last (nobody, where that is too long ago) and the directory is
 * now; in the order of the targets.
 *
 * Two reads of the inventory, each for all targets: their accounts, and the units above those. Each name that tags have is
 * looked up once: one call for a group, two for a user. A request of 20 entitlements whose tags name as many groups is 2 reads
 * and 20 calls; of one account, or with one owner, 2 reads and one call. Nothing where no integration names resource owners.
 */
export const ownersOf =
  ({ inventory, directory, clock }: OwnersDependencies) =>
  async (targets: readonly OwnedTarget[]): Promise<readonly Ownership[]> => {
    const known = await knownTags(inventory, targets, clock.now());
    const searches = targets.map((target) => ({ target, search: ownerTagOf(target, known) }));
    const parties = await partiesNamedIn(
      directory,
      searches.map(({ search }) => search),
    );
    return searches.map(({ target, search }) =>
      ownershipOf(target.integration, search, (name, attribute) => parties.get(keyOf(name, attribute))),
    );
  };

const knownTags = async (
  inventory: OwnersDependencies["inventory"],
  targets: readonly OwnedTarget[],
  now: Date,
): Promise<KnownTags> => {
  const asked = targets.filter(({ integration }) => integration.resourceOwner !== undefined);
  const accounts = await allOf(
    inventory,
    "account",
    asked.map(({ accountId }) => accountId),
    now,
  );
  const units = await allOf(
    inventory,
    "organizational-unit",
    accounts.flatMap(({ organizationalUnits }) => organizationalUnits),
    now,
  );
  return {
    accounts: new Map(accounts.map((account) => [account.id, account])),
    units: new Map(units.map((unit) => [unit.id, unit])),
  };
};

const allOf = async <Kind extends "account" | "organizational-unit">(
  inventory: OwnersDependencies["inventory"],
  kind: Kind,
  ids: readonly string[],
  now: Date,
) => (ids.length === 0 ? [] : (await inventory.getAll(kind, [...new Set(ids)])).map(asKnownAt(now)));

interface Named {
  readonly name: string;
  readonly attribute: ResourceOwnerAttribute;
}

const keyOf = (name: string, attribute: ResourceOwnerAttribute): string => `${attribute}=${name}`;

const partiesNamedIn = async (
  directory: OwnersDependencies["directory"],
  searches: readonly OwnerTagSearch[],
): Promise<ReadonlyMap<string, Party>> => {
  const named = searches.flatMap((search): readonly Named[] => {
    if (!("tag" in search)) return [];
    const names = namesIn(search.tag);
    const { attribute } = search.tag;
    return names.length > MOST_NAMES ? [] : names.map((name) => ({ name, attribute }));
  });
  const distinct = [...new Map(named.map((one) => [keyOf(one.name, one.attribute), one]))];
  const found = await inBatches(distinct, AT_A_TIME, async ([key, one]) => {
    const party = await partyOf(directory, one);
    return party === undefined ? [] : [[key, party] as const];
  });
  return new Map(found.flat());
};

const partyOf = async (
  directory: OwnersDependencies["directory"],
  { name, attribute }: Named,
): Promise<Party | undefined> => {
  if (attribute === "displayName") {
    const group = await directory.groupByName(name);
    return group && { type: "group", id: group.groupId, name: group.displayName };
  }
  const user = await directory.userWith(attribute, name);
  return user?.enabled === true ? { type: "user", id: user.userId, name: user.userName } : undefined;
};
