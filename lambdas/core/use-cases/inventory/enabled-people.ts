import { membersOf, type AssignmentFact } from "../../domain/inventory/facts.ts";
import type { UserId } from "../../domain/ids.ts";
import type { InventoryReader } from "../../ports/inventory.ts";
import { walkScope } from "./walk.ts";

type Principal = Pick<AssignmentFact, "principalType" | "principalId">;

/** Members that are read at once. */
const STRETCH = 100;

/** At most so many enabled users of a principal: the user, or members of the group. Each principal is read once. */
export const enabledPeople = (
  inventory: Pick<InventoryReader, "getAll" | "page">,
  most: number,
): ((principal: Principal) => Promise<readonly UserId[]>) => {
  const read = new Map<string, Promise<readonly UserId[]>>();
  return ({ principalType, principalId }) => {
    const known = read.get(principalId);
    if (known !== undefined) return known;
    const people =
      principalType === "USER"
        ? enabledOf(inventory, [principalId])
        : enabledMembers(inventory, principalId, most);
    read.set(principalId, people);
    return people;
  };
};

const enabledMembers = async (
  inventory: Pick<InventoryReader, "getAll" | "page">,
  groupId: string,
  most: number,
): Promise<readonly UserId[]> => {
  const found: UserId[] = [];
  const members = walkScope(inventory, { kind: "membership", within: membersOf(groupId) }, STRETCH);
  for await (const { steps } of members(undefined)) {
    const users = steps.map(({ item }) => item.fact.userId);
    found.push(...(await enabledOf(inventory, users)));
    if (found.length >= most) break;
  }
  return found.slice(0, most);
};

const enabledOf = async (
  inventory: Pick<InventoryReader, "getAll">,
  users: readonly string[],
): Promise<readonly UserId[]> => {
  const found = await inventory.getAll("user", users);
  return found.flatMap(({ fact }) => (fact.enabled ? [fact.id] : []));
};
