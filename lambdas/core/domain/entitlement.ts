import * as z from "zod/mini";
import {
  AccountIdSchema,
  PermissionSetArnSchema,
  RequestIdSchema,
  TimestampSchema,
  secondsAfter,
  timestamp,
  wholeSecondAfter,
  type RequestId,
  type Timestamp,
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
export const entitlementKey = (
  entitlement: Pick<
    Entitlement,
    "provider" | "accountId" | "permissionSetArn" | "principalType" | "principalId"
  >,
): string =>
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
  /**
   * Requests that gave it up, each with the time until which a late invocation of theirs may still run: such a one
   * must not take it again, since nobody would remove it any more.
   */
  left: z.optional(z.record(z.string(), TimestampSchema)),
  /** When the sweep last compared it with what AWS shows. */
  verifiedAt: z.optional(TimestampSchema),
  /** What the sweep found then that is nobody's doing within Lockstep. */
  drift: z.optional(z.enum(["appeared", "vanished"])),
};

/**
 * What Lockstep knows of one entitlement: `absent → observing → {standing | ours} → removing → (verifying →) absent`.
 * An absent record stays for a while, so that its version never starts again.
 */
export const EntitlementRecordSchema = z.discriminatedUnion("state", [
  z.strictObject({
    ...common,
    state: z.literal("absent"),
    /** Until then the sweep looks whether somebody else makes what Lockstep removed. */
    watchedUntil: z.optional(TimestampSchema),
    /** Nobody can use it, and AWS refused to remove it, for this reason. */
    dangling: z.optional(z.string()),
  }),
  z.strictObject({ ...common, state: z.literal("observing"), by: RequestIdSchema }),
  z.strictObject({ ...common, state: z.literal("standing") }),
  z.strictObject({ ...common, state: z.literal("ours") }),
  /** Nobody holds it any more: whoever has the turn to remove deletes it. */
  z.strictObject({
    ...common,
    state: z.literal("removing"),
    by: RequestIdSchema,
    /** When its last holder left; absent in records that were written before this was kept. */
    since: z.optional(TimestampSchema),
    /** Only in records that were written before removals took turns: until then an earlier Delete may be on its way. */
    leaseUntil: z.optional(TimestampSchema),
  }),
  z.strictObject({ ...common, state: z.literal("verifying"), by: RequestIdSchema, until: TimestampSchema }),
]);
export type EntitlementRecord = z.infer<typeof EntitlementRecordSchema>;

/** A write to make on the record (under its version), or what to do without one. */
export type EntitlementStep =
  | { readonly do: "write"; readonly next: EntitlementRecord }
  | { readonly do: "wait"; readonly reason: string }
  | { readonly do: "refuse"; readonly reason: string }
  | { readonly do: "nothing" };

type RecordIn<State extends EntitlementRecord["state"]> = EntitlementRecord & { readonly state: State };

/**
 * How long after an attempt that nobody saw end a late Create may still land: a function's longest run
 * (15 minutes) and one more minute.
 */
export const UNCERTAIN_SECONDS = 16 * 60;

/** How long after a removal the sweep looks whether the access comes back by another hand. */
export const WATCHED_SECONDS = 24 * 3600;

const without = (holders: EntitlementRecord["holders"], requestId: RequestId): EntitlementRecord["holders"] =>
  Object.fromEntries(Object.entries(holders).filter(([id]) => id !== requestId));

const laterText = (a: Timestamp | undefined, b: Timestamp): Timestamp => (a === undefined || b > a ? b : a);

const uncertainFrom = (now: Date): Timestamp => secondsAfter(wholeSecondAfter(now), UNCERTAIN_SECONDS);

/** Who has left, with `requestId` among them; those whose invocations are long over are forgotten. */
const withLeft = (
  left: EntitlementRecord["left"],
  requestId: RequestId,
  now: Date,
): { readonly left: NonNullable<EntitlementRecord["left"]> } => {
  const running = Object.entries(left ?? {}).filter(([, until]) => until > timestamp(now));
  return { left: { ...Object.fromEntries(running), [requestId]: uncertainFrom(now) } };
};

