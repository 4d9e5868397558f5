import type { UserStatus } from "@aws-sdk/client-identitystore";

/**
 * `UserStatus` is optional in the API (https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_User.html).
 * AWS says DISABLED of a user that is disabled; a store that says nothing (moto; Identity Center before 2025) has no
 * way to disable one. Any other word is not ENABLED.
 */
export const isEnabled = (status: UserStatus | undefined): boolean =>
  status === undefined || status === "ENABLED";
