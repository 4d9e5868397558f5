import type * as z from "zod/mini";
import type { GroupsQuerySchema, UsersQuerySchema } from "../../contracts/http/inventory.ts";
import { UserIdSchema, type UserId } from "../../domain/ids.ts";
import { membersOf, type GroupFact, type UserFact } from "../../domain/inventory/facts.ts";
import type { InventoryReader, Observed, Scope } from "../../ports/inventory.ts";
import type { Page } from "../../ports/stores.ts";
import { contains, is, isNarrowed } from "./matching.ts";
import { groupNamed, userNamed, whereGiven, type People } from "./named.ts";
import { userNames } from "./names.ts";
import { pageOfLinked, pageOfScope } from "./walk.ts";

interface Dependencies {
  readonly inventory: Pick<InventoryReader, "get" | "getAll" | "named" | "page">;
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
    const group = await whereGiven(query.group, (text) => groupNamed(inventory, text));
    if (group === undefined) return pageOfScope(inventory, { kind: "user" }, asked, show);
    const memberships: Scope<"membership"> = { kind: "membership", within: membersOf(group) };
    return pageOfLinked(inventory, memberships, asked, { kind: "user", idIn: ({ userId }) => userId }, show);
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
  ({ inventory, directory }: Dependencies & Pick<People, "directory">) =>
  async (query: z.output<typeof GroupsQuerySchema>): Promise<Page<Observed<GroupFact>>> => {
    const asked = { ...query, passesOver: isNarrowed(query, "user") };
    const show = (groups: readonly Observed<GroupFact>[]) =>
      Promise.resolve(
        groups.map((observed) => {
          const { id, displayName, description } = observed.fact;
          return contains([id, displayName, description], query.q) ? observed : undefined;
        }),
      );
    const userId = await whereGiven(query.user, (text) => userNamed({ inventory, directory }, text));
    if (userId === undefined) return pageOfScope(inventory, { kind: "group" }, asked, show);
    const memberships: Scope<"membership"> = { kind: "membership", userId };
    return pageOfLinked(
      inventory,
      memberships,
      asked,
      { kind: "group", idIn: ({ groupId }) => groupId },
      show,
    );
  };