/** Makes `requestId` a holder, or the one who observes first, or says why it has to wait or may not. */
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
  if (record.left !== undefined && request.id in record.left) {
    return { do: "refuse", reason: "the request has given this access up already" };
  }
  const version = record.version + 1;
  switch (record.state) {
    case "absent":
      return {
        do: "write",
        next: {
          ...remembered(record),
          entitlement: request.entitlement,
          version,
          holders: me,
          state: "observing",
          by: request.id,
        },
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
    case "verifying":
      return { do: "write", next: { ...remembered(record), version, holders: me, state: "ours" } };
  }
};

/** What a record takes along into another state. */
const remembered = ({ entitlement, uncertainUntil, left }: EntitlementRecord) => ({
  entitlement,
  ...(uncertainUntil === undefined ? {} : { uncertainUntil }),
  ...(left === undefined ? {} : { left }),
});

/** Keeps a holder's expiry what its request's is, after an extension; undefined when it is so already. */
export const withExpiryOf = (
  record: EntitlementRecord | undefined,
  request: { readonly id: RequestId; readonly expiresAt: Timestamp },
): EntitlementRecord | undefined => {
  const holder = record?.holders[request.id];
  if (record === undefined || holder === undefined || holder.expiresAt === request.expiresAt)
    return undefined;
  const holders = { ...record.holders, [request.id]: { expiresAt: request.expiresAt } };
  return { ...record, version: record.version + 1, holders };
};

/** The one verdict, from one observation that was made before any Create. */
export const verdict = (record: RecordIn<"observing">, observed: "present" | "absent"): EntitlementRecord => {
  const kept = { ...remembered(record), version: record.version + 1, holders: record.holders };
  return { ...kept, state: observed === "present" ? "standing" : "ours" };
};

/** An earlier attempt of a holder may have sent a Create that nobody saw end: it may land until then. */
export const withUncertainty = (record: RecordIn<"ours">, now: Date): RecordIn<"ours"> => ({
  ...record,
  version: record.version + 1,
  uncertainUntil: laterText(record.uncertainUntil, uncertainFrom(now)),
});

/**
 * Gives up `requestId`'s hold, and bars it from coming back. The last holder of what is ours goes on to remove it
 * (`removing`); `uncertain` says that its own attempt to grant may still land. A request that held nothing leaves its
 * mark all the same: its own late invocation may be about to take hold.
 */
export const release = (
  record: EntitlementRecord | undefined,
  request: { readonly id: RequestId; readonly entitlement: Entitlement },
  attempt: { readonly uncertain: boolean; readonly now: Date },
): EntitlementStep => {
  const { now } = attempt;
  if (record === undefined) {
    const next = {
      entitlement: request.entitlement,
      version: 1,
      holders: {},
      ...withLeft(undefined, request.id, now),
    };
    return { do: "write", next: { ...next, state: "absent" } };
  }
  const version = record.version + 1;
  const holders = without(record.holders, request.id);
  const rest = { ...record, version, holders, ...withLeft(record.left, request.id, now) };
  const isLast = Object.keys(holders).length === 0;
  const removes = (record.state === "removing" || record.state === "verifying") && record.by === request.id;
  if (removes) return { do: "nothing" };
  if (!(request.id in record.holders)) {
    return record.left !== undefined && request.id in record.left
      ? { do: "nothing" }
      : { do: "write", next: rest };
  }
  switch (record.state) {
    case "observing": {
      return { do: "write", next: absentRecord(rest) };
    }
    case "standing":
      return { do: "write", next: isLast ? absentRecord(rest) : { ...rest, state: "standing" } };
    case "ours": {
      const until = attempt.uncertain
        ? laterText(record.uncertainUntil, uncertainFrom(now))
        : record.uncertainUntil;
      const known = { ...rest, ...(until === undefined ? {} : { uncertainUntil: until }) };
      return {
        do: "write",
        next: isLast ? removal({ ...known, state: "ours" }, request.id, now) : { ...known, state: "ours" },
      };
    }
    case "absent":
    case "removing":
    case "verifying":
      return { do: "nothing" };
  }
};

