import type { ExplanationAsk } from "../../contracts/http/explanations.ts";
import { RolesOfRoute } from "../../contracts/roles.ts";
import { DomainError } from "../../domain/errors.ts";
import { UserIdSchema } from "../../domain/ids.ts";
import type { Person } from "../../domain/principal.ts";
import type { DirectoryUser } from "../../ports/directory.ts";
import { requireOneOf, type RolesOf } from "../directory-roles.ts";
import { explainRequest, type ExplainDependencies, type RequestExplained } from "./explain-request.ts";

interface ExplainAccessDependencies extends ExplainDependencies {
  readonly rolesOf: RolesOf;
}

interface ExplainAccessInput {
  readonly caller: Person;
  /** Whether the caller's own token shows a second factor. */
  readonly mfa: boolean;
  readonly asked: ExplanationAsk;
}

/**
 * Why somebody can or cannot have something. Of others only readers may know, and to them every flow is named; whoever reads
 * everything learns the same of themselves. Throws DomainError `role-missing`, or `unknown-name` where there is no such user.
 */
export const explainAccess =
  (dependencies: ExplainAccessDependencies) =>
  async ({ caller, mfa, asked }: ExplainAccessInput): Promise<RequestExplained> => {
    const { user, entitlement, entitlements, mfa: askedMfa, ...ask } = asked;
    const isOwn = user === undefined || user === caller.userId || user === caller.userName;
    const mayRead = (await dependencies.rolesOf(caller, RolesOfRoute.reader)).size > 0;
    if (!isOwn && !mayRead) await requireOneOf(dependencies.rolesOf)(caller, RolesOfRoute.reader);
    return explainRequest(dependencies)({
      requester: isOwn ? { ...caller, enabled: true } : await requesterOf(dependencies, user),
      ask: { ...ask, entitlements: entitlements ?? (entitlement === undefined ? [] : [entitlement]) },
      mfa: askedMfa ?? (isOwn ? mfa : true),
      textsToCome: true,
      ofSomebodyElse: !isOwn,
      audience: mayRead ? "reader" : "requester",
    });
  };

const requesterOf = async (
  { directory }: Pick<ExplainDependencies, "directory">,
  user: string,
): Promise<DirectoryUser> => {
  const id = UserIdSchema.safeParse(user);
  const found = await (id.success ? directory.user(id.data) : directory.userByName(user));
  if (found !== undefined) return found;
  const detail = `There is no user ${JSON.stringify(user)} in the directory.`;
  throw new DomainError("unknown-name", detail, [{ pointer: "/user", detail }]);
};
