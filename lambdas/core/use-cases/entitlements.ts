import {
  claim,
  confirmAbsent,
  entitlementKey,
  release,
  removeAgain,
  verdict,
  type Entitlement,
  type EntitlementRecord,
  type EntitlementStep,
} from "../domain/entitlement.ts";
import type { RequestId, Timestamp } from "../domain/ids.ts";
import type { Providers } from "../ports/provider.ts";
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

/** How an attempt to give an entitlement up ended. */
export type Released =
  | { readonly outcome: "removed" | "kept" }
  | { readonly outcome: "verifying"; readonly until: Timestamp }
  | { readonly outcome: "dangling"; readonly reason: string }
  | { readonly outcome: "unfinished"; readonly reason: string };

/** Every lost race means that another write won, so progress was made; so many in a row is a fault. */
const RACES = 10;

type Written = { readonly record: EntitlementRecord | undefined } | { readonly waiting: string };

/** Reads the record, decides, writes under the version that it read; a lost race reads again. */
const step = async (
  { entitlements }: Dependencies,
  key: string,
  decide: (record: EntitlementRecord | undefined) => EntitlementStep,
): Promise<Written> => {
  for (let race = 0; race < RACES; race += 1) {
    const record = await entitlements.get(key);
    const decided = decide(record);
    if (decided.do === "nothing") return { record };
    if (decided.do === "wait") return { waiting: decided.reason };
    if ((await entitlements.put(decided.next)) === "written") return { record: decided.next };
  }
  return { waiting: "too many requests are changing this access at once" };
};

/**
 * Makes the request a holder, durably, before the provider is called; then makes the entitlement exist.
 * Running it again after a crash at any point is right.
 */
export const acquire =
  (dependencies: Dependencies) =>
  async (request: {
    readonly id: RequestId;
    readonly expiresAt: Timestamp;
    readonly entitlement: Entitlement;
  }): Promise<Acquired> => {
    const { entitlements, providers } = dependencies;
    const { entitlement } = request;
    const provider = providers[entitlement.provider];
    const claimed = await step(dependencies, entitlementKey(entitlement), (record) => claim(record, request));
    if ("waiting" in claimed) return { outcome: "unfinished", reason: claimed.waiting };
    let record = claimed.record;
    let known: "absent" | "unknown" = "unknown";
    if (record?.state === "observing") {
      const observed = await provider.observe(entitlement);
      const decided = verdict(record, observed);
      if ((await entitlements.put(decided)) === "conflict") {
        return { outcome: "unfinished", reason: "the same request is being granted twice at once" };
      }
      record = decided;
      known = observed === "absent" ? "absent" : "unknown";
    }
    if (record?.state === "standing") return { outcome: "granted", standing: true };
    if (known === "unknown" && (await provider.observe(entitlement)) === "present") {
      return { outcome: "granted", standing: false };
    }
    const progress = await provider.apply(entitlement);
    return progress.outcome === "done" ? { outcome: "granted", standing: false } : progress;
  };

/**
 * Gives up the request's hold, and makes the entitlement cease if nobody else holds it and it was not there before
 * Lockstep. Needs nothing but the stored entitlement.
 */
export const relinquish =
  (dependencies: Dependencies) =>
  async (
    request: { readonly id: RequestId; readonly entitlement: Entitlement },
    attempt: { readonly uncertain: boolean; readonly now: Date },
  ): Promise<Released> => {
    const { entitlement } = request;
    const released = await step(dependencies, entitlementKey(entitlement), (record) =>
      release(record, request.id, attempt),
    );
    if ("waiting" in released) return { outcome: "unfinished", reason: released.waiting };
    const { record } = released;
    if (record?.state === "absent") return { outcome: "removed" };
    if (record?.state === "removing" && record.by === request.id)
      return remove(dependencies, record, attempt.now);
    if (record?.state === "verifying" && record.by === request.id)
      return verify(dependencies, record, attempt.now);
    return { outcome: "kept" };
  };

type RecordIn<State extends EntitlementRecord["state"]> = EntitlementRecord & { readonly state: State };

/** Removes what nobody holds, and keeps it as Lockstep's until its absence is confirmed. */
const remove = async (
  dependencies: Dependencies,
  record: RecordIn<"removing">,
  now: Date,
): Promise<Released> => {
  const progress = await dependencies.providers[record.entitlement.provider].remove(record.entitlement);
  if (progress.outcome === "unfinished") return progress;
  const confirmed = await confirm(dependencies, record, now);
  return progress.outcome === "dangling" && confirmed.outcome !== "unfinished" ? progress : confirmed;
};

/** Looks once more for a late Create, when none can land any more. */
const verify = async (
  dependencies: Dependencies,
  record: RecordIn<"verifying">,
  now: Date,
): Promise<Released> => {
  if (now.toISOString() < record.until) return { outcome: "verifying", until: record.until };
  const observed = await dependencies.providers[record.entitlement.provider].observe(record.entitlement);
  if (observed === "absent") return confirm(dependencies, record, now);
  const again = removeAgain(record);
  return (await dependencies.entitlements.put(again)) === "conflict"
    ? raced
    : remove(dependencies, again, now);
};

const confirm = async (
  { entitlements }: Dependencies,
  record: RecordIn<"removing" | "verifying">,
  now: Date,
): Promise<Released> => {
  const confirmed = confirmAbsent(record, now);
  if ((await entitlements.put(confirmed)) === "conflict") return raced;
  return confirmed.state === "verifying"
    ? { outcome: "verifying", until: confirmed.until }
    : { outcome: "removed" };
};

/** Another execution of the same request, or a new holder, wrote first: looking again decides. */
const raced: Released = {
  outcome: "unfinished",
  reason: "something else changed the same access at the same time",
};