/** Nobody's, with the marks of those who left. */
const absentRecord = ({ entitlement, version, left }: EntitlementRecord): RecordIn<"absent"> => ({
  entitlement,
  version,
  holders: {},
  ...(left === undefined ? {} : { left }),
  state: "absent",
});

/** From here nobody can take it until it is gone. */
const removal = (record: EntitlementRecord, by: RequestId, now: Date): RecordIn<"removing"> => ({
  ...remembered(record),
  version: record.version,
  holders: {},
  state: "removing",
  by,
  since: timestamp(now),
});

/**
 * Whether whoever has the turn may delete it now, and believe what AWS shows: no Delete of the time before turns can
 * still arrive. One of an earlier turn cannot either: that turn was waited out (use-cases/kept-turn.ts).
 */
export const mayDelete = (record: RecordIn<"removing">, now: Date): boolean =>
  record.leaseUntil === undefined || record.leaseUntil <= timestamp(now);

/** The same removal: nobody has confirmed it or begun another one since. */
export const isSameRemoval = (
  record: EntitlementRecord | undefined,
  removing: RecordIn<"removing">,
): record is RecordIn<"removing"> =>
  record?.state === "removing" && record.by === removing.by && record.since === removing.since;

/**
 * AWS refuses to remove it, and nobody is left who could use it: over, and not watched, since AWS goes on showing it.
 * The request that held it reads here how it ended.
 */
export const leftDangling = (record: RecordIn<"removing">, reason: string): RecordIn<"absent"> => ({
  ...absentRecord({ ...record, version: record.version + 1 }),
  dangling: reason,
});

/** After the provider saw it absent: absent for good, or to be removed once more when a late Create may still land. */
export const confirmAbsent = (record: RecordIn<"removing">, now: Date): RecordIn<"absent" | "verifying"> => {
  const { uncertainUntil } = record;
  const absent = absentRecord({ ...record, version: record.version + 1 });
  return uncertainUntil !== undefined && uncertainUntil > timestamp(now)
    ? { ...absent, uncertainUntil, state: "verifying", by: record.by, until: uncertainUntil }
    : { ...absent, watchedUntil: secondsAfter(now, WATCHED_SECONDS) };
};

/** No Create can be sent any more: one may have landed, or be in progress. From here nobody can take it until it is gone. */
export const removeAgain = (record: RecordIn<"verifying">, now: Date): RecordIn<"removing"> =>
  removal({ ...record, version: record.version + 1 }, record.by, now);

export type Drift = NonNullable<EntitlementRecord["drift"]>;

/**
 * What an observation shows that Lockstep did not do: access that it keeps has vanished, or access that it removed has
 * appeared. `settled` says that a holder's access is active, so that no Create is on its way.
 */
export const driftOf = (
  record: EntitlementRecord,
  observed: "present" | "absent",
  settled: boolean,
): Drift | undefined => {
  if (record.state === "absent") return observed === "present" ? "appeared" : undefined;
  const isKept = record.state === "standing" || record.state === "ours";
  return isKept && settled && observed === "absent" ? "vanished" : undefined;
};

/** The record after the sweep has compared it with AWS; what was removed long enough ago is not watched any more. */
export const verified = (
  record: EntitlementRecord,
  drift: Drift | undefined,
  now: Date,
): EntitlementRecord => {
  const { drift: _before, ...rest } = record;
  const next = {
    ...rest,
    version: record.version + 1,
    verifiedAt: timestamp(now),
    ...(drift === undefined ? {} : { drift }),
  };
  if (next.state !== "absent" || next.watchedUntil === undefined || next.watchedUntil > timestamp(now))
    return next;
  const { watchedUntil: _over, ...unwatched } = next;
  return unwatched;
};
