import type * as z from "zod/mini";
import type {
  IamRolesQuerySchema,
  ResourcesQuerySchema,
  WithinAccountsQuerySchema,
} from "../../contracts/http/inventory.ts";
import type { AccountId } from "../../domain/ids.ts";
import {
  inAccount,
  type FactOf,
  type IamGroupFact,
  type IamRoleFact,
  type IamUserFact,
  type ResourceFact,
} from "../../domain/inventory/facts.ts";
import type { InventoryReader, Observed, Scope } from "../../ports/inventory.ts";
import type { Page } from "../../ports/stores.ts";
import { contains, hasTag, is, isNarrowed, textsOf } from "./matching.ts";
import { accountNamed, whereGiven } from "./named.ts";
import { accountNames, type Named } from "./names.ts";
import { staleAccounts } from "./stale.ts";
import { pageOfScope } from "./walk.ts";

interface Dependencies {
  readonly inventory: Pick<InventoryReader, "get" | "getAll" | "named" | "page">;
}

/** Something that is within an account. */
export interface Within<F extends FactOf<WithinKind>> {
  readonly observed: Observed<F>;
  readonly account: Named<AccountId>;
  readonly stale: boolean;
}

type WithinKind = "iam-user" | "iam-group" | "iam-role" | "resource";

type ResourcesQuery = z.output<typeof ResourcesQuerySchema>;

/** The resources within accounts. */
export const listResources =
  (dependencies: Dependencies) =>
  async (query: Omit<ResourcesQuery, "query">): Promise<Page<Within<ResourceFact>>> => {
    const { type } = query;
    const accountId = await whereGiven(query.account, (text) => accountNamed(dependencies.inventory, text));
    const scope: Scope<"resource"> =
      type === undefined
        ? allOrWithin("resource", accountId)
        : { kind: "resource", type, ...(accountId === undefined ? {} : { accountId }) };
    const asked = { ...query, passesOver: isNarrowed(query, "account", "type") };
    return within(dependencies, scope, asked, (resource) => isWantedResource(resource, query));
  };

/** Whether the filters that look at a resource by itself let it through. */
export const isWantedResource = (
  { region, tags, problem, arn, name }: ResourceFact,
  query: Pick<ResourcesQuery, "region" | "tag" | "problem" | "q">,
): boolean =>
  is(region, query.region) &&
  hasTag(tags, query.tag) &&
  is(problem !== undefined, query.problem) &&
  contains([arn, name, ...textsOf(tags)], query.q);

/** The IAM users within accounts. */
export const listIamUsers =
  (dependencies: Dependencies) =>
  (query: z.output<typeof WithinAccountsQuerySchema>): Promise<Page<Within<IamUserFact>>> =>
    iamOf(dependencies, "iam-user", query, ({ arn, name }) => contains([arn, name], query.q));

/** The IAM groups within accounts. */
export const listIamGroups =
  (dependencies: Dependencies) =>
  (query: z.output<typeof WithinAccountsQuerySchema>): Promise<Page<Within<IamGroupFact>>> =>
    iamOf(dependencies, "iam-group", query, ({ arn, name, members }) =>
      contains([arn, name, ...members], query.q),
    );

/** The IAM roles within accounts. */
export const listIamRoles =
  (dependencies: Dependencies) =>
  (query: z.output<typeof IamRolesQuerySchema>): Promise<Page<Within<IamRoleFact>>> =>
    iamOf(
      dependencies,
      "iam-role",
      query,
      ({ arn, name, description, assumableBy }) =>
        (query.assumableBy === undefined || assumableBy.includes(query.assumableBy)) &&
        contains([arn, name, description], query.q),
    );

const iamOf = async <Kind extends WithinKind>(
  dependencies: Dependencies,
  kind: Kind,
  query: z.output<typeof WithinAccountsQuerySchema>,
  isWanted: (fact: FactOf<Kind>) => boolean,
): Promise<Page<Within<FactOf<Kind>>>> => {
  const accountId = await whereGiven(query.account, (text) => accountNamed(dependencies.inventory, text));
  const asked = { ...query, passesOver: isNarrowed(query, "account") };
  return within(dependencies, allOrWithin(kind, accountId), asked, isWanted);
};

const allOrWithin = <Kind extends WithinKind>(kind: Kind, account: AccountId | undefined): Scope<Kind> =>
  account === undefined ? { kind } : { kind, within: inAccount(account) };

/** Those of the scope that are wanted, with the names of their accounts. */
const within = <Kind extends WithinKind>(
  { inventory }: Dependencies,
  scope: Scope<Kind>,
  asked: Parameters<typeof pageOfScope>[2] & { readonly stale?: boolean | undefined },
  isWanted: (fact: FactOf<Kind>) => boolean,
): Promise<Page<Within<FactOf<Kind>>>> =>
  pageOfScope(inventory, scope, asked, async (facts) => {
    const wanted = facts.map((observed) => (isWanted(observed.fact) ? observed : undefined));
    const accounts = wanted.flatMap((observed) => (observed === undefined ? [] : [accountOf(observed)]));
    const [nameOf, staleOf] = await Promise.all([
      accountNames(inventory, accounts),
      staleAccounts(inventory, accounts, ["resources"]),
    ]);
    return wanted.map((observed) => {
      if (observed === undefined) return undefined;
      const account = accountOf(observed);
      const stale = staleOf(account).length > 0;
      return is(stale, asked.stale) ? { observed, account: nameOf(account), stale } : undefined;
    });
  });

const accountOf = ({ fact }: Observed<FactOf<WithinKind>>): AccountId => fact.accountId;
