import type { IdentityCenterSettings } from "../contracts/environment.ts";
import type { RequestedEntitlement } from "../domain/access-request.ts";
import type { Principal } from "../domain/principal.ts";
import { sessionSecondsOf } from "../domain/sessions.ts";
import type { CatalogueAccount, CataloguePermissionSet } from "../ports/catalogue.ts";

/** A permission set in an account, as its names are when it is asked for. */
interface Asked {
  readonly account: CatalogueAccount;
  readonly permissionSet: Pick<CataloguePermissionSet, "arn" | "name" | "sessionDuration">;
}

/** What a new request asks for, of which nothing has been done yet. */
export const requestedEntitlement = (
  { region, instanceArn, identityStoreId }: IdentityCenterSettings,
  { account, permissionSet }: Asked,
  { type, id }: Pick<Principal, "type" | "id">,
): RequestedEntitlement => {
  const sessionSeconds = sessionSecondsOf(permissionSet.sessionDuration);
  return {
    entitlement: {
      provider: "identity-center/account-assignment",
      region,
      instanceArn,
      identityStoreId,
      accountId: account.id,
      permissionSetArn: permissionSet.arn,
      principalType: type,
      principalId: id,
    },
    accountName: account.name,
    permissionSetName: permissionSet.name,
    status: "requested",
    standing: false,
    ...(sessionSeconds === undefined ? {} : { sessionSeconds }),
  };
};
