import {
  claim,
  entitlementKey,
  release,
  verdict,
  withExpiryOf,
  withUncertainty,
  type Entitlement,
  type EntitlementRecord,
  type EntitlementStep,
} from "../domain/entitlement.ts";
import { RetryableError } from "../domain/errors.ts";
import { timestamp, type RequestId, type Timestamp } from "../domain/ids.ts";
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
 * How an attempt to give an entitlement up ended. `queued`: nobody holds it any more, and it is to be removed. `kept`:
 * it stays, standing or for its other holders. `not-held`: the request held nothing, because it never did or because an
 * earlier invocation gave it up.
 */
export type Released =
  | { readonly outcome: "queued" }
  | { readonly outcome: "kept" | "not-held" }
  | { readonly outcome: "dangling"; readonly reason: string }
  | { readonly outcome: "verifying"; readonly until: Timestamp }
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

interface Giving {
  /** The request's own attempt to grant it may still land. */
  readonly uncertain: boolean;
  /** The time of the write: the function's clock, or the machine's where that is ahead. */
  readonly now: () => Date;
}

/**
 * Gives up the request's hold, by one durable write. The last holder of what Lockstep made leaves it `queued`: from
 * then on nobody can take it until it is gone (removals.ts). Needs nothing but the stored entitlement.
 */
export const relinquish =
  (dependencies: Pick<Dependencies, "entitlements">) =>
  async (
    request: { readonly id: RequestId; readonly entitlement: Entitlement },
    { uncertain, now }: Giving,
  ): Promise<Released> => {
    const released = await step(dependencies, entitlementKey(request.entitlement), (record) =>
      release(record, request, { uncertain, now: now() }),
    );
    if (released.outcome === "refused") throw new Error(`A release was refused: ${released.reason}`);
    if (released.outcome === "unfinished") return released;
    const { before, record } = released;
    if (record?.state === "removing" && record.by === request.id) return { outcome: "queued" };
    if (record?.state === "verifying" && record.by === request.id) {
      return timestamp(now()) < record.until
        ? { outcome: "verifying", until: record.until }
        : { outcome: "queued" };
    }
    if (record?.state === "absent" && record.dangling !== undefined) {
      return { outcome: "dangling", reason: record.dangling };
    }
    const held = before !== undefined && request.id in before.holders;
    return { outcome: held || isThere(record) ? "kept" : "not-held" };
  };

/** It was there before Lockstep, or somebody else holds it. */
const isThere = (record: EntitlementRecord | undefined): boolean =>
  record?.state === "standing" || (record?.state === "ours" && Object.keys(record.holders).length > 0);

/** After an extension: the request's hold lasts as long as the request. Throws `ConcurrentModification` for a lost race. */
export const keepHold =
  ({ entitlements }: Pick<Dependencies, "entitlements">) =>
  async (request: {
    readonly id: RequestId;
    readonly expiresAt: Timestamp;
    readonly entitlement: Entitlement;
  }): Promise<void> => {
    const next = withExpiryOf(await entitlements.get(entitlementKey(request.entitlement)), request);
    if (next === undefined || (await entitlements.put(next)) === "written") return;
    throw new RetryableError("ConcurrentModification", "The access changed while its expiry was moved");
  };

type RecordIn<State extends EntitlementRecord["state"]> = EntitlementRecord & { readonly state: State };
