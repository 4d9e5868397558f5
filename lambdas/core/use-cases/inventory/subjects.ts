import { HOME_INTEGRATION, type IntegrationName } from "../../domain/integration.ts";
import type { AccountId } from "../../domain/ids.ts";
import type { AccountFact, OrganizationalUnitFact, ResourceFact } from "../../domain/inventory/facts.ts";
import { asKnownAt } from "../../domain/inventory/known-tags.ts";
import type { Grantable } from "../../domain/inventory/matching-accounts.ts";
import {
  accountSubject,
  permissionOf,
  resourceSubject,
  type Surroundings,
} from "../../domain/inventory/query-subject.ts";
import { NOT_KNOWN, type QuerySubject } from "../../domain/query/fields.ts";
import type { InventoryReader } from "../../ports/inventory.ts";
import type { IntegrationStore } from "../../ports/sync.ts";
import { allOf } from "./walk.ts";

/** What a query is asked of, with where it is. */
export interface Subject {
  readonly subject: QuerySubject;
  readonly surroundings: Surroundings;
}

/** The integrations of single accounts, by account. */
export type OwnIntegrations = ReadonlyMap<AccountId, IntegrationName>;

export const ownIntegrations = async (
  integrations: Pick<IntegrationStore, "list">,
): Promise<OwnIntegrations> =>
  new Map(
    (await integrations.list()).flatMap((integration) =>
      integration.kind === "aws-account" ? [[integration.accountId, integration.name] as const] : [],
    ),
  );

/** What accounts and resources are to a query, with the names around them by one batch of each kind. */
export const subjectsOf = async (
  inventory: Pick<InventoryReader, "getAll">,
  own: OwnIntegrations,
  facts: readonly (AccountFact | ResourceFact)[],
): Promise<(fact: AccountFact | ResourceFact) => Subject> => {
  const listed = facts.filter((fact) => fact.kind === "account");
  const around = facts.filter((fact) => fact.kind === "resource").map(({ accountId }) => accountId);
  const found = await inventory.getAll("account", [...new Set(around)]);
  const accounts = [...listed, ...found.map(({ fact }) => fact)];
  const units = await inventory.getAll("organizational-unit", [
    ...new Set(accounts.flatMap(({ organizationalUnits }) => organizationalUnits.slice(0, 1))),
  ]);
  const surroundingsOf = surroundingsIn(
    own,
    accounts,
    units.map(({ fact }) => fact),
  );
  return (fact) => {
    const surroundings = surroundingsOf(fact.kind === "account" ? fact.id : fact.accountId);
    const subject =
      fact.kind === "account" ? accountSubject(fact, surroundings) : resourceSubject(fact, surroundings);
    return { subject, surroundings };
  };
};

interface GrantableDependencies {
  readonly inventory: Pick<InventoryReader, "page">;
  readonly integrations: Pick<IntegrationStore, "list">;
}

/**
 * Everything that may be granted, as a query sees it: the accounts of the organization, to which Identity Center assigns, and
 * the permission sets. Whoever asks makes no pairs of them: 10,000 accounts and 1,000 permission sets are ten million. Whoever
 * decides by it says when: tags that nobody has seen for long count no more. For others they are what they were last.
 */
export const loadGrantable = async (
  { inventory, integrations }: GrantableDependencies,
  now?: Date,
): Promise<Grantable> => {
  const [own, observed, units, permissionSets] = await Promise.all([
    ownIntegrations(integrations),
    allOf(inventory, { kind: "account" }),
    allFacts(inventory, "organizational-unit"),
    allFacts(inventory, "permission-set"),
  ]);
  const accounts = observed.map(now === undefined ? ({ fact }) => fact : asKnownAt(now));
  const surroundingsOf = surroundingsIn(own, accounts, units);
  return {
    accounts: accounts.flatMap((fact) => {
      const surroundings = surroundingsOf(fact.id);
      return surroundings.integration === HOME_INTEGRATION
        ? [{ fact, subject: accountSubject(fact, surroundings) }]
        : [];
    }),
    permissionSets: permissionSets.map((fact) => ({ fact, permission: permissionOf(fact) })),
  };
};

const allFacts = async <Kind extends "organizational-unit" | "permission-set">(
  inventory: Pick<InventoryReader, "page">,
  kind: Kind,
) => (await allOf(inventory, { kind })).map(({ fact }) => fact);

/** Where each account is; one that the inventory does not know is called by its id. */
const surroundingsIn = (
  own: OwnIntegrations,
  accounts: readonly AccountFact[],
  units: readonly OrganizationalUnitFact[],
): ((id: AccountId) => Surroundings) => {
  const pathOf = new Map<string, string>(units.map(({ id, path }) => [id, path]));
  const byId = new Map<AccountId, Surroundings>(
    accounts.map(({ id, name, organizationalUnits: [nearest] }) => [
      id,
      {
        account: { id, name },
        ...(nearest === undefined ? {} : { unitPath: pathOf.get(nearest) ?? NOT_KNOWN }),
        // An account that is in the organization, too, is granted by way of that.
        integration: nearest === undefined ? (own.get(id) ?? HOME_INTEGRATION) : HOME_INTEGRATION,
      },
    ]),
  );
  return (id) =>
    byId.get(id) ?? {
      account: { id, name: id },
      unitPath: NOT_KNOWN,
      integration: own.get(id) ?? HOME_INTEGRATION,
    };
};
