import type * as z from "zod/mini";
import type { AssignmentsQuerySchema } from "../../contracts/http/inventory.ts";
import type { AccountId, PermissionSetArn } from "../../domain/ids.ts";
import { inAccount, ofPair, type AssignmentFact } from "../../domain/inventory/facts.ts";
import type { InventoryReader, Observed, Scope } from "../../ports/inventory.ts";
import type { Page } from "../../ports/stores.ts";
import { contains, is, isNarrowed } from "./matching.ts";
import { accountNamed, permissionSetNamed, principalNamed, whereGiven, type People } from "./named.ts";
import {
  accountNames,
  permissionSetNames,
  principalNames,
  type Named,
  type NamedPermissionSet,
  type NamedPrincipal,
} from "./names.ts";
import { staleAccounts } from "./stale.ts";
import { pageOfScope } from "./walk.ts";

interface Dependencies {
  readonly inventory: Pick<InventoryReader, "get" | "getAll" | "named" | "page">;
  readonly directory: People["directory"];
}

export interface ListedAssignment {
  readonly observed: Observed<AssignmentFact>;
  readonly account: Named<AccountId>;
  readonly permissionSet: NamedPermissionSet;
  readonly principal: NamedPrincipal;
  readonly stale: boolean;
}

/** The filters, with the ids that their names stand for. */
interface Wanted {
  readonly account?: AccountId | undefined;
  readonly permissionSetArn?: PermissionSetArn | undefined;
  readonly principalId?: string | undefined;
}

/** Who has which permission set in which account. */
export const listAssignments =
  ({ inventory, directory }: Dependencies) =>
  async (query: z.output<typeof AssignmentsQuerySchema>): Promise<Page<ListedAssignment>> => {
    const [account, permissionSetArn, principalId] = await Promise.all([
      whereGiven(query.account, (text) => accountNamed(inventory, text)),
      whereGiven(query.permissionSet, (text) => permissionSetNamed(inventory, text)),
      whereGiven(query.principal, (text) => principalNamed({ inventory, directory }, text)),
    ]);
    const wanted: Wanted = { account, permissionSetArn, principalId };
    const asked = { ...query, passesOver: isNarrowed(query) };
    return pageOfScope(inventory, narrowestScope(wanted), asked, async (facts) => {
      const ofThose = facts.map((observed) => (isWanted(observed.fact, wanted) ? observed : undefined));
      const name = await namesFor(
        inventory,
        ofThose.flatMap((observed) => observed?.fact ?? []),
      );
      return ofThose.map((observed) => {
        if (observed === undefined) return undefined;
        const listed = { observed, ...name(observed.fact) };
        return is(listed.stale, query.stale) && contains(textsIn(listed), query.q) ? listed : undefined;
      });
    });
  };

/** Where the fewest are that have to be passed over: a principal has few, an account some, a permission set may have many. */
const narrowestScope = ({ account, permissionSetArn, principalId }: Wanted): Scope<"assignment"> => {
  const kind = "assignment";
  if (account !== undefined && permissionSetArn !== undefined) {
    return { kind, within: ofPair({ accountId: account, permissionSetArn }) };
  }
  if (principalId !== undefined) return { kind, principalId };
  if (account !== undefined) return { kind, within: inAccount(account) };
  if (permissionSetArn !== undefined) return { kind, permissionSetArn };
  return { kind };
};

const isWanted = (fact: AssignmentFact, { account, permissionSetArn, principalId }: Wanted): boolean =>
  is(fact.accountId, account) &&
  is(fact.permissionSetArn, permissionSetArn) &&
  is(fact.principalId, principalId);

/** What the ids of assignments are called, by one batch for each kind. */
const namesFor = async (inventory: Dependencies["inventory"], facts: readonly AssignmentFact[]) => {
  const accounts = facts.map(({ accountId }) => accountId);
  const [accountOf, permissionSetOf, principalOf, staleOf] = await Promise.all([
    accountNames(inventory, accounts),
    permissionSetNames(
      inventory,
      facts.map(({ permissionSetArn }) => permissionSetArn),
    ),
    principalNames(inventory, facts),
    staleAccounts(inventory, accounts, ["identity"]),
  ]);
  return (fact: AssignmentFact) => ({
    account: accountOf(fact.accountId),
    permissionSet: permissionSetOf(fact.permissionSetArn),
    principal: principalOf(fact),
    stale: staleOf(fact.accountId).length > 0,
  });
};

const textsIn = ({ account, permissionSet, principal }: ListedAssignment): readonly string[] => [
  account.id,
  account.name,
  permissionSet.arn,
  permissionSet.name,
  principal.id,
  principal.name,
];
