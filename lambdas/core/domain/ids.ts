import * as z from "zod/mini";

const matching = (pattern: RegExp) => z.string().check(z.regex(pattern));

/** An access request: `r-` and 26 characters of base32, derived from the caller and the idempotency key. */
export const RequestIdSchema = matching(/^r-[a-z2-7]{26}$/).brand<"RequestId">();
export type RequestId = z.infer<typeof RequestIdSchema>;

/** Twelve digits. */
export const AccountIdSchema = matching(/^\d{12}$/).brand<"AccountId">();
export type AccountId = z.infer<typeof AccountIdSchema>;

/** `arn:aws:sso:::permissionSet/ssoins-…/ps-…`; moto writes `instance` for `permissionSet`. */
export const PermissionSetArnSchema = matching(
  /^arn:[a-z-]+:sso:::(?:permissionSet|instance)\/(?:sso)?ins-[a-zA-Z0-9-.]{16}\/ps-[a-zA-Z0-9-./]{16}$/,
).brand<"PermissionSetArn">();
export type PermissionSetArn = z.infer<typeof PermissionSetArnSchema>;

/**
 * A user or group of an identity store: a UUID, with a ten-digit prefix in older stores
 * (https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_User.html).
 */
const identityStoreResourceId =
  /^(?:[0-9a-f]{10}-)?[A-Fa-f0-9]{8}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{12}$/;

export const UserIdSchema = matching(identityStoreResourceId).brand<"UserId">();
export type UserId = z.infer<typeof UserIdSchema>;

export const GroupIdSchema = matching(identityStoreResourceId).brand<"GroupId">();
export type GroupId = z.infer<typeof GroupIdSchema>;

/** An organizational unit (`ou-…`) or an organization's root (`r-…`). */
export const OrganizationalUnitIdSchema = matching(
  /^(?:r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$/,
).brand<"OrganizationalUnitId">();
export type OrganizationalUnitId = z.infer<typeof OrganizationalUnitIdSchema>;

/** Whether it is the organization's root, which is below nothing. */
export const isRoot = (id: OrganizationalUnitId): boolean => id.startsWith("r-");

/** An access flow's name. */
export const FlowNameSchema = matching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/).brand<"FlowName">();
export type FlowName = z.infer<typeof FlowNameSchema>;

/** A bundle's name, an access scope's and a rota's: as an access flow's. */
export const BundleNameSchema = matching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/).brand<"BundleName">();
export type BundleName = z.infer<typeof BundleNameSchema>;

export const ScopeNameSchema = matching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/).brand<"ScopeName">();
export type ScopeName = z.infer<typeof ScopeNameSchema>;

export const RotaNameSchema = matching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/).brand<"RotaName">();
export type RotaName = z.infer<typeof RotaNameSchema>;

/** A moment in UTC, to the millisecond, so that text order is time order. */
export const TimestampSchema = z
  .string()
  .check(
    z.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/, {
      error: "a moment in UTC with milliseconds, such as 2026-01-01T00:00:00.000Z",
    }),
  )
  .brand<"Timestamp">();
export type Timestamp = z.infer<typeof TimestampSchema>;

/** The moment as Lockstep writes it everywhere. */
export const timestamp = (date: Date): Timestamp => date.toISOString() as Timestamp;

/** The moment `seconds` after `date`. */
export const secondsAfter = (date: Date, seconds: number): Timestamp =>
  timestamp(new Date(date.getTime() + seconds * 1000));

/**
 * The whole second at or after `date`. What a Wait state waits for has to be a whole second: Step Functions drops the
 * fraction of a Timestamp, and would look too early (https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html).
 */
export const wholeSecondAfter = (date: Date): Date => new Date(Math.ceil(date.getTime() / 1000) * 1000);

/** The later of two moments; the first when there is no second. */
export const laterOf = (date: Date, other: Date | undefined): Date =>
  other !== undefined && other > date ? other : date;

/** The earlier of two moments; the first when there is no second. */
export const earlierOf = (moment: Timestamp, other: Timestamp | undefined): Timestamp =>
  other !== undefined && other < moment ? other : moment;
