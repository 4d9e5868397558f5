import type { AccessRequest } from "../../../lambdas/core/domain/access-request.ts";
import { accounts, people, permissionSetArns, userId, type Account, type PermissionSet } from "../cast.ts";
import type { RequestAction } from "../ledger.ts";

/** The request that nobody asked for, as if its person had: whether they should have it is another question. */
export const actionIn = ({ principal, entitlements, durationSeconds }: AccessRequest): RequestAction => {
  const who = people.find((name) => userId(name) === principal.id);
  const accountId = entitlements[0]?.entitlement.accountId;
  const account = (Object.keys(accounts) as Account[]).find((name) => accounts[name] === accountId);
  if (who === undefined || account === undefined) throw new Error("Access for nobody, or to nothing");
  const arns = entitlements.map(({ entitlement }) => entitlement.permissionSetArn as string);
  const permissionSets = (Object.keys(permissionSetArns) as PermissionSet[]).filter((name) =>
    arns.includes(permissionSetArns[name]),
  );
  return { do: "request", who, account, permissionSets, seconds: durationSeconds };
};
