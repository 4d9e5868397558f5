import { SeersOfEveryRequest } from "../contracts/roles.ts";
import type { AccessRequest } from "../domain/access-request.ts";
import { groupsThatMatter, isApproverOf } from "../domain/approval.ts";
import { isWatcherOf, watcherGroupsOf } from "../domain/break-glass.ts";
import { DomainError } from "../domain/errors.ts";
import type { GroupId, RequestId } from "../domain/ids.ts";
import type { Person } from "../domain/principal.ts";
import type { Directory } from "../ports/directory.ts";
import type { AccessRequestStore } from "../ports/stores.ts";
import type { RolesOf } from "./directory-roles.ts";

/**
 * What a caller is to a request: to anyone else it does not exist. A beneficiary is the user for whom somebody else asked:
 * they may end it, as it is their access, and decide nothing. An auditor sees it, and changes nothing of it; nor does a
 * watcher of access in an emergency, who may review it when it is over.
 */
export type Role = "requester" | "beneficiary" | "approver" | "administrator" | "auditor" | "watcher";

/** Whether the access is the person's own, whoever asked for it. */
export const isBeneficiary = ({ type, id }: AccessRequest["principal"], { userId }: Person): boolean =>
  type === "USER" && id === userId;

export interface PartyDependencies {
  readonly requests: Pick<AccessRequestStore, "get">;
  readonly directory: Pick<Directory, "memberships">;
  readonly rolesOf: RolesOf;
}

export const notFound = (id: RequestId): DomainError =>
  new DomainError("not-found", `There is no access request ${id} that you may see.`);

/** The caller's current memberships in the groups that the request's approval, or its review, depends on. */
export const relevantMemberships = async (
  directory: Pick<Directory, "memberships">,
  request: AccessRequest,
  caller: Person,
): Promise<ReadonlySet<GroupId>> => {
  const groups = [...new Set([...groupsThatMatter(request), ...watcherGroupsOf(request)])];
  return groups.length === 0 ? new Set() : directory.memberships(caller.userId, groups);
};

/** The role by which the caller may see the request, as of now; throws DomainError `not-found` without one. */
export const partyTo =
  ({ requests, directory, rolesOf }: PartyDependencies) =>
  async (
    caller: Person,
    id: RequestId,
  ): Promise<{ readonly request: AccessRequest; readonly role: Role }> => {
    const request = await requests.get(id);
    if (request === undefined) throw notFound(id);
    if (request.requester.userId === caller.userId) return { request, role: "requester" };
    if (isBeneficiary(request.principal, caller)) return { request, role: "beneficiary" };
    const memberships = await relevantMemberships(directory, request, caller);
    if (isApproverOf(request, caller.userId, memberships)) return { request, role: "approver" };
    const roles = await rolesOf(caller, SeersOfEveryRequest);
    if (roles.has("administrator")) return { request, role: "administrator" };
    if (roles.has("auditor")) return { request, role: "auditor" };
    if (isWatcherOf(request, caller.userId, memberships)) return { request, role: "watcher" };
    throw notFound(id);
  };
