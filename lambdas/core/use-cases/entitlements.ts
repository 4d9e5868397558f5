import {
  claim,
  confirmAbsent,
  entitlementKey,
  release,
  removeAgain,
  takeRemovalOver,
  verdict,
  withUncertainty,
  withoutLease,
  withoutUncertainty,
  type Entitlement,
  type EntitlementRecord,
  type EntitlementStep,
} from "../domain/entitlement.ts";
import { laterOf, timestamp, type RequestId, type Timestamp } from "../domain/ids.ts";
import type { Clock } from "../ports/clock.ts";
import type { ApplyProgress, Providers } from "../ports/provider.ts";
import type { EntitlementStore } from "../ports/stores.ts";

interface Dependencies {
  readonly entitlements: EntitlementStore;
  readonly providers: Providers;
}

/** How an attempt to hold an entitlement ended. */
export type Acquired =
  | { readonly outcome: "granted"; readonly standing: boolean }
  | { readonly outcome: "unfinished"; readonly reason: string }
  | { readonly outcome: "refused"; readonly reason: string };

/**
 * How an attempt to give an entitlement up ended. `kept`: it stays, standing or for its other holders. `not-held`: the
 * request held nothing, because it never did or because an earlier invocation gave it up.
 */
export type Released =
  | { readonly outcome: "removed" | "kept" | "not-held" }
  | { readonly outcome: "verifying"; readonly until: Timestamp }
  | { readonly outcome: "dangling"; readonly reason: string }
  | { readonly outcome: "unfinished"; readonly reason: string };

/** Every lost race means that another write won, so progress was made; so many in a row is a fault. */
const RACES = 10;

/** What came of a step: the record before it and now, and whether this step wrote it. */
type Stepped =
  | {
      readonly outcome: "stepped";
      readonly before: EntitlementRecord | undefined;
      readonly record: EntitlementRecord | undefined;
      readonly wrote: boolean;
    }
  | { readonly outcome: "unfinished"; readonly reason: string }
  | { readonly outcome: "refused"; readonly reason: string };

/** Reads the record, decides, writes under the version that it read; a lost race reads again. */
const step = async (
  { entitlements }: Pick<Dependencies, "entitlements">,
  key: string,
  decide: (record: EntitlementRecord | undefined) => EntitlementStep,
): Promise<Stepped> => {
  for (let race = 0; race < RACES; race += 1) {
    const record = await entitlements.get(key);
    const decided = decide(record);
    if (decided.do === "nothing") return { outcome: "stepped", before: record, record, wrote: false };
    if (decided.do === "wait") return { outcome: "unfinished", reason: decided.reason };
    if (decided.do === "refuse") return { outcome: "refused", reason: decided.reason };
    if ((await entitlements.put(decided.next)) === "written") {
      return { outcome: "stepped", before: record, record: decided.next, wrote: true };
    }
  }
  return { outcome: "unfinished", reason: "too many requests are changing this access at once" };
};

/** Another invocation, or a new holder, wrote first: looking again decides. */
const raced = {
  outcome: "unfinished",
  reason: "something else changed the same access at the same time",
} as const;

/**
 * Makes the request a holder, durably, before the provider is called; then makes the entitlement exist.
 * Running it again after a crash at any point is right, and so is running it late: a request that has given the
 * entitlement up is refused.
 */
export const acquire =
  (dependencies: AcquireDependencies) =>
  async (request: {
    readonly id: RequestId;
    readonly expiresAt: Timestamp;
    readonly entitlement: Entitlement;
  }): Promise<Acquired> => {
    const { entitlement } = request;
    const claimed = await step(dependencies, entitlementKey(entitlement), (record) => claim(record, request));
    if (claimed.outcome !== "stepped") return claimed;
    switch (claimed.record?.state) {
      case "observing":
        return judge(dependencies, claimed.record);
      case "standing":
        return { outcome: "granted", standing: true };
      case "ours":
        return claimed.wrote ? ensure(dependencies, entitlement) : ensureAgain(dependencies, claimed.record);
      case "absent":
      case "removing":
      case "verifying":
      case undefined:
        return raced;
    }
  };

type AcquireDependencies = Dependencies & { readonly clock: Pick<Clock, "now"> };

/** The one observation before any Create, and what follows from its verdict. */
const judge = async (
  { entitlements, providers }: AcquireDependencies,
  record: RecordIn<"observing">,
): Promise<Acquired> => {
  const provider = providers[record.entitlement.provider];
  const decided = verdict(record, await provider.observe(record.entitlement));
  if ((await entitlements.put(decided)) === "conflict") return raced;
  if (decided.state === "standing") return { outcome: "granted", standing: true };
  return applied(await provider.apply(record.entitlement));
};

/** It is Lockstep's, so that it may be there already; if not, it is made. */
const ensure = async ({ providers }: Dependencies, entitlement: Entitlement): Promise<Acquired> => {
  const provider = providers[entitlement.provider];
  if ((await provider.observe(entitlement)) === "present") return { outcome: "granted", standing: false };
  return applied(await provider.apply(entitlement));
};

/** An earlier attempt of this very request took hold: a Create of it that nobody saw end may still land. */
const ensureAgain = async (
  dependencies: AcquireDependencies,
  record: RecordIn<"ours">,
): Promise<Acquired> => {
  const uncertain = withUncertainty(record, dependencies.clock.now());
  if ((await dependencies.entitlements.put(uncertain)) === "conflict") return raced;
  return ensure(dependencies, record.entitlement);
};

