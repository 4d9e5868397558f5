import * as z from "zod/mini";
import { RolesOfRoute } from "../../contracts/roles.ts";
import { wayTo } from "../../domain/inventory/effective-access.ts";
import type { AccountId, GroupId, UserId } from "../../domain/ids.ts";
import type { AssignmentFact, UserFact } from "../../domain/inventory/facts.ts";
import type { Person } from "../../domain/principal.ts";
import type { InventoryReader, Observed } from "../../ports/inventory.ts";
import type { EntitlementReader, Page, PageQuery } from "../../ports/stores.ts";
import { requireOneOf, type RolesOf } from "../directory-roles.ts";
import { holdsOf, type Way } from "./holds.ts";
import { userAt } from "./named.ts";
import { accountNames, groupNames, permissionSetNames, type Named } from "./names.ts";
import { staleAccounts } from "./stale.ts";
import { ScopePlaceSchema, allOf, inStrides, pageOfWalk, walkScope, type Walk } from "./walk.ts";

interface Dependencies {
  readonly inventory: Pick<InventoryReader, "get" | "getAll" | "named" | "page">;
  readonly entitlements: EntitlementReader;
  readonly rolesOf: RolesOf;
}

/** The user's way into an account. */
export interface Reach extends Way {
  readonly account: Named<AccountId>;
}

export interface UserAccess {
  readonly user: UserFact;
  readonly page: Page<Reach>;
}

/** The assignments of one principal after those of another, each in the order of their ids. */
const PlaceSchema = z.strictObject({ ...ScopePlaceSchema.shape, principal: z.string() });
type Place = z.output<typeof PlaceSchema>;

/** Ten strides of at most 25 queries. */
const MOST_STRIDES = 10;

/** Everything that a person can reach: what is theirs, then what their groups have. Only readers see others'. */
export const userAccess =
  ({ inventory, entitlements, rolesOf }: Dependencies) =>
  async (input: {
    readonly caller: Person;
    /** Their id or user name. */
    readonly user: string;
    readonly page: PageQuery;
  }): Promise<UserAccess> => {
    const { caller, page: asked } = input;
    const isOwn = input.user === caller.userId || input.user === caller.userName;
    if (!isOwn) await requireOneOf(rolesOf)(caller, RolesOfRoute.reader);
    const user = await userAt(inventory, isOwn ? caller.userId : input.user);
    const userId = user.id;
    const memberships = await allOf(inventory, { kind: "membership", userId });
    const groups = memberships.map(({ fact }) => fact.groupId);
    const walk = inStrides(walkInTurn(inventory, [userId, ...groups.toSorted()], asked.limit), asked.limit);
    const page = await pageOfWalk(
      { walk, places: PlaceSchema, mostStretches: MOST_STRIDES },
      asked,
      reachedBy({ inventory, entitlements }, { userId, groups: new Set(groups) }),
    );
    return { user, page };
  };

/** The user comes first, then groups by id: what came or went since an earlier page changes nothing for the others. */
const walkInTurn = (
  inventory: Pick<InventoryReader, "page">,
  [userId = "", ...groups]: readonly string[],
  stretch: number,
): Walk<Observed<AssignmentFact>, Place> =>
  async function* (start) {
    const isBegun = start !== undefined && start.principal !== userId;
    const left = isBegun ? groups.filter((group) => group >= start.principal) : [userId, ...groups];
    for (const [index, principal] of left.entries()) {
      const from = start?.principal === principal ? { from: start.from, after: start.after } : undefined;
      const following = left[index + 1];
      const beyond = following === undefined ? undefined : { principal: following };
      const walk = walkScope(inventory, { kind: "assignment", principalId: principal }, stretch);
      for await (const { steps, next } of walk(from)) {
        yield {
          steps: steps.map(({ item, place }) => ({ item, place: { ...place, principal } })),
          next: next === undefined ? beyond : { ...next, principal },
        };
      }
    }
  };

/** What each assignment is to this user, by one batch of everything that is joined. */
const reachedBy =
  (
    { inventory, entitlements }: Pick<Dependencies, "inventory" | "entitlements">,
    { userId, groups }: { readonly userId: UserId; readonly groups: ReadonlySet<GroupId> },
  ) =>
  async (assignments: readonly Observed<AssignmentFact>[]): Promise<readonly (Reach | undefined)[]> => {
    const facts = assignments.map(({ fact }) => fact);
    const ways = facts.map((fact) => wayTo(fact, userId, groups));
    const accounts = facts.map(({ accountId }) => accountId);
    const [accountOf, permissionSetOf, groupOf, holdOf, staleOf] = await Promise.all([
      accountNames(inventory, accounts),
      permissionSetNames(
        inventory,
        facts.map(({ permissionSetArn }) => permissionSetArn),
      ),
      groupNames(
        inventory,
        ways.flatMap((way) => way?.through ?? []),
      ),
      holdsOf(entitlements, facts),
      staleAccounts(inventory, accounts, ["identity"]),
    ]);
    return assignments.map((observed, index) => {
      const way = ways[index];
      if (way === undefined) return undefined;
      return {
        observed,
        account: accountOf(observed.fact.accountId),
        permissionSet: permissionSetOf(observed.fact.permissionSetArn),
        ...(way.through === undefined ? {} : { through: groupOf(way.through) }),
        hold: holdOf(observed.fact),
        stale: staleOf(observed.fact.accountId).length > 0,
      };
    });
  };
