import * as z from "zod/mini";
import { peopleWith, type EffectiveAccess } from "../../domain/inventory/effective-access.ts";
import type { AccountId } from "../../domain/ids.ts";
import {
  factId,
  inAccount,
  membersOf,
  type AccountFact,
  type AssignmentFact,
} from "../../domain/inventory/facts.ts";
import type { InventoryReader, Observed } from "../../ports/inventory.ts";
import type { EntitlementReader, Page, PageQuery } from "../../ports/stores.ts";
import { holdsOf, type Way } from "./holds.ts";
import { accountAt } from "./named.ts";
import { groupNames, permissionSetNames, userNames, type NamedPrincipal } from "./names.ts";
import { staleAccounts } from "./stale.ts";
import { ScopePlaceSchema, inStrides, pageOfWalk, walkScope, type Stretch, type Walk } from "./walk.ts";

interface Dependencies {
  readonly inventory: Pick<InventoryReader, "get" | "getAll" | "named" | "page">;
  readonly entitlements: EntitlementReader;
}

/** One user's way into the account. */
export interface Reacher extends Way {
  readonly user: NamedPrincipal;
}

export interface AccountAccess {
  readonly account: AccountFact;
  readonly page: Page<Reacher>;
}

/** Behind some assignments of the account and, where `within` names a group's, behind some of its members. */
const PlaceSchema = z.strictObject({
  ...ScopePlaceSchema.shape,
  within: z.optional(z.strictObject({ assignment: z.string(), members: z.optional(ScopePlaceSchema) })),
});
type Place = z.output<typeof PlaceSchema>;

/** Each of at most 25 queries for members. */
const MOST_STRIDES = 10;

/** Assignments that are read at once: each group's is at least one query more. */
const ASSIGNMENTS_AT_ONCE = 25;

/** Everybody who can reach an account, which is named by its id or name: by permission set, the members of groups one by one. */
export const accountAccess =
  ({ inventory, entitlements }: Dependencies) =>
  async (input: { readonly account: string; readonly page: PageQuery }): Promise<AccountAccess> => {
    const { page: asked } = input;
    const account = await accountAt(inventory, input.account);
    const accountId = account.id;
    const staleOf = await staleAccounts(inventory, [accountId], ["identity"]);
    const page = await pageOfWalk(
      {
        walk: inStrides(walkPeople(inventory, accountId, asked.limit), asked.limit),
        places: PlaceSchema,
        mostStretches: MOST_STRIDES,
      },
      asked,
      reaching({ inventory, entitlements }, staleOf(accountId).length > 0),
    );
    return { account, page };
  };

/** An assignment, and somebody who can use it. */
interface Used {
  readonly observed: Observed<AssignmentFact>;
  readonly access: EffectiveAccess;
}

/** The people of every assignment in the account. */
const walkPeople = (
  inventory: Pick<InventoryReader, "page">,
  accountId: AccountId,
  members: number,
): Walk<Used, Place> =>
  async function* (start) {
    const assignments = walkScope(
      inventory,
      { kind: "assignment", within: inAccount(accountId) },
      ASSIGNMENTS_AT_ONCE,
    );
    // Places within a group are said from behind the assignment before it.
    let behind: Place = { from: start?.from, after: start?.after };
    for await (const { steps, next } of assignments(behind)) {
      for (const { item, place } of steps) {
        const id = factId(item.fact);
        const begun = start?.within?.assignment === id ? start.within.members : undefined;
        yield* peopleOf(inventory, item, { before: behind, after: place, begun, members });
        behind = place;
      }
      if (next !== undefined) {
        behind = next;
        yield { steps: [], next };
      }
    }
  };

/** The people of one assignment: its user, or the members of its group. */
const peopleOf = async function* (
  inventory: Pick<InventoryReader, "page">,
  observed: Observed<AssignmentFact>,
  around: {
    readonly before: Place;
    readonly after: Place;
    readonly begun: z.output<typeof ScopePlaceSchema> | undefined;
    readonly members: number;
  },
): AsyncGenerator<Stretch<Used, Place>> {
  const { fact } = observed;
  const used = (access: EffectiveAccess, place: Place) => ({ item: { observed, access }, place });
  if (fact.principalType === "USER") {
    yield { steps: peopleWith(fact, []).map((access) => used(access, around.after)), next: around.after };
    return;
  }
  const within = (members: z.output<typeof ScopePlaceSchema>): Place => ({
    ...around.before,
    within: { assignment: factId(fact), members },
  });
  const members = walkScope(
    inventory,
    { kind: "membership", within: membersOf(fact.principalId) },
    around.members,
  );
  for await (const { steps, next } of members(around.begun)) {
    yield {
      steps: steps.flatMap(({ item, place }) =>
        peopleWith(fact, [item.fact.userId]).map((access) => used(access, within(place))),
      ),
      next: next === undefined ? around.after : within(next),
    };
  }
};

/** How each of them can, by one batch of everything that is joined. */
const reaching =
  ({ inventory, entitlements }: Dependencies, stale: boolean) =>
  async (all: readonly Used[]): Promise<readonly Reacher[]> => {
    const facts = all.map(({ observed }) => observed.fact);
    const [userOf, permissionSetOf, groupOf, holdOf] = await Promise.all([
      userNames(
        inventory,
        all.map(({ access }) => access.userId),
      ),
      permissionSetNames(
        inventory,
        facts.map(({ permissionSetArn }) => permissionSetArn),
      ),
      groupNames(
        inventory,
        all.flatMap(({ access }) => access.through ?? []),
      ),
      holdsOf(entitlements, facts),
    ]);
    return all.map(({ observed, access }) => ({
      observed,
      user: userOf(access.userId),
      permissionSet: permissionSetOf(observed.fact.permissionSetArn),
      ...(access.through === undefined ? {} : { through: groupOf(access.through) }),
      hold: holdOf(observed.fact),
      stale,
    }));
  };
