import * as z from "zod/mini";
import type { StandingAccessQuerySchema } from "../../contracts/http/inventory.ts";
import type { AccessFlow } from "../../domain/access-flow.ts";
import { neededOfPerson } from "../evaluation/needed-facts.ts";
import {
  PermissionSetArnSchema,
  type AccountId,
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
import type { Directory } from "../../ports/directory.ts";
import type { InventoryReader, Observed } from "../../ports/inventory.ts";
import type { AccessFlowStore, EntitlementReader, Page } from "../../ports/stores.ts";
import { inBatches } from "../in-batches.ts";
import { holdsOf } from "./holds.ts";
import { contains, is } from "./matching.ts";
import { accountNamed, permissionSetNamed, principalNamed, whereGiven } from "./named.ts";
import {
  namedPermissionSet,
  principalNames,
  type Named,
  type NamedPermissionSet,
  type NamedPrincipal,
} from "./names.ts";
import { replacements, type Replacement, type ReplaceDependencies } from "./replacement.ts";
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

interface Dependencies extends ReplaceDependencies {
  readonly inventory: Pick<InventoryReader, "get" | "getAll" | "named" | "page">;
  readonly entitlements: EntitlementReader;
  readonly directory: Pick<Directory, "userByName">;
  readonly flows: Pick<AccessFlowStore, "list">;
}

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

/** How many replacements are looked for at once: each may read the members of a group. */
const AT_A_TIME = 10;

/**
 * Who holds what for good: everything that AWS shows and no request of Lockstep made. The most powerful permission set
 * comes first, those that are as powerful by name, and of each the oldest assignment.
 */
export const standingAccess =
  (dependencies: Dependencies) =>
  async (query: z.output<typeof StandingAccessQuerySchema>): Promise<Page<StandingAccess>> => {
    const { inventory } = dependencies;
    const [accountId, arn, principalId] = await Promise.all([
      whereGiven(query.account, (text) => accountNamed(inventory, text)),
      whereGiven(query.permissionSet, (text) => permissionSetNamed(inventory, text)),
      whereGiven(query.principal, (text) => principalNamed(dependencies, text)),
    ]);
    const sets = await rankedSets(inventory, arn);
    const assignmentsOf = await assignmentsBySet(inventory, { accountId, principalId });
    const flows = await dependencies.flows.list();
    const replace = replacements(dependencies, flows);
    return pageOfWalk(
      {
        walk: inStrides(walkSets(sets, assignmentsOf), STRIDE),
        places: PlaceSchema,
        mostStretches: MOST_STRIDES,
      },
      query,
      (held) => standingOf(dependencies, { flows, replace, q: query.q }, held),
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

type AssignmentWalk = Walk<Observed<AssignmentFact>, ScopePlace>;

/** The assignments of each permission set, of one principal or in one account where that is asked for: the oldest first. */
const assignmentsBySet = async (
  inventory: Pick<InventoryReader, "page">,
  {
    accountId,
    principalId,
  }: { readonly accountId: AccountId | undefined; readonly principalId: string | undefined },
): Promise<(permissionSetArn: PermissionSetArn) => AssignmentWalk> => {
  if (principalId !== undefined) {
    const all = await allOf(inventory, { kind: "assignment", principalId });
    const wanted = all.filter(({ fact }) => is(fact.accountId, accountId));
    const bySet = Map.groupBy(wanted, ({ fact }) => fact.permissionSetArn);
    return (permissionSetArn) => oldestFirst(() => Promise.resolve(bySet.get(permissionSetArn) ?? []));
  }
  if (accountId !== undefined) {
    return (permissionSetArn) => {
      const pair = ofPair({ accountId, permissionSetArn });
      return oldestFirst(() => allOf(inventory, { kind: "assignment", within: pair }));
    };
  }
  return (permissionSetArn) => walkScope(inventory, { kind: "assignment", permissionSetArn }, STRIDE);
};

/** The assignments of one permission set after those of another. */
const walkSets = (
  sets: readonly RankedSet[],
  assignmentsOf: (permissionSetArn: PermissionSetArn) => AssignmentWalk,
): Walk<Held, Place> =>
  async function* (start) {
    const left = sets.filter((set) => start === undefined || compareSets(rankOf(set), start) >= 0);
    for (const [index, permissionSet] of left.entries()) {
      const rank = rankOf(permissionSet);
      const following = left[index + 1];
      const from = start?.arn === permissionSet.arn ? { from: start.from, after: start.after } : undefined;
      for await (const { steps, next } of assignmentsOf(permissionSet.arn)(from)) {
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

/** So few assignments that they are sorted here. */
const oldestFirst = (read: () => Promise<readonly Observed<AssignmentFact>[]>): AssignmentWalk =>
  async function* (start): AsyncGenerator<Stretch<Observed<AssignmentFact>, ScopePlace>> {
    const steps = (await read())
      .map((item) => ({ item, place: { after: `${item.since}#${factId(item.fact)}` } }))
      .filter(({ place }) => start?.after === undefined || place.after > start.after)
      .toSorted((a, b) => compareTexts(a.place.after, b.place.after));
    yield { steps };
  };

/** Those that are held for good, by one batch of everything that is joined. */
const standingOf = async (
  { inventory, entitlements }: Pick<Dependencies, "inventory" | "entitlements">,
  {
    flows,
    replace,
    q,
  }: {
    readonly flows: readonly AccessFlow[];
    readonly replace: ReturnType<typeof replacements>;
    readonly q: string | undefined;
  },
  all: readonly Held[],
): Promise<readonly (StandingAccess | undefined)[]> => {
  const holdOf = await holdsOf(
    entitlements,
    all.map(({ observed }) => observed.fact),
  );
  const standing = all.filter(({ observed }) => holdOf(observed.fact).kind === "standing");
  const facts = standing.map(({ observed }) => observed.fact);
  const [accounts, principalOf] = await Promise.all([
    inventory.getAll(
      "account",
      facts.map(({ accountId }) => accountId),
    ),
    principalNames(inventory, facts),
  ]);
  const accountById = new Map(accounts.map(({ fact }) => [fact.id, fact]));
  const named = standing.map((held) => {
    const account = accountById.get(held.observed.fact.accountId);
    return { ...held, account, principal: principalOf(held.observed.fact) };
  });
  const wanted = named.filter((held) => contains(textsIn(held), q));
  const groupsOf = await groupsNamedByFlows(
    inventory,
    flows,
    wanted.map(({ observed }) => observed.fact),
  );
  const shown = await inBatches(wanted, AT_A_TIME, async (held) => ({
    ...held,
    account: accountNamedIn(held),
    replacement: await replace({
      ...held,
      assignment: held.observed.fact,
      groups: groupsOf(held.principal.id),
    }),
  }));
  const byId = new Map(shown.map((one) => [factId(one.observed.fact), one]));
  return all.map(({ observed }) => byId.get(factId(observed.fact)));
};

/** An assignment that is joined with what it is about. */
interface Joined extends Held {
  readonly account: AccountFact | undefined;
  readonly principal: NamedPrincipal;
}

const accountNamedIn = ({ account, observed }: Joined): Named<AccountId> => {
  const id = observed.fact.accountId;
  return { id, name: account?.name ?? id };
};

const textsIn = (held: Joined): readonly string[] => {
  const { permissionSet, principal } = held;
  const { id, name } = accountNamedIn(held);
  return [id, name, permissionSet.arn, permissionSet.name, principal.id, principal.name];
};

/** Which groups that flows name the users of the assignments are in, by one batch. */
const groupsNamedByFlows = async (
  inventory: Pick<InventoryReader, "getAll">,
  flows: readonly AccessFlow[],
  assignments: readonly AssignmentFact[],
): Promise<(principalId: string) => ReadonlySet<GroupId>> => {
  const groups = neededOfPerson(flows).groups;
  const users = assignments.flatMap(({ principalType, principalId }) =>
    principalType === "USER" ? [principalId as UserId] : [],
  );
  const ids = [...new Set(users)].flatMap((user) => groups.map((group) => `${membersOf(group)}${user}`));
  const memberships = await inventory.getAll("membership", ids);
  const byUser = Map.groupBy(memberships, ({ fact }) => fact.userId as string);
  return (principalId) => new Set((byUser.get(principalId) ?? []).map(({ fact }) => fact.groupId));
};
