import * as z from "zod/mini";
import type { ProtectedAccount } from "../../contracts/environment.ts";
import type { StandingAccessQuerySchema } from "../../contracts/http/inventory.ts";
import type { AccessFlow } from "../../domain/access-flow.ts";
import { groupsNamedIn } from "../../domain/evaluate.ts";
import {
  PermissionSetArnSchema,
  type AccountId,
  type FlowName,
  type GroupId,
  type PermissionSetArn,
  type UserId,
} from "../../domain/ids.ts";
import {
  factId,
  membersOf,
  ofPair,
  type AccountFact,
  type AssignmentFact,
} from "../../domain/inventory/facts.ts";
import { PowerLevels, comparePower } from "../../domain/inventory/power.ts";
import { replacingFlow } from "../../domain/inventory/replacing-flow.ts";
import type { InventoryReader, Observed } from "../../ports/inventory.ts";
import type { AccessFlowStore, EntitlementReader, Page } from "../../ports/stores.ts";
import { holdsOf } from "./holds.ts";
import { accountNamed, permissionSetNamed, whereGiven } from "./named.ts";
import {
  namedPermissionSet,
  principalNames,
  type Named,
  type NamedPermissionSet,
  type NamedPrincipal,
} from "./names.ts";
import { suggestFlow, type SuggestedFlow } from "./suggest-flow.ts";
import {
  ScopePlaceSchema,
  allOf,
  inStrides,
  pageOfWalk,
  walkScope,
  type ScopePlace,
  type Stretch,
  type Walk,
} from "./walk.ts";

interface Dependencies {
  readonly inventory: Pick<InventoryReader, "get" | "getAll" | "named" | "page">;
  readonly entitlements: EntitlementReader;
  readonly flows: Pick<AccessFlowStore, "list">;
  readonly protectedAccounts: readonly ProtectedAccount[];
  /** Display names, as the settings say. */
  readonly administratorGroups: readonly string[];
}

/** How the same access could be asked for instead of being held. */
export type Replacement =
  | { readonly kind: "access-flow"; readonly name: FlowName }
  | ({ readonly kind: "suggestion" } & SuggestedFlow)
  | { readonly kind: "none"; readonly why: string };

/** What somebody holds for good. */
export interface StandingAccess {
  readonly observed: Observed<AssignmentFact>;
  readonly account: Named<AccountId>;
  readonly permissionSet: Required<NamedPermissionSet>;
  readonly principal: NamedPrincipal;
  readonly replacement: Replacement;
}

/** Within the assignments of a permission set, behind all of the sets before it in this order. */
const PlaceSchema = z.strictObject({
  ...ScopePlaceSchema.shape,
  level: z.enum(PowerLevels),
  name: z.string(),
  arn: PermissionSetArnSchema,
});
type Place = z.output<typeof PlaceSchema>;

type RankedSet = Required<NamedPermissionSet>;

/** An assignment, with its permission set. */
interface Held {
  readonly observed: Observed<AssignmentFact>;
  readonly permissionSet: RankedSet;
}

/** How many assignments are joined at once, and how often for one answer: 1,000 and a few of them are looked at. */
const STRIDE = 100;
const MOST_STRIDES = 10;

/**
 * Who holds what for good: everything that AWS shows and no request of Lockstep made. The most powerful permission set
 * comes first, those that are as powerful by name, and of each the oldest assignment.
 */
export const standingAccess =
  (dependencies: Dependencies) =>
  async (query: z.output<typeof StandingAccessQuerySchema>): Promise<Page<StandingAccess>> => {
    const { inventory } = dependencies;
    const [accountId, arn] = await Promise.all([
      whereGiven(query.account, (text) => accountNamed(inventory, text)),
      whereGiven(query.permissionSet, (text) => permissionSetNamed(inventory, text)),
    ]);
    const sets = await rankedSets(inventory, arn);
    const flows = await dependencies.flows.list();
    return pageOfWalk(
      {
        walk: inStrides(walkSets(inventory, sets, accountId), STRIDE),
        places: PlaceSchema,
        mostStretches: MOST_STRIDES,
      },
      query,
      (held) => standingOf(dependencies, flows, held),
    );
  };

/** Names and power only: what the policies say is not kept, of thousands of sets. */
const rankedSets = async (
  inventory: Dependencies["inventory"],
  arn: PermissionSetArn | undefined,
): Promise<readonly RankedSet[]> => {
  if (arn !== undefined) {
    const set = await inventory.get("permission-set", arn);
    return set === undefined ? [] : [namedPermissionSet(set.fact)];
  }
  const sets: RankedSet[] = [];
  for await (const { steps } of walkScope(inventory, { kind: "permission-set" }, STRIDE)(undefined)) {
    sets.push(...steps.map(({ item }) => namedPermissionSet(item.fact)));
  }
  return sets.toSorted((a, b) => compareSets(rankOf(a), rankOf(b)));
};

type Rank = Pick<Place, "level" | "name" | "arn">;

const rankOf = ({ power, name, arn }: RankedSet): Rank => ({ level: power.level, name, arn });

const compareSets = (a: Rank, b: Rank): number =>
  comparePower(a.level, b.level) || compareTexts(a.name, b.name) || compareTexts(a.arn, b.arn);

const compareTexts = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

