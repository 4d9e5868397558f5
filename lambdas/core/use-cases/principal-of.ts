import type { RequestAsk } from "../contracts/http/requests.ts";
import { DomainError } from "../domain/errors.ts";
import { GroupIdSchema } from "../domain/ids.ts";
import type { Person, Principal } from "../domain/principal.ts";
import type { Directory, DirectoryGroup } from "../ports/directory.ts";

type Lookups = {
  readonly directory: Pick<Directory, "group" | "groupByName" | "memberships" | "userByName">;
};

/** Who gets the access: the caller, or a group that the caller belongs to now. */
export const principalOf = async (
  { directory }: Lookups,
  caller: Person,
  asked: RequestAsk["principal"],
): Promise<Principal> => {
  const self: Principal = { type: "USER", id: caller.userId, name: caller.userName };
  if (asked === undefined) return self;
  if (asked.type === "USER") {
    const id = "id" in asked ? asked.id : (await directory.userByName(asked.name))?.userId;
    if (id === caller.userId) return self;
    throw new DomainError(
      "principal-not-allowed",
      "Access is requested for yourself or for a group that you belong to.",
    );
  }
  const group = await groupOf(directory, asked);
  if (!(await directory.memberships(caller.userId, [group.groupId])).has(group.groupId)) {
    // Only what was sent is repeated: an id must not tell a stranger the group's name.
    const named = "id" in asked ? asked.id : asked.name;
    throw new DomainError("principal-not-allowed", `You are not a member of the group ${named}.`);
  }
  return { type: "GROUP", id: group.groupId, name: group.displayName };
};

const groupOf = async (
  directory: Lookups["directory"],
  asked: NonNullable<RequestAsk["principal"]>,
): Promise<DirectoryGroup> => {
  const id = "id" in asked ? GroupIdSchema.safeParse(asked.id) : undefined;
  const found =
    "id" in asked
      ? id?.success === true
        ? await directory.group(id.data)
        : undefined
      : await directory.groupByName(asked.name);
  if (found !== undefined) return found;
  const named = "id" in asked ? asked.id : asked.name;
  const detail = `There is no group ${named} in the directory.`;
  throw new DomainError("unknown-name", detail, [{ pointer: "/principal", detail }]);
};
