import * as z from "zod/mini";
import {
  AccountIdSchema,
  PermissionSetArnSchema,
  RequestIdSchema,
  TimestampSchema,
  type RequestId,
  type Timestamp,
  secondsAfter,
  wholeSecondAfter,
} from "./ids.ts";

/**
 * One grantable fact. It carries all that is needed to take it away again: not the user, the flow,
 * the approver or today's settings.
 */
export const EntitlementSchema = z.strictObject({
  provider: z.literal("identity-center/account-assignment"),
  region: z.string(),
  instanceArn: z.string(),
  identityStoreId: z.string(),
  accountId: AccountIdSchema,
  permissionSetArn: PermissionSetArnSchema,
  principalType: z.enum(["USER", "GROUP"]),
  principalId: z.string(),
});
export type Entitlement = z.infer<typeof EntitlementSchema>;

/** The entitlement's identity: two requests that need the same fact meet at this key. */
export const entitlementKey = (entitlement: Entitlement): string =>
  [
    entitlement.provider,
    entitlement.accountId,
    entitlement.permissionSetArn,
    entitlement.principalType,
    entitlement.principalId,
  ].join("#");

const HoldersSchema = z.record(z.string(), z.strictObject({ expiresAt: TimestampSchema }));

const common = {
  entitlement: EntitlementSchema,
  version: z.int().check(z.positive()),
  holders: HoldersSchema,
  /** Until then an attempt whose end nobody saw may still make the entitlement appear. */
  uncertainUntil: z.optional(TimestampSchema),
};

/**
 * What Lockstep knows of one entitlement: `absent → observing → {standing | ours} → removing → (verifying →) absent`.
 * An absent record stays for a while, so that its version never starts again.
 */
export const EntitlementRecordSchema = z.discriminatedUnion("state", [
  z.strictObject({ ...common, state: z.literal("absent") }),
  z.strictObject({ ...common, state: z.literal("observing"), by: RequestIdSchema }),
  z.strictObject({ ...common, state: z.literal("standing") }),
  z.strictObject({ ...common, state: z.literal("ours") }),
  z.strictObject({ ...common, state: z.literal("removing"), by: RequestIdSchema }),
  z.strictObject({ ...common, state: z.literal("verifying"), by: RequestIdSchema, until: TimestampSchema }),
]);
export type EntitlementRecord = z.infer<typeof EntitlementRecordSchema>;

/** A write to make on the record (under its version), or what to do without one. */
export type EntitlementStep =
  | { readonly do: "write"; readonly next: EntitlementRecord }
  | { readonly do: "wait"; readonly reason: string }
  | { readonly do: "nothing" };

/**
 * How long after an attempt that nobody saw end a late Create may still land: a function's longest run
 * (15 minutes) and one more minute.
 */
export const UNCERTAIN_SECONDS = 16 * 60;

const without = (holders: EntitlementRecord["holders"], requestId: RequestId): EntitlementRecord["holders"] =>
  Object.fromEntries(Object.entries(holders).filter(([id]) => id !== requestId));

const later = (a: Timestamp | undefined, b: Timestamp | undefined): Timestamp | undefined =>
  a === undefined || (b !== undefined && b > a) ? b : a;

/** Makes `requestId` a holder, or the one who observes first, or says why it has to wait. */
export const claim = (
  record: EntitlementRecord | undefined,
  request: { readonly id: RequestId; readonly expiresAt: Timestamp; readonly entitlement: Entitlement },
): EntitlementStep => {
  const me = { [request.id]: { expiresAt: request.expiresAt } };
  if (record === undefined) {
    return {
      do: "write",
      next: { entitlement: request.entitlement, version: 1, holders: me, state: "observing", by: request.id },
    };
  }
  const version = record.version + 1;
  switch (record.state) {
    case "absent":
      return {
        do: "write",
        next: { entitlement: request.entitlement, version, holders: me, state: "observing", by: request.id },
      };
    case "observing":
      return record.by === request.id
        ? { do: "nothing" }
        : { do: "wait", reason: "another request is finding out whether this access already exists" };
    case "standing":
    case "ours":
      return record.holders[request.id]?.expiresAt === request.expiresAt
        ? { do: "nothing" }
        : { do: "write", next: { ...record, version, holders: { ...record.holders, ...me } } };
    case "removing":
      return { do: "wait", reason: "the same access of an earlier request is being removed" };
    case "verifying": {
      const { by: _by, until: _until, ...rest } = record;
      return { do: "write", next: { ...rest, version, holders: me, state: "ours" } };
    }
  }
};

/** The one verdict, from one observation that was made before any Create. */
export const verdict = (
  record: EntitlementRecord & { readonly state: "observing" },
  observed: "present" | "absent",
): EntitlementRecord => {
  const { by: _by, ...rest } = record;
  return { ...rest, version: record.version + 1, state: observed === "present" ? "standing" : "ours" };
};

/**
 * Gives up `requestId`'s hold. The last holder of what is ours goes on to remove it (`removing`);
 * `uncertain` says that its own attempt to grant may still land.
 */
export const release = (
  record: EntitlementRecord | undefined,
  requestId: RequestId,
  attempt: { readonly uncertain: boolean; readonly now: Date },
): EntitlementStep => {
  if (record === undefined) return { do: "nothing" };
  const version = record.version + 1;
  const holders = without(record.holders, requestId);
  switch (record.state) {
    case "absent":
      return { do: "nothing" };
    case "observing": {
      if (record.by !== requestId) return { do: "nothing" };
      const { by: _by, ...rest } = record;
      return { do: "write", next: { ...rest, version, holders: {}, state: "absent" } };
    }
    case "standing":
      if (!(requestId in record.holders)) return { do: "nothing" };
      return Object.keys(holders).length === 0
        ? { do: "write", next: { ...record, version, holders, state: "absent" } }
        : { do: "write", next: { ...record, version, holders } };
    case "ours": {
      if (!(requestId in record.holders)) return { do: "nothing" };
      const uncertainUntil = attempt.uncertain
        ? later(record.uncertainUntil, uncertainFrom(attempt.now))
        : record.uncertainUntil;
      const rest = { ...record, version, ...(uncertainUntil === undefined ? {} : { uncertainUntil }) };
      return Object.keys(holders).length === 0
        ? { do: "write", next: { ...rest, state: "removing", by: requestId } }
        : { do: "write", next: { ...rest, holders } };
    }
    case "removing":
    case "verifying":
      return { do: "nothing" };
  }
};

const uncertainFrom = (now: Date): Timestamp => secondsAfter(wholeSecondAfter(now), UNCERTAIN_SECONDS);

/** After the provider saw it absent: absent for good, or to be observed once more when a late Create may still land. */
export const confirmAbsent = (
  record: EntitlementRecord & { readonly state: "removing" | "verifying" },
  now: Date,
): EntitlementRecord => {
  const { uncertainUntil, ...known } = record;
  const rest = { entitlement: known.entitlement, version: record.version + 1, holders: {} };
  return uncertainUntil !== undefined && uncertainUntil > now.toISOString()
    ? { ...rest, uncertainUntil, state: "verifying", by: record.by, until: uncertainUntil }
    : { ...rest, state: "absent" };
};

/** A late Create landed while its absence was being verified: removed again. */
export const removeAgain = (
  record: EntitlementRecord & { readonly state: "verifying" },
): EntitlementRecord & { readonly state: "removing" } => {
  const { until: _until, ...rest } = record;
  return { ...rest, version: record.version + 1, state: "removing" };
};
