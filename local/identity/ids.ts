import { createHash } from "node:crypto";

/** Ids of seeded things are derived from their names, so that every run of the same file shows the same ids. */
const digest = (kind: string, name: string): string =>
  createHash("sha256").update(`${kind}\n${name}`).digest("hex");

const uuidFrom = (hex: string): string =>
  [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-");

/** `arn:aws:sso:::instance/ssoins-<16 hex>`. */
export const instanceArnOf = (managementAccountId: string): string =>
  `arn:aws:sso:::instance/ssoins-${digest("instance", managementAccountId).slice(0, 16)}`;

/** `arn:aws:sso:::permissionSet/ssoins-<16 hex>/ps-<16 hex>`; `seed` is the set's name, or anything unique. */
export const permissionSetArnOf = (instanceArn: string, seed: string): string =>
  `arn:aws:sso:::permissionSet/${instanceArn.slice(instanceArn.lastIndexOf("/") + 1)}/ps-${digest("permission-set", seed).slice(0, 16)}`;

/** `d-<10 hex>`. */
export const identityStoreIdOf = (managementAccountId: string): string =>
  `d-${digest("identity-store", managementAccountId).slice(0, 10)}`;

/** The directory's ids are UUIDs (https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_User.html). */
export const userIdOf = (userName: string): string => uuidFrom(digest("user", userName));
export const groupIdOf = (displayName: string): string => uuidFrom(digest("group", displayName));
export const membershipIdOf = (groupId: string, userId: string): string =>
  uuidFrom(digest("membership", `${groupId}/${userId}`));

/** `o-<10 characters>`. */
export const organizationIdOf = (managementAccountId: string): string =>
  `o-${digest("organization", managementAccountId).slice(0, 10)}`;

/** `r-<4 characters>`. */
export const rootIdOf = (managementAccountId: string): string =>
  `r-${digest("root", managementAccountId).slice(0, 4)}`;

/** `ou-<the root's characters>-<8 characters>`; `seed` is the unit's path, or anything unique. */
export const organizationalUnitIdOf = (rootId: string, seed: string): string =>
  `ou-${rootId.slice("r-".length)}-${digest("organizational-unit", seed).slice(0, 8)}`;

/** Twelve digits, never starting with 0 (which a careless tool would drop). */
export const accountIdOf = (seed: string): string => {
  const digits = BigInt(`0x${digest("account", seed).slice(0, 15)}`).toString();
  return `9${digits.padStart(11, "0").slice(-11)}`;
};
