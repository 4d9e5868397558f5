import type * as z from "zod/mini";
import type { AccountsQuerySchema, OrganizationalUnitsQuerySchema } from "../../contracts/http/inventory.ts";
import type { OrganizationalUnitId } from "../../domain/ids.ts";
import type { AccountFact, OrganizationalUnitFact, StaleAccountFact } from "../../domain/inventory/facts.ts";
import type { InventoryReader, Observed } from "../../ports/inventory.ts";
import type { Page } from "../../ports/stores.ts";
import { contains, hasTag, is, isNarrowed, textsOf } from "./matching.ts";
import { unitNamed, whereGiven } from "./named.ts";
import { unitNames, type Named } from "./names.ts";
import { staleAccounts } from "./stale.ts";
import { pageOfScope } from "./walk.ts";

interface Dependencies {
  readonly inventory: Pick<InventoryReader, "get" | "getAll" | "page">;
}

export interface ListedAccount {
  readonly observed: Observed<AccountFact>;
  readonly organizationalUnits: readonly Named<OrganizationalUnitId>[];
  /** Why the last looks into it failed. */
  readonly stale: readonly StaleAccountFact[];
}

/** The accounts of the inventory. */
export const listAccounts =
  ({ inventory }: Dependencies) =>
  async (query: z.output<typeof AccountsQuerySchema>): Promise<Page<ListedAccount>> => {
    const unit = await whereGiven(query.organizationalUnit, (text) => unitNamed(inventory, text));
    return pageOfScope(
      inventory,
      { kind: "account" },
      { ...query, passesOver: isNarrowed(query) },
      async (facts) => {
        const staleOf = await staleAccounts(
          inventory,
          facts.map(({ fact }) => fact.id),
          ["identity", "resources"],
        );
        const matching = facts.map((observed) => {
          const stale = staleOf(observed.fact.id);
          return isWanted(observed.fact, query, unit) && is(stale.length > 0, query.stale)
            ? { observed, stale }
            : undefined;
        });
        const nameOf = await unitNames(
          inventory,
          matching.flatMap((one) => one?.observed.fact.organizationalUnits ?? []),
        );
        return matching.map(
          (one) => one && { ...one, organizationalUnits: one.observed.fact.organizationalUnits.map(nameOf) },
        );
      },
    );
  };

const isWanted = (
  { id, name, state, organizationalUnits, tags }: AccountFact,
  query: z.output<typeof AccountsQuerySchema>,
  unit: OrganizationalUnitId | undefined,
): boolean =>
  is(state, query.state) &&
  (unit === undefined || organizationalUnits.includes(unit)) &&
  hasTag(tags, query.tag) &&
  contains([id, name, ...textsOf(tags)], query.q);

/** The organizational units of the inventory; those below one, if one is named. */
export const listOrganizationalUnits =
  ({ inventory }: Dependencies) =>
  async (
    query: z.output<typeof OrganizationalUnitsQuerySchema>,
  ): Promise<Page<Observed<OrganizationalUnitFact>>> => {
    const unit = await whereGiven(query.organizationalUnit, (text) => unitNamed(inventory, text));
    const above = unit === undefined ? undefined : await inventory.get("organizational-unit", unit);
    return pageOfScope(
      inventory,
      { kind: "organizational-unit" },
      { ...query, passesOver: isNarrowed(query) },
      (facts) =>
        Promise.resolve(
          facts.map((observed) => {
            const { id, name, path } = observed.fact;
            const isBelow = above === undefined || isPathBelow(path, above.fact.path);
            return isBelow && contains([id, name, path], query.q) ? observed : undefined;
          }),
        ),
    );
  };

/** A name may have any character but the slash that ends it. */
const isPathBelow = (path: string, above: string): boolean =>
  path !== above && path.startsWith(above === "/" ? above : `${above}/`);