const applied = (progress: ApplyProgress): Acquired =>
  progress.outcome === "done" ? { outcome: "granted", standing: false } : progress;

/** A release needs the time of each write: its own clock, or the machine's where that is ahead. */
type RelinquishDependencies = Dependencies & { readonly clock: Pick<Clock, "now"> };

interface Giving {
  readonly uncertain: boolean;
  /** When the machine began this look: a clock that is behind counts from here. */
  readonly now: Date;
}

/**
 * Gives up the request's hold, and makes the entitlement cease if nobody else holds it and it was not there before
 * Lockstep. Needs nothing but the stored entitlement.
 */
export const relinquish =
  (dependencies: RelinquishDependencies) =>
  async (
    request: { readonly id: RequestId; readonly entitlement: Entitlement },
    giving: Giving,
  ): Promise<Released> => {
    const { clock } = dependencies;
    const now = () => laterOf(clock.now(), giving.now);
    const released = await step(dependencies, entitlementKey(request.entitlement), (record) =>
      release(record, request, { uncertain: giving.uncertain, now: now() }),
    );
    if (released.outcome === "refused") throw new Error(`A release was refused: ${released.reason}`);
    if (released.outcome === "unfinished") return released;
    const { before, record, wrote } = released;
    if (record?.state === "removing" && record.by === request.id) {
      return wrote ? remove(dependencies, record, now) : takeOver(dependencies, record, now);
    }
    if (record?.state === "verifying" && record.by === request.id) {
      return verify(dependencies, record, now);
    }
    const held = before !== undefined && request.id in before.holders;
    return { outcome: held || isThere(record) ? "kept" : "not-held" };
  };

/** It was there before Lockstep, or somebody else holds it. */
const isThere = (record: EntitlementRecord | undefined): boolean =>
  record?.state === "standing" || (record?.state === "ours" && Object.keys(record.holders).length > 0);

type RecordIn<State extends EntitlementRecord["state"]> = EntitlementRecord & { readonly state: State };
type Now = () => Date;

/**
 * How long after its lease was written an invocation may still send its Delete: a connection and an answer take up to
 * 13 seconds (adapters/aws-clients.ts), and the lease has 60.
 */
const DELETE_WITHIN_SECONDS = 45;

/** Deletes what nobody holds, and keeps it as Lockstep's until its absence is confirmed. */
const remove = async (
  dependencies: RelinquishDependencies,
  record: RecordIn<"removing">,
  now: Now,
): Promise<Released> => {
  const provider = dependencies.providers[record.entitlement.provider];
  const before = new Date(dependencies.clock.now().getTime() + DELETE_WITHIN_SECONDS * 1000);
  const progress = await provider.remove(record.entitlement, before);
  switch (progress.outcome) {
    case "unfinished":
      // A Delete that nobody answered may still be on its way: nobody else deletes until the lease is over.
      if (progress.unanswered !== true) await putUnder(dependencies, record, withoutLease);
      return { outcome: "unfinished", reason: progress.reason };
    case "dangling":
      // Nobody is left whom a late Create could give it to.
      await putUnder(dependencies, record, (current) => confirmAbsent(withoutUncertainty(current), now()));
      return progress;
    case "done":
      return confirmed(await putUnder(dependencies, record, (current) => confirmAbsent(current, now())));
  }
};

/** Another invocation of the same request began to delete: goes on only when that one cannot be at it any more. */
const takeOver = async (
  dependencies: RelinquishDependencies,
  record: RecordIn<"removing">,
  now: Now,
): Promise<Released> => {
  const mine = takeRemovalOver(record, now());
  if (mine === undefined)
    return { outcome: "unfinished", reason: "another invocation is removing this access" };
  return (await dependencies.entitlements.put(mine)) === "conflict" ? raced : remove(dependencies, mine, now);
};

/** Looks once more for a late Create, when none can land any more. */
const verify = async (
  dependencies: RelinquishDependencies,
  record: RecordIn<"verifying">,
  now: Now,
): Promise<Released> => {
  if (timestamp(now()) < record.until) return { outcome: "verifying", until: record.until };
  const observed = await dependencies.providers[record.entitlement.provider].observe(record.entitlement);
  if (observed === "absent") {
    const absent = confirmAbsent(record, now());
    return confirmed((await dependencies.entitlements.put(absent)) === "written" ? absent : undefined);
  }
  const again = removeAgain(record, now());
  return (await dependencies.entitlements.put(again)) === "conflict"
    ? raced
    : remove(dependencies, again, now);
};

const confirmed = (record: EntitlementRecord | undefined): Released => {
  if (record === undefined) return raced;
  return record.state === "verifying"
    ? { outcome: "verifying", until: record.until }
    : { outcome: "removed" };
};

/**
 * Writes what follows from a removal, as long as it is this invocation's: another request may have left its mark on the
 * record meanwhile. Undefined when the removal is somebody else's by now.
 */
const putUnder = async (
  { entitlements }: Dependencies,
  removing: RecordIn<"removing">,
  next: (record: RecordIn<"removing">) => EntitlementRecord,
): Promise<EntitlementRecord | undefined> => {
  let current: EntitlementRecord | undefined = removing;
  for (let race = 0; race < RACES; race += 1) {
    if (current?.state !== "removing" || current.leaseUntil !== removing.leaseUntil) return undefined;
    const written = next(current);
    if ((await entitlements.put(written)) === "written") return written;
    current = await entitlements.get(entitlementKey(removing.entitlement));
  }
  return undefined;
};
