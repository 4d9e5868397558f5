import type * as z from "zod/mini";
import type { GroupsQuerySchema, UsersQuerySchema } from "../../contracts/http/inventory.ts";
import { UserIdSchema, type UserId } from "../../domain/ids.ts";
import { membersOf, type GroupFact, type UserFact } from "../../domain/inventory/facts.ts";
import type { InventoryReader, Observed } from "../../ports/inventory.ts";
import type { Page } from "../../ports/stores.ts";
import { contains, is, isNarrowed } from "./matching.ts";
import { userNames } from "./names.ts";
import { pageOfScope } from "./walk.ts";

interface Dependencies {
  readonly inventory: Pick<InventoryReader, "getAll" | "page">;
}

export interface ListedUser {
  readonly observed: Observed<UserFact>;
  /** Where the manager is a user of the inventory. */
  readonly managerName?: string;
}

/** The directory's users; the members of a group, if one is named. */
export const listUsers =
  ({ inventory }: Dependencies) =>
  async (query: z.output<typeof UsersQuerySchema>): Promise<Page<ListedUser>> => {
    const asked = { ...query, passesOver: isNarrowed(query, "group") };
    const show = withManagers(inventory, query);
    if (query.group === undefined) return pageOfScope(inventory, { kind: "user" }, asked, show);
    return pageOfScope(
      inventory,
      { kind: "membership", within: membersOf(query.group) },
      asked,
      async (memberships) => {
        const ids = memberships.map(({ fact }) => fact.userId);
        const users = await inventory.getAll("user", ids);
        const shown = await show(users);
        const byId = new Map(users.map(({ fact }, index) => [fact.id, shown[index]]));
        return ids.map((id) => byId.get(id));
      },
    );
  };

/** The users that the query wants, each with their manager's name. */
const withManagers =
  (inventory: Dependencies["inventory"], query: z.output<typeof UsersQuerySchema>) =>
  async (users: readonly Observed<UserFact>[]): Promise<readonly (ListedUser | undefined)[]> => {
    const wanted = users.map((observed) => (isWanted(observed.fact, query) ? observed : undefined));
    const managers = wanted.flatMap((one) => managerOf(one?.fact));
    const nameOf = await userNames(inventory, managers);
    return wanted.map((observed) => {
      const [manager] = managerOf(observed?.fact);
      if (observed === undefined || manager === undefined) return observed && { observed };
      const { name } = nameOf(manager);
      return { observed, ...(name === manager ? {} : { managerName: name }) };
    });
  };

/** What the directory holds as the manager need not be an id. */
const managerOf = (user: UserFact | undefined): readonly UserId[] => {
  const id = UserIdSchema.safeParse(user?.manager);
  return id.success ? [id.data] : [];
};

const isWanted = (
  { id, userName, displayName, email, enabled }: UserFact,
  query: z.output<typeof UsersQuerySchema>,
): boolean => is(enabled, query.enabled) && contains([id, userName, displayName, email], query.q);

/** The directory's groups; those that a user is in, if one is named. */
export const listGroups =
  ({ inventory }: Dependencies) =>
  async (query: z.output<typeof GroupsQuerySchema>): Promise<Page<Observed<GroupFact>>> => {
    const asked = { ...query, passesOver: isNarrowed(query, "user") };
    const show = (groups: readonly Observed<GroupFact>[]) =>
      groups.map((observed) => {
        const { id, displayName, description } = observed.fact;
        return contains([id, displayName, description], query.q) ? observed : undefined;
      });
    if (query.user === undefined) {
      return pageOfScope(inventory, { kind: "group" }, asked, (groups) => Promise.resolve(show(groups)));
    }
    return pageOfScope(inventory, { kind: "membership", userId: query.user }, asked, async (memberships) => {
      const ids = memberships.map(({ fact }) => fact.groupId);
      const groups = await inventory.getAll("group", ids);
      const shown = show(groups);
      const byId = new Map(groups.map(({ fact }, index) => [fact.id, shown[index]]));
      return ids.map((id) => byId.get(id));
    });
  };
