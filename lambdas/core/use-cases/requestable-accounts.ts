import { isResourceTarget, type AccessFlow } from "../domain/access-flow.ts";
import type { OrganizationalUnitId } from "../domain/ids.ts";
import type { AccountFact } from "../domain/inventory/facts.ts";
import type { ProtectedAccount } from "../contracts/environment.ts";
import { accountsNeverGrantedInto } from "../contracts/guardrails.ts";
import type { Guardrails } from "../domain/guardrails.ts";
import type { InventoryReader } from "../ports/inventory.ts";
import type { CatalogueAccount } from "../ports/catalogue.ts";
import { contains } from "./inventory/matching.ts";
import { walkScope } from "./inventory/walk.ts";

interface Dependencies {
  readonly inventory: Pick<InventoryReader, "page">;
  readonly protectedAccounts: readonly ProtectedAccount[];
  readonly guardrails: Guardrails;
}

/** The accounts that a flow's organizational units bring with them. */
export interface RequestableAccounts {
  readonly accounts: readonly CatalogueAccount[];
  /** There are others: the first ones of many are named. */
  readonly more: boolean;
}

/** Accounts that are named for one target. */
const NAMED_AT_MOST = 100;

/**
 * Accounts that are read at once: half a megabyte to one, as their tags are long. An organization has 10,000 at most
 * (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html): ten queries, a second or two.
 */
const PAGE = 1_000;

type Units = readonly { readonly id: OrganizationalUnitId }[];

/** Of the units of one target, or of several that have the same. */
interface Below {
  readonly units: ReadonlySet<OrganizationalUnitId>;
  readonly accounts: CatalogueAccount[];
}

/**
 * Names the accounts below organizational units, so that people see what they may ask for and not only where; those alone
 * whose id or name contains `q`, if there is one. What a grant goes by is asked of AWS when it is granted: this is a list to
 * choose from.
 */
export const requestableAccounts =
  ({ inventory, protectedAccounts, guardrails }: Dependencies) =>
  async (
    flows: readonly Pick<AccessFlow, "targets">[],
    q?: string,
  ): Promise<(units: Units) => RequestableAccounts> => {
    const below = targetsOf(flows);
    const refused = new Set<string>([
      ...protectedAccounts.map(({ id }) => id),
      ...accountsNeverGrantedInto(guardrails),
    ]);
    const isWanted = ({ id, name, state }: AccountFact) =>
      state === "ACTIVE" && !refused.has(id) && contains([id, name], q);
    if (below.size > 0) await fill([...below.values()], inventory, isWanted);
    return (units) => {
      const accounts = below.get(keyOf(units))?.accounts ?? [];
      return { accounts: accounts.slice(0, NAMED_AT_MOST), more: accounts.length > NAMED_AT_MOST };
    };
  };

const keyOf = (units: Units): string =>
  units
    .map(({ id }) => id)
    .toSorted()
    .join();

const targetsOf = (flows: readonly Pick<AccessFlow, "targets">[]): ReadonlyMap<string, Below> =>
  new Map(
    flows
      .flatMap(({ targets }) =>
        targets.filter(isResourceTarget).map(({ organizationalUnits }) => organizationalUnits),
      )
      .filter((units) => units.length > 0)
      .map((units) => [keyOf(units), { units: new Set(units.map(({ id }) => id)), accounts: [] }]),
  );

/** Reads until each has one more than is named, or to the end. */
const fill = async (
  all: readonly Below[],
  inventory: Dependencies["inventory"],
  isWanted: (account: AccountFact) => boolean,
): Promise<void> => {
  for await (const { steps } of walkScope(inventory, { kind: "account" }, PAGE)(undefined)) {
    const wanted = steps.map(({ item }) => item.fact).filter(isWanted);
    const open = all.filter(({ accounts }) => accounts.length <= NAMED_AT_MOST);
    for (const { units, accounts } of open) {
      const found = wanted.filter(({ organizationalUnits }) =>
        organizationalUnits.some((id) => units.has(id)),
      );
      accounts.push(...found.map(({ id, name }) => ({ id, name })));
    }
    if (open.every(({ accounts }) => accounts.length > NAMED_AT_MOST)) return;
  }
};