/** The assignments of one permission set after those of another. */
const walkSets = (
  inventory: Pick<InventoryReader, "page">,
  sets: readonly RankedSet[],
  accountId: AccountId | undefined,
): Walk<Held, Place> =>
  async function* (start) {
    const left = sets.filter((set) => start === undefined || compareSets(rankOf(set), start) >= 0);
    for (const [index, permissionSet] of left.entries()) {
      const rank = rankOf(permissionSet);
      const following = left[index + 1];
      const from = start?.arn === permissionSet.arn ? { from: start.from, after: start.after } : undefined;
      const walk =
        accountId === undefined
          ? walkScope(inventory, { kind: "assignment", permissionSetArn: permissionSet.arn }, STRIDE)
          : walkPair(inventory, { accountId, permissionSetArn: permissionSet.arn });
      for await (const { steps, next } of walk(from)) {
        yield {
          steps: steps.map(({ item, place }) => ({
            item: { observed: item, permissionSet },
            place: { ...place, ...rank },
          })),
          next: next === undefined ? following && rankOf(following) : { ...next, ...rank },
        };
      }
    }
  };

/** Those of a permission set in one account, the oldest first: so few that they are sorted here. */
const walkPair = (
  inventory: Pick<InventoryReader, "page">,
  pair: { readonly accountId: AccountId; readonly permissionSetArn: PermissionSetArn },
): Walk<Observed<AssignmentFact>, ScopePlace> =>
  async function* (start): AsyncGenerator<Stretch<Observed<AssignmentFact>, ScopePlace>> {
    const assignments = await allOf(inventory, { kind: "assignment", within: ofPair(pair) });
    const steps = assignments
      .map((item) => ({ item, place: { after: `${item.since}#${factId(item.fact)}` } }))
      .filter(({ place }) => start?.after === undefined || place.after > start.after)
      .toSorted((a, b) => compareTexts(a.place.after, b.place.after));
    yield { steps };
  };

/** Those that are held for good, by one batch of everything that is joined. */
const standingOf = async (
  dependencies: Dependencies,
  flows: readonly AccessFlow[],
  all: readonly Held[],
): Promise<readonly (StandingAccess | undefined)[]> => {
  const { inventory, entitlements } = dependencies;
  const holdOf = await holdsOf(
    entitlements,
    all.map(({ observed }) => observed.fact),
  );
  const standing = all.map((held) => (holdOf(held.observed.fact).kind === "standing" ? held : undefined));
  const facts = standing.flatMap((held) => held?.observed.fact ?? []);
  const [accounts, principalOf, groupsOf] = await Promise.all([
    inventory.getAll(
      "account",
      facts.map(({ accountId }) => accountId),
    ),
    principalNames(inventory, facts),
    groupsNamedByFlows(inventory, flows, facts),
  ]);
  const accountById = new Map(accounts.map(({ fact }) => [fact.id, fact]));
  const replace = replacementIn(dependencies, flows);
  return standing.map((held) => {
    if (held === undefined) return undefined;
    const { fact } = held.observed;
    const account = accountById.get(fact.accountId);
    const principal = principalOf(fact);
    return {
      ...held,
      account: { id: fact.accountId, name: account?.name ?? fact.accountId },
      principal,
      replacement: replace({ ...held, principal, account, groups: groupsOf(fact.principalId) }),
    };
  });
};

/** Which groups that flows name the users of the assignments are in, by one batch. */
const groupsNamedByFlows = async (
  inventory: Pick<InventoryReader, "getAll">,
  flows: readonly AccessFlow[],
  assignments: readonly AssignmentFact[],
): Promise<(principalId: string) => ReadonlySet<GroupId>> => {
  const groups = groupsNamedIn(flows.flatMap(({ requestors }) => requestors.anyOf));
  const users = assignments.flatMap(({ principalType, principalId }) =>
    principalType === "USER" ? [principalId as UserId] : [],
  );
  const ids = [...new Set(users)].flatMap((user) => groups.map((group) => `${membersOf(group)}${user}`));
  const memberships = await inventory.getAll("membership", ids);
  const byUser = Map.groupBy(memberships, ({ fact }) => fact.userId as string);
  return (principalId) => new Set((byUser.get(principalId) ?? []).map(({ fact }) => fact.groupId));
};

const whyProtected: Readonly<Record<ProtectedAccount["reason"], string>> = {
  management: "It is in the organization's management account, where Lockstep grants nothing.",
  lockstep: "It is in the account that Lockstep runs in, where Lockstep grants nothing.",
  listed: "Its account is listed as protected: Lockstep grants nothing there.",
};

const replacementIn =
  ({ protectedAccounts, administratorGroups }: Dependencies, flows: readonly AccessFlow[]) =>
  (
    held: Held & {
      readonly principal: NamedPrincipal;
      readonly account: AccountFact | undefined;
      readonly groups: ReadonlySet<GroupId>;
    },
  ): Replacement => {
    const assignment = held.observed.fact;
    const found = protectedAccounts.find(({ id }) => id === assignment.accountId);
    if (found !== undefined) return { kind: "none", why: whyProtected[found.reason] };
    const organizationalUnits = held.account?.organizationalUnits ?? [];
    const flow = replacingFlow(flows, { assignment, groups: held.groups, organizationalUnits });
    if (flow !== undefined) return { kind: "access-flow", name: flow.name };
    if (held.principal.name === held.principal.id) {
      return {
        kind: "none",
        why: "The inventory does not know who holds it: it may be somebody who was deleted.",
      };
    }
    return { kind: "suggestion", ...suggestFlow({ assignment, ...held }, administratorGroups) };
  };
