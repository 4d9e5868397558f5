import type * as z from "zod/mini";
import type { ResourcesQuerySchema } from "../../contracts/http/inventory.ts";
import type { AccountId } from "../../domain/ids.ts";
import {
  ResourceTypes,
  inAccount,
  type AccountFact,
  type ResourceFact,
  type ResourceType,
} from "../../domain/inventory/facts.ts";
import { ACCOUNT_TYPE } from "../../domain/inventory/query-subject.ts";
import { compileQuery } from "../../domain/query/compile-query.ts";
import { NOT_KNOWN } from "../../domain/query/fields.ts";
import { parseQuery } from "../../domain/query/parse-query.ts";
import type { Query } from "../../domain/query/query.ts";
import { specialiseQuery } from "../../domain/query/specialise-query.ts";
import type { InventoryReader, Observed } from "../../ports/inventory.ts";
import type { Page } from "../../ports/stores.ts";
import type { IntegrationStore } from "../../ports/sync.ts";
import { isWantedResource, listResources, type Within } from "./list-within-accounts.ts";
import { contains, hasTag, is, textsOf } from "./matching.ts";
import { accountNamed, whereGiven } from "./named.ts";
import type { Named } from "./names.ts";
import { staleAccounts } from "./stale.ts";
import { ownIntegrations, subjectsOf } from "./subjects.ts";
import { pageOfScopes, type NamedScope } from "./walk.ts";

interface Dependencies {
  readonly inventory: Pick<InventoryReader, "get" | "getAll" | "named" | "page">;
  readonly integrations: Pick<IntegrationStore, "list">;
}

/** An account among resources. */
export interface FoundAccount {
  readonly observed: Observed<AccountFact>;
  readonly account: Named<AccountId>;
  /** Absent where the inventory does not know the unit that it is in. */
  readonly path: string | undefined;
  /** Whether the last look into it failed. */
  readonly stale: boolean;
}

export type FoundResource = Within<ResourceFact> | FoundAccount;

type ResourcesQuery = z.output<typeof ResourcesQuerySchema>;

/** The resources within accounts; with a query in the query language, accounts are among them. */
export const findResources = (dependencies: Dependencies) => {
  const list = listResources(dependencies);
  const select = selectResources(dependencies);
  return ({ query, ...filters }: ResourcesQuery): Promise<Page<FoundResource>> =>
    query === undefined ? list(filters) : select(query, filters);
};

type Filters = Omit<ResourcesQuery, "query">;

const selectResources =
  ({ inventory, integrations }: Dependencies) =>
  async (text: string, filters: Filters): Promise<Page<FoundResource>> => {
    const query = parseQuery(text, { about: "resources" });
    const accountId = await whereGiven(filters.account, (name) => accountNamed(inventory, name));
    const selects = compileQuery(query);
    const own = await ownIntegrations(integrations);
    return pageOfScopes(inventory, scopesOf(query, filters, accountId), filters, async (facts) => {
      const candidates = facts.filter(({ fact }) => isWanted(fact, filters));
      const subjectOf = await subjectsOf(
        inventory,
        own,
        candidates.map(({ fact }) => fact),
      );
      const selected = new Set(candidates.filter(({ fact }) => selects(subjectOf(fact).subject) === true));
      const staleOf = await staleAccounts(
        inventory,
        [...selected].map(({ fact }) => accountOf(fact)),
        ["identity", "resources"],
      );
      return facts.map((observed): FoundResource | undefined => {
        if (!selected.has(observed)) return undefined;
        const { fact } = observed;
        const id = accountOf(fact);
        const scopes = staleOf(id).map(({ scope }) => scope);
        const stale = fact.kind === "account" ? scopes.length > 0 : scopes.includes("resources");
        if (!is(stale, filters.stale)) return undefined;
        const { subject, surroundings } = subjectOf(fact);
        const account = { id, name: surroundings.account.name };
        const { path } = subject.resource;
        return isAccount(observed)
          ? { observed, account, path: path === NOT_KNOWN ? undefined : path, stale }
          : { observed: observed as Observed<ResourceFact>, account, stale };
      });
    });
  };

const isAccount = (observed: Observed<AccountFact | ResourceFact>): observed is Observed<AccountFact> =>
  observed.fact.kind === "account";

const accountOf = (fact: AccountFact | ResourceFact): AccountId =>
  fact.kind === "account" ? fact.id : fact.accountId;

const isWanted = (fact: AccountFact | ResourceFact, filters: Filters): boolean =>
  fact.kind === "account"
    ? hasTag(fact.tags, filters.tag) && contains([fact.id, fact.name, ...textsOf(fact.tags)], filters.q)
    : isWantedResource(fact, filters);

/** What has to be looked at: nothing of a type of which the query selects nothing, nor accounts by what they have not. */
const scopesOf = (
  query: Query,
  { type, region, problem }: Filters,
  accountId: AccountId | undefined,
): readonly NamedScope<"account" | "resource">[] => {
  const mayBe = (one: string) =>
    specialiseQuery(query, ({ name }) => (name === "resource_type" ? { value: one } : undefined)) !== false;
  const types = ResourceTypes.filter((one) => is(one, type) && mayBe(one));
  const withAccounts = type === undefined && region === undefined && problem !== true && mayBe(ACCOUNT_TYPE);
  return [
    ...(withAccounts ? [accountScope(accountId)] : []),
    ...(types.length === ResourceTypes.length
      ? [resourceScope(accountId)]
      : types.map((one) => typeScope(one, accountId))),
  ];
};

// Pages come in the order of the names, accounts first.
const accountScope = (accountId: AccountId | undefined): NamedScope<"account"> => ({
  name: "account",
  scope: { kind: "account", ...(accountId === undefined ? {} : { within: accountId }) },
});

const resourceScope = (accountId: AccountId | undefined): NamedScope<"resource"> => ({
  name: "resource",
  scope: { kind: "resource", ...(accountId === undefined ? {} : { within: inAccount(accountId) }) },
});

const typeScope = (type: ResourceType, accountId: AccountId | undefined): NamedScope<"resource"> => ({
  name: `resource/${type}`,
  scope: { kind: "resource", type, ...(accountId === undefined ? {} : { accountId }) },
});
