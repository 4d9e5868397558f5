import type { Clock } from "../../lambdas/core/ports/clock.ts";
import { documentsOf } from "../identity/documents.ts";
import type { LocalStore } from "../store.ts";
import { AwsError } from "../wire/service.ts";

/** Who an access key that AssumeRole issued stands for. */
export interface AssumedRole {
  readonly accessKeyId: string;
  /** The session: `arn:aws:sts::<account>:assumed-role/<role>/<session>`. */
  readonly sessionArn: string;
  /** The role: `arn:aws:iam::<account>:role/<role>`. */
  readonly roleArn: string;
  readonly sessionName: string;
  readonly accountId: string;
  /** The session's own policy, as it was said; absent where none was. */
  readonly policy?: string;
  /** ISO 8601. */
  readonly expiration: string;
}

export const assumedRoles = (store: LocalStore) => documentsOf<AssumedRole>(store, "sts/assumed-roles");

/**
 * The role behind an access key that AssumeRole issued; undefined when it issued no such key. Throws ExpiredTokenException
 * when the session is over: nobody goes on as somebody else with a key that has run out.
 */
export const assumedRoleOf = (
  { store, clock }: { readonly store: LocalStore; readonly clock: Pick<Clock, "now"> },
  accessKeyId: string,
): AssumedRole | undefined => {
  const role = assumedRoles(store).get(accessKeyId);
  if (role !== undefined && Date.parse(role.expiration) <= clock.now().getTime())
    throw new AwsError("ExpiredTokenException", "The security token included in the request is expired", 403);
  return role;
};
