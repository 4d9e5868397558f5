import type { Party } from "./access-flow.ts";
import type { AccountId, OrganizationalUnitId } from "./ids.ts";
import type { Integration, ResourceOwnerAttribute } from "./integration.ts";
import type { AccountFact, OrganizationalUnitFact } from "./inventory/facts.ts";
import { tagsNotKnown } from "./inventory/known-tags.ts";

/** What an integration says of owners. */
export type OwnerSettings = Pick<Integration, "name" | "owner" | "resourceOwner" | "unconfirmedEditors">;

/** What somebody owns: something in an account, or the account itself where it has no tags of its own. */
export interface OwnedTarget {
  readonly accountId: AccountId;
  /** The resource's tags; absent where the target is not one: a permission set in an account. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly integration: OwnerSettings;
}

/** What the inventory knows of tags. */
export interface KnownTags {
  readonly accounts: ReadonlyMap<AccountId, Pick<AccountFact, "tags" | "organizationalUnits">>;
  readonly units: ReadonlyMap<OrganizationalUnitId, Pick<OrganizationalUnitFact, "tags" | "path">>;
}

/** The tag that names the owners. */
export interface OwnerTag {
  readonly via: "resource-tag" | "account-tag" | "unit-tag";
  readonly key: string;
  readonly value: string;
  readonly attribute: ResourceOwnerAttribute;
  /** What carries it, in words. */
  readonly on: string;
}

/** Who owns a target, by what, and why in one sentence. */
export type Ownership =
  | {
      readonly via: OwnerTag["via"];
      readonly parties: readonly [Party, ...Party[]];
      readonly tag: Pick<OwnerTag, "key" | "value">;
      readonly reason: string;
    }
  /** `reason` says why it was the fallback. */
  | {
      readonly via: "integration-owner";
      readonly parties: readonly [Party, ...Party[]];
      readonly tag?: Pick<OwnerTag, "key" | "value">;
      readonly reason: string;
    }
  | {
      readonly via: "nobody";
      readonly parties: readonly [];
      readonly tag?: Pick<OwnerTag, "key" | "value">;
      readonly reason: string;
    };

/** The nearest tag that names owners, or why there is none, or why nobody can tell yet. */
export type OwnerTagSearch =
  { readonly tag: OwnerTag } | { readonly none: string } | { readonly unknown: string };

/**
 * Looks for the tag on the resource, else on its account, else on the units above that, nearest first. The nearest one counts
 * whatever it names: who set it meant to say who owns this. What the inventory does not know yet ends the search, too: nobody
 * stands in for an owner who may be named there.
 */
export const ownerTagOf = (
  { accountId, tags, integration }: OwnedTarget,
  known: KnownTags,
): OwnerTagSearch => {
  const { resourceOwner } = integration;
  if (resourceOwner === undefined)
    return { none: `integration ${integration.name} names no resource owners` };
  const { tagKey, attribute } = resourceOwner;
  const tagIn = (
    via: OwnerTag["via"],
    on: string,
    found: Readonly<Record<string, string>> = {},
  ): OwnerTagSearch | undefined => {
    const value = Object.hasOwn(found, tagKey) ? found[tagKey] : undefined;
    return value === undefined || value.trim() === ""
      ? undefined
      : { tag: { via, key: tagKey, value, attribute, on } };
  };

  const onResource = tagIn("resource-tag", "the resource", tags);
  if (onResource !== undefined) return onResource;
  const account = known.accounts.get(accountId);
  if (account === undefined) return { unknown: `the inventory does not know account ${accountId} yet` };
  if (account.tags === undefined) return { unknown: tagsNotKnown(`account ${accountId}`) };
  const onAccount = tagIn("account-tag", `account ${accountId}`, account.tags);
  if (onAccount !== undefined) return onAccount;
  for (const id of account.organizationalUnits) {
    const unit = known.units.get(id);
    if (unit?.tags === undefined)
      return { unknown: tagsNotKnown(`the organizational unit ${unit?.path ?? id}`) };
    const onUnit = tagIn("unit-tag", `the organizational unit ${unit.path}`, unit.tags);
    if (onUnit !== undefined) return onUnit;
  }
  const resource = tags === undefined ? "" : "the resource, ";
  return { none: `neither ${resource}account ${accountId} nor a unit above it has a tag ${tagKey}` };
};

/**
 * What separates the names in a tag's value. Most services take no commas in tags, but letters, digits, spaces and
 * `+ - = . _ : / @` (https://docs.aws.amazon.com/batch/latest/userguide/tag-restrictions.html). User names and
 * email addresses have no spaces, and may have a `+`; names of groups may have spaces, and seldom a `+`.
 */
const separators: Readonly<Record<ResourceOwnerAttribute, RegExp>> = {
  userName: /[\s,;]+/,
  email: /[\s,;]+/,
  displayName: /[+,;]+/,
};

/** So many names of one tag are looked up: a value has 256 characters, and each name costs calls of the directory. */
export const MOST_NAMES = 10;

/** The names in the value of a tag, each once. */
export const namesIn = ({ value, attribute }: Pick<OwnerTag, "value" | "attribute">): readonly string[] => [
  ...new Set(
    value
      .split(separators[attribute])
      .map((name) => name.trim())
      .filter((name) => name !== ""),
  ),
];

/** Whom a name means in the directory now: nobody who is disabled. */
export type PartyNamed = (name: string, attribute: ResourceOwnerAttribute) => Party | undefined;

/**
 * Decides who owns a target: whom the tag names, else the integration's owner, else nobody. Where nobody can tell whether there
 * is such a tag, it is nobody: the integration's owner does not decide about what may be somebody else's.
 */
export const ownershipOf = (
  integration: OwnerSettings,
  search: OwnerTagSearch,
  partyNamed: PartyNamed,
): Ownership => {
  if ("unknown" in search)
    return {
      via: "nobody",
      parties: [],
      reason: `${search.unknown}, and who owns it may be named there: try again when the next sync is through`,
    };
  if ("none" in search) return withoutTagOwner(integration, search.none);
  const { tag } = search;
  const { key, value, attribute, on } = tag;
  const shown = { tag: { key, value } };
  const where = `the tag ${key} = ${JSON.stringify(value)} of ${on}`;
  const names = namesIn(tag);
  if (names.length > MOST_NAMES) {
    const reason = `${where} has ${String(names.length)} names, and at most ${String(MOST_NAMES)} are looked up`;
    return { ...withoutTagOwner(integration, reason), ...shown };
  }
  const found = names.map((name) => ({ name, party: partyNamed(name, attribute) }));
  const [first, ...others] = distinct(found.flatMap(({ party }) => (party === undefined ? [] : [party])));
  const unknown = found.flatMap(({ name, party }) => (party === undefined ? [JSON.stringify(name)] : []));
  if (first === undefined)
    return {
      ...withoutTagOwner(integration, `${where} names ${inWords[attribute]}`),
      ...shown,
    };
  const parties = [first, ...others] as const;
  const besides = unknown.length === 0 ? "" : `; nobody is called ${unknown.join(", ")}`;
  return {
    via: tag.via,
    parties,
    ...shown,
    reason: `${where} names ${parties.map(({ name }) => name).join(", ")} by ${attribute}${besides}`,
  };
};

/**
 * Whether a target has no owner whoever is in the directory: no tag of it says names, and the integration's owner is nobody. Of
 * what the inventory does not know, nobody can tell.
 */
export const isOwnerless = (target: OwnedTarget, known: KnownTags): boolean => {
  const { owner } = target.integration;
  if (owner !== undefined && partiesOf(owner).length > 0) return false;
  const search = ownerTagOf(target, known);
  if ("unknown" in search) return false;
  if ("none" in search) return true;
  const names = namesIn(search.tag).length;
  return names === 0 || names > MOST_NAMES;
};

const inWords: Readonly<Record<ResourceOwnerAttribute, string>> = {
  userName: "nobody who is there and enabled, by userName",
  email: "nobody who is there and enabled, by email",
  displayName: "no group that is there, by displayName",
};

const withoutTagOwner = ({ name, owner }: OwnerSettings, why: string) => {
  const [first, ...others] = owner === undefined ? [] : partiesOf(owner);
  if (first === undefined)
    return {
      via: "nobody",
      parties: [],
      reason: `${why}, and integration ${name} has no owner`,
    } as const;
  return {
    via: "integration-owner",
    parties: [first, ...others],
    reason: `${why}: the owner of integration ${name} stands in`,
  } as const satisfies Ownership;
};

const partiesOf = ({ users, groups }: NonNullable<OwnerSettings["owner"]>): readonly Party[] => [
  ...users.map((user) => ({ type: "user" as const, ...user })),
  ...groups.map((group) => ({ type: "group" as const, ...group })),
];

const distinct = (parties: readonly Party[]): readonly Party[] => [
  ...new Map(parties.map((party) => [party.id as string, party])).values(),
];
