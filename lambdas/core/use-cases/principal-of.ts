import type { RequestAsk } from "../contracts/http/requests.ts";
import type { Beneficiary } from "../domain/access-flow.ts";
import { called } from "../domain/called.ts";
import { DomainError } from "../domain/errors.ts";
import { GroupIdSchema, UserIdSchema } from "../domain/ids.ts";
import type { Person, Principal } from "../domain/principal.ts";
import type { Directory, DirectoryGroup, DirectoryUser } from "../ports/directory.ts";

type Lookups = {
  readonly directory: Pick<
    Directory,
    "group" | "groupByName" | "managerOf" | "memberships" | "user" | "userByName"
  >;
};

/** Who would get the access, and what they are to whoever asks for it. */
export interface BeneficiaryOf {
  readonly principal: Principal;
  readonly requestFor: Beneficiary;
}

/**
 * Who gets the access: the caller, a group that the caller belongs to now, or somebody else, whom a flow has to allow. Refusals
 * are for the caller, or, where it is said by which name they are told as, for somebody else.
 */
export const beneficiaryOf = async (
  { directory }: Lookups,
  caller: Person,
  asked: RequestAsk["principal"],
  toldAs?: string,
): Promise<BeneficiaryOf> => {
  const self: BeneficiaryOf = {
    principal: { type: "USER", id: caller.userId, name: caller.userName },
    requestFor: "self",
  };
  if (asked === undefined) return self;
  if (asked.type === "USER") {
    const user = await userOf(directory, asked);
    if (user?.userId === caller.userId) return self;
    // Whoever is disabled gets nothing. Only what was sent is repeated.
    if (user?.enabled !== true) throw notFor(asked, toldAs);
    const manager = await directory.managerOf(user.userId);
    return {
      principal: { type: "USER", id: user.userId, name: user.userName },
      requestFor: manager === caller.userId ? "direct-reports" : "others",
    };
  }
  const group = await groupOf(directory, asked);
  if (!(await directory.memberships(caller.userId, [group.groupId])).has(group.groupId)) {
    // Only what was sent is repeated: an id must not tell a stranger the group's name.
    const named = "id" in asked ? asked.id : asked.name;
    const are = toldAs === undefined ? "You are" : called(toldAs).are;
    throw new DomainError("principal-not-allowed", `${are} not a member of the group ${named}.`);
  }
  return { principal: { type: "GROUP", id: group.groupId, name: group.displayName }, requestFor: "self" };
};

const notFor = (asked: NonNullable<RequestAsk["principal"]>, toldAs: string | undefined): DomainError => {
  const named = "id" in asked ? asked.id : asked.name;
  const instead =
    toldAs === undefined
      ? "ask for yourself, for a group that you belong to, or for an enabled user whom an access flow lets you ask for"
      : `${toldAs} can ask for themselves, for a group that they belong to, or for an enabled user whom an access flow lets them ask for`;
  return new DomainError("principal-not-allowed", `Access for ${named} cannot be asked for: ${instead}.`);
};

const userOf = async (
  directory: Lookups["directory"],
  asked: NonNullable<RequestAsk["principal"]>,
): Promise<DirectoryUser | undefined> => {
  if (!("id" in asked)) return directory.userByName(asked.name);
  const id = UserIdSchema.safeParse(asked.id);
  return id.success ? directory.user(id.data) : undefined;
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
